//! Reads text tables: `csv` and `tsv`, one file or several as one table. Parses the wanted columns only.

use crate::data::io::bytes::MemoryBudget;
use crate::data::io::paths::DataFile;
use crate::data::io::reader::{self, BYTE_ORDER_MARK};
use crate::data::source::common_schema::{FileSchema, common_schema};
use crate::data::source::format::FormatReader;
use crate::data::source::ordered_parse::parse_in_order;
use crate::data::source::row_block::{BlockQuery, BlockReader, UnparsedRows};
use crate::data::source::text_blocks::{RecordEnd, TextBlock, TextBlocks};
use crate::data::source::text_file_blocks::TextFileBlocks;
use crate::data::table::cell::{CellValue, parse_number};
use crate::data::table::errors::{CellErrors, bad_text, empty, out_of_space, shown, unreadable};
use crate::data::table::origin::RowUnit;
use crate::data::table::schema::{CellType, ColumnQuery, Schema, TableQuery};
use crate::data::table::store::{Store, StoreWriter};
use crate::diag::{Code, Problem, Problems, Span};
use arrow_array::ArrayRef;
use arrow_array::builder::StringBuilder;
use csv::ByteRecord;
use std::sync::Arc;

/// A text table that exists but has not been read.
#[derive(Clone, Debug)]
pub(crate) struct Delimited {
    /// Its files, in order.
    pub files: Vec<DataFile>,
    /// The separator of cells.
    pub separator: u8,
    /// Whether each file begins with the names of the columns.
    pub header: bool,
    /// Whether double quotes enclose cells.
    pub quote: bool,
}

impl FormatReader for Delimited {
    fn files(&self) -> &[DataFile] {
        &self.files
    }

    fn row_unit(&self) -> RowUnit {
        RowUnit::Lines
    }

    fn format(&self) -> String {
        format!("delimited {} {} {}", self.separator, self.header, self.quote)
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
                let message = format!("`{}` changed while it was read", file.name);
                errors.push(file.problem(Code::FileUnreadable, message, None).help("run again when it is complete"));
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
        let blocks = TextFileBlocks::new(query, self.end(), self.header, move |file, block| {
            Box::new(UnparsedCells { reader: reader.clone(), file, block })
        });
        Some(Ok(Box::new(blocks)))
    }
}

impl Delimited {
    /// Where a record ends.
    fn end(&self) -> RecordEnd {
        if self.quote { RecordEnd::UnquotedLine(self.separator) } else { RecordEnd::Line }
    }

    /// Reads all rows of a file.
    fn read_file(
        &self,
        (index, file): (usize, &DataFile),
        (schema, query): (&Schema, &TableQuery),
        cells: (&mut StoreWriter, &mut CellErrors),
        hasher: &mut blake3::Hasher,
    ) -> Result<(), Problem> {
        let text = reader::open(&file.path, hasher).map_err(|error| unreadable(file, &error, 0))?;
        let mut blocks = TextBlocks::new(text, self.end());
        if self.header {
            blocks.next(1).map_err(|error| unreadable(file, &error, 0))?;
        }
        let next = || blocks.next_sized().map_err(|error| unreadable(file, &error, blocks.line() - 1));
        parse_in_order(file, query, cells, next, |block, writer, errors| {
            self.parser(schema, query, writer, errors).block(index, file, block)
        })
    }

    fn schema_of_file(&self, file: &DataFile) -> Result<Schema, Problem> {
        let failed = |error| unreadable(file, &error, 0);
        let mut blocks = TextBlocks::new(reader::peek(file).map_err(failed)?, self.end());
        let first = blocks.next(1).map_err(failed)?.ok_or_else(|| empty(file))?;
        let mut record = ByteRecord::new();
        match self.cells(&first.bytes).read_byte_record(&mut record) {
            Ok(true) => Ok(self.schema_of(&record)),
            Ok(false) => Err(empty(file)),
            Err(error) => Err(failed(error.into())),
        }
    }

    fn schema_of(&self, record: &ByteRecord) -> Schema {
        let name = |cell: &[u8]| String::from_utf8_lossy(cell.trim_ascii()).into_owned();
        let names = self.header.then(|| record.iter().map(name).collect());
        Schema { names, width: record.len(), ..Schema::default() }
    }

    /// The cells of a block.
    fn cells<'a>(&self, bytes: &'a [u8]) -> csv::Reader<&'a [u8]> {
        csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.separator)
            .quoting(self.quote)
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
        let quotes = self.reader.quote && memchr::memchr(b'"', &block.bytes).is_some();
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
            let wanted =
                ColumnQuery { position, kind: CellType::Text, span: Span::default(), image: Default::default() };
            self.errors.push_row(self.writer.rows(), bad_text(file, place, cell, &wanted));
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
                    self.errors.push_row(row, bad_text(file, place, cell, wanted));
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
                let number = parse_number(cell);
                if number.is_none() {
                    self.errors.push_row(row, bad_cell(file, line, cell, wanted, self.schema, self.reader.header));
                }
                self.writer.number(column, number.unwrap_or(f64::NAN));
            }
        }
    }
}

fn bad_cell(file: &DataFile, line: u64, cell: &[u8], wanted: &ColumnQuery, schema: &Schema, header: bool) -> Problem {
    let column = schema.column(wanted.position);
    let text = String::from_utf8_lossy(cell.trim_ascii());
    let message = format!("column `{column}`: expected a number, found `{}`", shown(&text));
    let place = file.place(Some(line), Some(column));
    let problem = Problem::error(Code::BadCell, message).at(wanted.span, "read as numbers here").in_data(place);
    let problem = problem.also(file.span, "");
    if text.parse::<f64>().is_ok() {
        problem.help("only finite numbers can be learned from; an empty cell, `NA` or `NaN` is a missing value")
    } else if has_thousands(&text) {
        problem.help("write it without thousands separators: `1,234` as `1234`")
    } else if text.replace(',', ".").parse::<f64>().is_ok() {
        problem.help("numbers are written with a decimal point")
    } else if line == 1 && !header {
        problem.help("if the first line names the columns, remove `header: false`")
    } else {
        problem.help("an empty cell, `NA` or `NaN` is a missing value; everything else must be a number")
    }
}

/// Whether a number has groups of three digits, as `1,234` and `-12,345,678.9`.
fn has_thousands(text: &str) -> bool {
    let number = text.strip_prefix(['-', '+']).unwrap_or(text);
    let whole = number.split('.').next().unwrap_or_default();
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let rest: Vec<&str> = groups.collect();
    let grouped = rest.iter().all(|group| group.len() == 3 && digits(group));
    (1..=3).contains(&first.len())
        && digits(first)
        && !rest.is_empty()
        && grouped
        && number.replace(',', "").parse::<f64>().is_ok()
}

fn row_length(file: &DataFile, line: u64, record: &ByteRecord, schema: &Schema, wanted: &[ColumnQuery]) -> Problem {
    let (found, width) = (record.len(), schema.width);
    let message = format!("expected {width} cells, found {found}");
    let mut problem = file.problem(Code::RowLength, message, Some(line));
    if let Some(wanted) = wanted.first() {
        problem = problem.also(wanted.span, "columns are taken from it here");
    }
    if record.iter().any(|cell| cell.contains(&b'\n')) {
        problem.help("a cell of this row spans several lines: is a quote missing?")
    } else if found < width {
        problem.help(format!(
            "{} cells are missing: the file may be truncated, or the separator may differ",
            width - found
        ))
    } else {
        problem.help("a cell that holds the separator must be quoted")
    }
}

fn disagreement((file, schema): &FileSchema<'_>, (first_file, first): &FileSchema<'_>) -> Problem {
    if schema.width != first.width {
        let message =
            format!("`{}` has {} columns, `{}` has {}", file.name, schema.width, first_file.name, first.width);
        return file.problem(Code::RowLength, message, Some(1)).help("the files of one table have the same columns");
    }
    let differs = (0..schema.width).find(|position| schema.column(*position) != first.column(*position)).unwrap_or(0);
    let (name, expected) = (schema.column(differs), first.column(differs));
    let message =
        format!("column {differs} of `{}` is `{name}`, of `{}` it is `{expected}`", file.name, first_file.name);
    file.problem(Code::MissingColumn, message, Some(1))
        .help("the files of one table have the same columns in the same order")
}
