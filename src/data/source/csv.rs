//! Reads text tables: `csv` and `tsv`, one file or several as one table. Parses the wanted columns only.

use crate::data::io::bytes::MemoryBudget;
use crate::data::io::paths::DataFile;
use crate::data::io::reader;
use crate::data::source::common_schema::common_schema;
use crate::data::source::format::{FormatReader, ReadFiles};
use crate::data::source::ordered_parse::parse_in_order;
use crate::data::source::row_block::{BlockQuery, BlockReader, UnparsedRows};
use crate::data::source::text_blocks::TextBlock;
use crate::data::source::text_cell_errors::{bad_header, disagreement};
use crate::data::source::text_cells::{TextCells, TextForm};
use crate::data::source::text_file_blocks::TextFileBlocks;
use crate::data::source::text_layout::TextLayout;
use crate::data::table::errors::{CellErrors, empty, out_of_space, unreadable};
use crate::data::table::number_format::NumberFormat;
use crate::data::table::origin::RowUnit;
use crate::data::table::other_separator::OtherSeparator;
use crate::data::table::schema::{ColumnQuery, Schema, TableQuery};
use crate::data::table::store::StoreWriter;
use crate::diag::{Problem, Problems};
use crate::spec::TextFormat;
use arrow_array::ArrayRef;
use csv::ByteRecord;

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

    /// Reads the wanted columns of all files, and hashes these.
    fn read(&self, schema: &Schema, query: &TableQuery, budget: &MemoryBudget) -> Result<ReadFiles, Problems> {
        let mut hashes = vec![];
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
            hashes.push(hasher.finalize());
        }
        if let Some(problems) = errors.finish() {
            return Err(problems);
        }
        let span = self.files.first().map_or_else(Default::default, |file| file.span);
        let store = writer.finish().map_err(|error| out_of_space(span, &error))?;
        Ok(ReadFiles { store, hashes: Some(hashes) })
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
            self.cells((schema, &query.columns), writer, errors).read((index, file), block)
        })
    }

    fn schema_of_file(&self, file: &DataFile) -> Result<Schema, Problem> {
        let failed = |error| unreadable(file, &error, 0);
        let text = reader::peek(file, self.layout.encoding).map_err(failed)?;
        let mut blocks = self.layout.blocks(text, file.longest_record()).map_err(failed)?;
        let first = blocks.next(1).map_err(failed)?.ok_or_else(|| empty(file))?;
        let (mut record, mut rows) = (ByteRecord::new(), self.layout.records(&first.bytes));
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

    fn cells<'a>(
        &'a self,
        columns: (&'a Schema, &'a [ColumnQuery]),
        writer: &'a mut StoreWriter,
        errors: &'a mut CellErrors,
    ) -> TextCells<'a> {
        let form = TextForm { format: &self.format, layout: self.layout, numbers: self.numbers };
        TextCells::new(form, columns, writer, errors)
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
        let columns = (&query.schema, &query.cells.0.columns[..]);
        let mut cells = self.reader.cells(columns, writer, errors).keeping(&query.keep);
        cells.read((self.file, &self.reader.files[self.file]), &self.block)?;
        Ok(cells.into_kept())
    }
}
