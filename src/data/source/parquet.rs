//! Reads the columns of Parquet files: numbers, booleans, texts, and lists of numbers of equal length in every row.

use crate::data::io::bytes::MemoryBudget;
use crate::data::io::paths::DataFile;
use crate::data::source::common_schema::{common_schema, other_columns};
use crate::data::source::format::{FormatReader, ReadFiles};
use crate::data::source::ordered_parse::parse_in_order;
use crate::data::source::parquet_blocks::{ColumnBlocks, ParquetBlocks};
use crate::data::source::parquet_file::{damaged, decoded, decoded_column, open};
use crate::data::source::parquet_leaf::Leaf;
use crate::data::source::parquet_pages::column_fits;
use crate::data::source::row_block::{BlockQuery, BlockReader};
use crate::data::table::errors::{CellErrors, empty, out_of_space};
use crate::data::table::origin::RowUnit;
use crate::data::table::schema::{ArrayType, CellType, Schema, TableQuery};
use crate::data::table::store::StoreWriter;
use crate::diag::{Problem, Problems};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;
use std::collections::BTreeMap;
use std::fs::File;

/// Files that exist but have not been read.
pub(crate) struct Parquet {
    /// The files, in order; together they are one table.
    pub files: Vec<DataFile>,
}

/// Largest number of rows with texts that are read at once.
const TEXTS: usize = 4096;

impl FormatReader for Parquet {
    fn files(&self) -> &[DataFile] {
        &self.files
    }

    fn row_unit(&self) -> RowUnit {
        RowUnit::Rows
    }

    fn format(&self) -> String {
        "parquet".to_owned()
    }

    fn schema(&self) -> Result<Schema, Problems> {
        common_schema(&self.files, |file| open(file).and_then(|reader| schema_of(file, &reader)), other_columns)
    }

    fn read(&self, schema: &Schema, query: &TableQuery, budget: &MemoryBudget) -> Result<ReadFiles, Problems> {
        let mut writer = StoreWriter::new(query, budget);
        let mut found = CellErrors::default();
        // Blocks that fill a chunk of the store are stored without another copy.
        let texts = query.columns.iter().any(|column| column.kind == CellType::Text);
        let rows = if texts { writer.rows_left().min(TEXTS) } else { writer.rows_left() };
        for (index, file) in self.files.iter().enumerate() {
            let mut columns = ColumnBlocks::open(file)?;
            let before = writer.rows();
            let next = || columns.next(file, schema, query, rows);
            parse_in_order(file, query, (&mut writer, &mut found), next, |block, writer, errors| {
                block.write((index, file), schema, query, writer, errors)
            })?;
            // A column of another type is reported once, not for each of its rows.
            if found.is_full() {
                return Err(found.finish().unwrap_or_default());
            }
            if writer.rows() == before {
                found.push(empty(file));
            }
        }
        if let Some(problems) = found.finish() {
            return Err(problems);
        }
        let span = self.files.first().map_or_else(Default::default, |file| file.span);
        let store = writer.finish().map_err(|error| out_of_space(span, &error))?;
        Ok(ReadFiles { store, hashes: None })
    }

    fn blocks(&self, query: &BlockQuery) -> Option<Result<Box<dyn BlockReader>, Problems>> {
        let blocks = ParquetBlocks::new(query);
        Some(blocks.map(|blocks| Box::new(blocks) as Box<dyn BlockReader>).map_err(Problems::from))
    }
}

/// The name of a column: that of the field; of a field within another, both. The inner fields of lists are left out.
fn name_of(column: &ColumnDescriptor) -> String {
    let parts = column.path().parts();
    if column.max_rep_level() > 0 { parts[0].clone() } else { parts.join(".") }
}

/// The columns of a file. The first row decides the length of lists.
fn schema_of(file: &DataFile, reader: &SerializedFileReader<File>) -> Result<Schema, Problem> {
    let columns = reader.metadata().file_metadata().schema_descr_ptr();
    let mut schema = Schema::named(columns.columns().iter().map(|column| name_of(column)).collect());
    let mut arrays = BTreeMap::new();
    for (at, _) in columns.columns().iter().enumerate().filter(|(_, column)| column.max_rep_level() > 0) {
        for group in 0..reader.num_row_groups() {
            let group = decoded(|| reader.get_row_group(group)).map_err(|error| damaged(file, &error))?;
            column_fits(file, group.metadata(), at)?;
            let first = || Leaf::open(group.as_ref(), at)?.read(1);
            let read = decoded_column(|| schema.column(at), first).map_err(|error| damaged(file, &error))?;
            if let (1, Some(shape)) = (read.rows(), read.shape()) {
                arrays.insert(at, ArrayType { shape, bytes: false });
                break;
            }
        }
    }
    schema.arrays = arrays;
    if schema.width == 0 { Err(empty(file)) } else { Ok(schema) }
}
