//! Reads text tables: `csv` and `tsv`, one file or several as one table. Parses the wanted columns only.

use crate::data::io::bytes::MemoryBudget;
use crate::data::io::paths::DataFile;
use crate::data::io::reader::{self, BYTE_ORDER_MARK};
use crate::data::source::common_schema::common_schema;
use crate::data::source::format::FormatReader;
use crate::data::source::ordered_parse::parse_in_order;
use crate::data::source::row_block::{BlockQuery, BlockReader, UnparsedRows};
use crate::data::source::text_blocks::TextBlock;
use crate::data::source::text_cell_errors::{bad_header, bad_number, disagreement, row_length};
use crate::data::source::text_file_blocks::TextFileBlocks;
use crate::data::source::text_layout::TextLayout;
use crate::data::table::cell::CellValue;
use crate::data::table::errors::{CellErrors, bad_text, changed, empty, out_of_space, unreadable};
use crate::data::table::number_format::NumberFormat;
use crate::data::table::origin::RowUnit;
use crate::data::table::other_separator::OtherSeparator;
use crate::data::table::schema::{CellType, ColumnQuery, Schema, TableQuery};
use crate::data::table::store::{Store, StoreWriter};
use crate::diag::{Problem, Problems, Span};
use crate::spec::TextFormat;
use arrow_array::ArrayRef;
use arrow_array::builder::StringBuilder;
use csv::ByteRecord;
use std::sync::Arc;

/// A text table that exists but has not been read.
#[derive(Clone, Debug)]
pub(crate) struct Delimited {
    /// Its files, in order.
    pub files: Vec<DataFile>,
    /// How their cells are written.
    format: TextFormat,
    layout: TextLayout,
    numbers: NumberFormat,
}

impl FormatReader for Delimited {
    fn files(&self) -> &[DataFile] {
        &self.files
    }

    fn row_unit(&self) -> RowUnit {
        RowUnit::Lines
    }

    fn format(&self) -> String {
        format!("delimited {:?}", self.format)
    }

    /// The columns, by the first line of every file.
    fn schema(&self) -> Result<Schema, Problems> {
        common_schema(&self.files, |file| self.schema_of_file(file), disagreement)
    }

    /// Reads the wanted columns of all files. `hashes` are the content hashes of the files.
    fn read(
        &self,
        schema: &Schema,
        query: &TableQuery,
        hashes: &[blake3::Hash],
        budget: &MemoryBudget,
    ) -> Result<Store, Problems> {
        let (mut writer, mut errors) = (StoreWriter::new(query, budget), CellErrors::default());
        for (index, file) in self.files.iter().enumerate() {
            let before = writer.rows();
            let mut hasher = blake3::Hasher::new();
            let cells = (&mut writer, &mut errors);
            if let Err(problem) = self.read_file((index, file), (schema, query), cells, &mut hasher) {
                errors.push(problem);
                continue;
            }
            if writer.rows() == before && errors.is_empty() {
                errors.push(empty(file));
            }
            if hashes.get(index) != Some(&hasher.finalize()) {
                errors.push(changed(file));
            }
        }
        if let Some(problems) = errors.finish() {
            return Err(problems);
        }
        let span = self.files.first().map_or_else(Default::default, |file| file.span);
        writer.finish().map_err(|error| out_of_space(span, &error).into())
    }

    fn blocks(&self, query: &BlockQuery) -> Option<Result<Box<dyn BlockReader>, Problems>> {
        let reader = self.clone();
        let blocks = TextFileBlocks::new(query, self.layout, move |file, block| {
            Box::new(UnparsedCells { reader: reader.clone(), file, block })
        });
        Some(Ok(Box::new(blocks)))
    }
}

impl Delimited {
    /// The table of these files, whose cells are written so.
    pub(crate) fn new(files: Vec<DataFile>, format: &TextFormat) -> Self {
        let (layout, numbers) = (TextLayout::of(format), NumberFormat::of(format));
        Self { files, format: format.clone(), layout, numbers }
    }

    /// Reads all rows of a file.
    fn read_file(
        &self,
        (index, file): (usize, &DataFile),
        (schema, query): (&Schema, &TableQuery),
        cells: (&mut StoreWriter, &mut CellErrors),
        hasher: &mut blake3::Hasher,
    ) -> Result<(), Problem> {
        let text = reader::open(&file.path, self.layout.encoding, hasher);
        let blocks = text.and_then(|text| self.layout.blocks(text, file.longest_record()));
        let mut blocks = blocks.map_err(|error| unreadable(file, &error, 0))?;
        if self.layout.header {
            blocks.next(1).map_err(|error| unreadable(file, &error, 0))?;
        }
        let next = || blocks.next_sized().map_err(|error| unreadable(file, &error, blocks.line() - 1));
        parse_in_order(file, query, cells, next, |block, writer, errors| {
            self.parser(schema, query, writer, errors).block(index, file, block)
        })
    }

    fn schema_of_file(&self, file: &DataFile) -> Result<Schema, Problem> {
        let failed = |error| unreadable(file, &error, 0);
        let text = reader::peek(file, self.layout.encoding).map_err(failed)?;
        let mut blocks = self.layout.blocks(text, file.longest_record()).map_err(failed)?;
        let first = blocks.next(1).map_err(failed)?.ok_or_else(|| empty(file))?;
        let (mut record, mut rows) = (ByteRecord::new(), self.cells(&first.bytes));
        match rows.read_byte_record(&mut record) {
            Ok(true) => self.schema_of(file, &record, first.first_line + rows.position().line() - 2),
            Ok(false) => Err(empty(file)),
            Err(error) => Err(failed(error.into())),
        }
    }

    /// The columns by the first record of a file, which ends on this line.
    fn schema_of(&self, file: &DataFile, record: &ByteRecord, line: u64) -> Result<Schema, Problem> {
        let separator = OtherSeparator::of(file, record, &self.format);
        let mut schema = Schema { width: record.len(), separator, ..Schema::default() };
        if self.format.header {
            let name = |cell: &[u8]| match std::str::from_utf8(cell) {
                Ok(name) => Ok(name.trim_ascii().to_owned()),
                Err(_) => Err(bad_header(file, line, cell, self.layout.encoding)),
            };
            schema.names = Some(record.iter().map(name).collect::<Result<_, _>>()?);
        }
        Ok(schema)
    }

    /// The cells of a block.
    fn cells<'a>(&self, bytes: &'a [u8]) -> csv::Reader<&'a [u8]> {
        csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.layout.separator)
            .quote(self.layout.quote.unwrap_or(b'"'))
            .quoting(self.layout.quote.is_some())
            .comment(self.layout.comment)
            .from_reader(bytes)
    }

    fn parser<'a>(
        &'a self,
        schema: &'a Schema,
        query: &'a TableQuery,
        writer: &'a mut StoreWriter,
        errors: &'a mut CellErrors,
    ) -> Parser<'a> {
        Parser { reader: self, wanted: &query.columns, schema, writer, errors, keep: &[], kept: vec![] }
    }
}

/// Records of a file that are not parsed yet.
struct UnparsedCells {
    reader: Delimited,
    /// Which of the files.
    file: usize,
    block: TextBlock,
}

impl UnparsedRows for UnparsedCells {
    fn rows(&self) -> usize {
        self.block.records
    }

    fn parse(
        &self,
        query: &BlockQuery,
        writer: &mut StoreWriter,
        errors: &mut CellErrors,
    ) -> Result<Vec<ArrayRef>, Problem> {
        let mut parser = self.reader.parser(&query.schema, &query.cells.0, writer, errors);
        parser.keep = &query.keep;
        parser.kept.resize_with(query.keep.len(), StringBuilder::new);
        parser.block(self.file, &self.reader.files[self.file], &self.block)?;
        Ok(parser.kept.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef).collect())
    }
}

/// Writes cells into columns.
struct Parser<'a> {
    reader: &'a Delimited,
    wanted: &'a [ColumnQuery],
    schema: &'a Schema,
    writer: &'a mut StoreWriter,
    errors: &'a mut CellErrors,
    /// The positions of the columns that are passed on, and their cells as they are written.
    keep: &'a [usize],
    kept: Vec<StringBuilder>,
}

impl Parser<'_> {
    /// Reads the rows of a block.
    fn block(&mut self, index: usize, file: &DataFile, block: &TextBlock) -> Result<(), Problem> {
        let mut record = ByteRecord::new();
        // Only a quoted cell has several lines.
        let quotes = self.reader.layout.quote.is_some_and(|quote| memchr::memchr(quote, &block.bytes).is_some());
        // A mark that is not at the beginning of the file belongs to the cell; the reader takes it away but for a blank
        // line before it.
        let marked = block.bytes.starts_with(BYTE_ORDER_MARK).then(|| [b"\n", &block.bytes[..]].concat());
        let before_block = block.first_line - u64::from(marked.is_some());
        let mut rows = self.reader.cells(marked.as_deref().unwrap_or(&block.bytes));
        loop {
            let before = rows.position().line();
            match rows.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(error) => return Err(unreadable(file, &error.into(), block.first_line)),
            }
            // Every line ends in `\n` here, and blank lines are skipped before a record: its first line is found
            // from its end.
            let inside = match quotes {
                true => record.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64,
                false => 0,
            };
            let line = before_block + rows.position().line().saturating_sub(1 + inside).max(before) - 1;
            let row = self.writer.rows();
            let fits = record.len() == self.schema.width;
            if !fits {
                self.errors.push_row(row, row_length(file, line, &record, self.schema, self.wanted));
            }
            for (column, wanted) in self.wanted.iter().enumerate() {
                let cell = record.get(wanted.position).filter(|_| fits).unwrap_or_default();
                self.cell(column, wanted, cell, file, line);
            }
            for column in 0..self.keep.len() {
                self.keep(column, record.get(self.keep[column]).unwrap_or_default(), file, line);
            }
            self.writer.end_rows(1, index, line).map_err(|error| out_of_space(file.span, &error))?;
        }
    }

    /// Passes on a cell as it is written.
    fn keep(&mut self, column: usize, cell: &[u8], file: &DataFile, line: u64) {
        let text = std::str::from_utf8(cell);
        self.kept[column].append_value(text.unwrap_or_default());
        if text.is_err() {
            let position = self.keep[column];
            let place = file.place(Some(line), Some(self.schema.column(position)));
            let wanted = ColumnQuery::new(position, CellType::Text, Span::default());
            self.errors
                .push_row(self.writer.rows(), bad_text(file, place, cell, &wanted, Some(self.reader.layout.encoding)));
        }
    }

    fn cell(&mut self, column: usize, wanted: &ColumnQuery, cell: &[u8], file: &DataFile, line: u64) {
        let row = self.writer.rows();
        match wanted.kind {
            CellType::Word | CellType::Text => match std::str::from_utf8(cell) {
                Ok(text) if wanted.kind == CellType::Word => self.writer.word(column, text.trim_ascii()),
                Ok(text) => self.writer.text(column, text.trim()),
                Err(_) => {
                    let place = file.place(Some(line), Some(self.schema.column(wanted.position)));
                    self.errors.push_row(row, bad_text(file, place, cell, wanted, Some(self.reader.layout.encoding)));
                    match wanted.kind {
                        CellType::Word => self.writer.word(column, ""),
                        _ => self.writer.text(column, ""),
                    }
                }
            },
            // A cell of a text table is no list.
            CellType::Steps(_) => {
                let text = String::from_utf8_lossy(cell.trim_ascii());
                let value = if text.is_empty() { CellValue::Empty } else { CellValue::Text(&text) };
                if let Err(error) = self.writer.put(column, wanted.kind, value) {
                    let place = file.place(Some(line), Some(self.schema.column(wanted.position)));
                    self.errors.push_row(row, error.problem(file, place, wanted));
                }
            }
            // A cell of a text table holds one number; images are read by the paths in it.
            CellType::Number(_) | CellType::Image(_) => {
                let number = self.reader.numbers.parse(cell).or_else(|| missing_number(cell, wanted));
                if number.is_none() {
                    let column = self.schema.column(wanted.position);
                    let problem = bad_number(file, line, cell, wanted, column, &self.reader.format);
                    self.errors.push_row(row, problem);
                }
                if number.is_some_and(f64::is_nan) && !cell.trim_ascii().is_empty() {
                    self.writer.count_mark(column, &String::from_utf8_lossy(cell.trim_ascii()));
                }
                self.writer.number(column, number.unwrap_or(f64::NAN));
            }
        }
    }
}

/// Not a number where a cell is a word that marks an empty one.
fn missing_number(cell: &[u8], wanted: &ColumnQuery) -> Option<f64> {
    let word = std::str::from_utf8(cell).ok()?.trim();
    wanted.missing.has_word(word).then_some(f64::NAN)
}
