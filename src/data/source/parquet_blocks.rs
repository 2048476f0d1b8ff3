//! Parquet files block after block: the columns of the query as values, and those that are passed on as Arrow arrays.

use crate::data::io::paths::DataFile;
use crate::data::io::regular::open_regular;
use crate::data::source::batch_rows::BatchRows;
use crate::data::source::parquet_file::{damaged, decoded, decoded_column, open};
use crate::data::source::parquet_leaf::{Leaf, LeafBlock};
use crate::data::source::parquet_pages::column_fits;
use crate::data::source::row_block::{BlockQuery, BlockReader, ReadProgress, ReadUnit, RowBlock, UnparsedRows};
use crate::data::table::cell::CellValue;
use crate::data::table::errors::{CellErrors, bad_text, out_of_space, unreadable};
use crate::data::table::schema::{CellType, ColumnQuery, Schema, TableQuery};
use crate::data::table::store::StoreWriter;
use crate::diag::{Code, Problem, Problems};
use arrow_array::ArrayRef;
use arrow_schema::Field;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use rayon::prelude::*;
use std::fs::File;

/// The columns of a query in one file, block after block. A block ends with its group of rows.
pub(super) struct ColumnBlocks {
    /// The file, opened once for each thread: readers of one open file share its position, so that columns which are read
    /// at the same time through it would read each other's pages.
    readers: Vec<SerializedFileReader<File>>,
    next_group: usize,
    columns: Vec<Leaf>,
    /// How many columns after each other are read through one of the readers.
    share: usize,
    /// Rows of the group that are not read yet.
    left: usize,
    /// Rows of the file that are read.
    row: u64,
}

/// Some rows of the columns of a query.
pub(super) struct DecodedColumns {
    /// The row of the file that they begin with.
    first: u64,
    /// How many there are.
    pub(super) rows: usize,
    columns: Vec<LeafBlock>,
}

impl ColumnBlocks {
    /// Opens a file.
    pub(super) fn open(file: &DataFile) -> Result<Self, Problem> {
        Ok(Self { readers: vec![open(file)?], next_group: 0, columns: vec![], share: 1, left: 0, row: 0 })
    }

    /// The next rows, `rows` at most; `None` after the last.
    pub(super) fn next(
        &mut self,
        file: &DataFile,
        schema: &Schema,
        query: &TableQuery,
        rows: usize,
    ) -> Result<Option<DecodedColumns>, Problem> {
        let failed = |error: ParquetError| damaged(file, &error);
        while self.left == 0 {
            if self.next_group == self.readers[0].num_row_groups() {
                return Ok(None);
            }
            self.share = query.columns.len().div_ceil(rayon::current_num_threads()).max(1);
            while self.readers.len() < query.columns.len().div_ceil(self.share) {
                self.readers.push(open(file)?);
            }
            self.columns.clear();
            for (reader, wanted) in self.readers.iter().zip(query.columns.chunks(self.share)) {
                let group = decoded(|| reader.get_row_group(self.next_group)).map_err(failed)?;
                for wanted in wanted {
                    column_fits(file, group.metadata(), wanted.position)?;
                    let open = || Leaf::open(group.as_ref(), wanted.position);
                    self.columns.push(decoded_column(|| schema.column(wanted.position), open).map_err(failed)?);
                }
            }
            let group = self.readers[0].metadata().row_group(self.next_group);
            self.left = usize::try_from(group.num_rows()).unwrap_or(0);
            self.next_group += 1;
        }
        let (first, rows) = (self.row, self.left.min(rows));
        let shares = self.columns.par_chunks_mut(self.share).zip(query.columns.par_chunks(self.share));
        let read = |(leaf, wanted): (&mut Leaf, &ColumnQuery)| {
            decoded_column(|| schema.column(wanted.position), || leaf.read(rows))
        };
        let read: Vec<_> = shares.flat_map_iter(|(share, wanted)| share.iter_mut().zip(wanted).map(read)).collect();
        let mut columns = Vec::with_capacity(read.len());
        for (block, wanted) in read.into_iter().zip(&query.columns) {
            let block = block.map_err(failed)?;
            if block.rows() != rows {
                let name = schema.column(wanted.position);
                return Err(damaged(file, &ParquetError::EOF(format!("`{name}` is short of rows"))));
            }
            columns.push(block);
        }
        self.left -= rows;
        self.row += rows as u64;
        Ok(Some(DecodedColumns { first, rows, columns }))
    }
}

impl DecodedColumns {
    /// Writes the cells as the query reads them.
    pub(super) fn write(
        &self,
        (index, file): (usize, &DataFile),
        schema: &Schema,
        query: &TableQuery,
        writer: &mut StoreWriter,
        errors: &mut CellErrors,
    ) -> Result<(), Problem> {
        let (mut scratch, mut numbers) = (vec![], vec![]);
        let mut from = 0;
        writer.reserve(self.rows);
        while from < self.rows {
            let count = writer.rows_left().min(self.rows - from);
            let written = writer.rows();
            for (at, (leaf, wanted)) in self.columns.iter().zip(&query.columns).enumerate() {
                numbers.clear();
                if wanted.kind == CellType::Number(1) && leaf.plain_numbers(from..from + count, &mut numbers) {
                    writer.numbers(at, &numbers);
                    continue;
                }
                let name = schema.column(wanted.position);
                for within in 0..count {
                    let place = || file.row_place(self.first + (from + within) as u64, name.clone());
                    let put = match leaf.cell(from + within, &mut scratch) {
                        Ok(cell) => writer.put(at, wanted.kind, cell),
                        Err(bytes) => {
                            errors.push_row(written + within, bad_text(file, place(), bytes, wanted, None));
                            writer.put(at, wanted.kind, CellValue::Empty)
                        }
                    };
                    match put {
                        Ok(()) => {}
                        Err(error) => errors.push_row(written + within, error.problem(file, place(), wanted)),
                    }
                    // The caller ends here, and the cells that are left would only be counted.
                    if errors.is_full() {
                        return Ok(());
                    }
                }
            }
            let first = self.first + from as u64;
            writer.end_rows(count, index, first).map_err(|error| out_of_space(file.span, &error))?;
            from += count;
        }
        Ok(())
    }
}

/// The blocks of Parquet files.
pub(super) struct ParquetBlocks {
    files: Vec<DataFile>,
    schema: Schema,
    query: TableQuery,
    keep: Vec<usize>,
    /// The file that is being read.
    current: usize,
    columns: Option<(ColumnBlocks, Option<BatchRows>)>,
    kept: Vec<Field>,
    done: u64,
    total: u64,
}

impl ParquetBlocks {
    /// The blocks of the files of a query.
    pub(super) fn new(query: &BlockQuery) -> Result<Self, Problem> {
        let mut total = 0;
        let mut kept = vec![];
        for file in &query.files {
            total += u64::try_from(open(file)?.metadata().file_metadata().num_rows()).unwrap_or(0);
            let fields = open_kept(file, &query.keep)?.map_or_else(Vec::new, |rows| rows.fields());
            if !kept.is_empty() && kept != fields {
                let message = format!("`{}` has columns of other types than the first file", file.name);
                return Err(file.problem(Code::ColumnType, message, None));
            }
            kept = fields;
        }
        Ok(Self {
            files: query.files.clone(),
            schema: query.schema.clone(),
            query: query.cells.0.clone(),
            keep: query.keep.clone(),
            current: 0,
            columns: None,
            kept,
            done: 0,
            total,
        })
    }
}

/// The columns that are passed on, in the order of `keep`; `None` where there are none.
fn open_kept(file: &DataFile, keep: &[usize]) -> Result<Option<BatchRows>, Problem> {
    if keep.is_empty() {
        return Ok(None);
    }
    let bytes = open_regular(&file.path).map_err(|error| unreadable(file, &error, 0))?;
    let failed = |error: ParquetError| damaged(file, &error);
    let builder = decoded(|| ParquetRecordBatchReaderBuilder::try_new(bytes)).map_err(failed)?;
    for group in builder.metadata().row_groups() {
        keep.iter().try_for_each(|leaf| column_fits(file, group, *leaf))?;
    }
    let parquet = builder.parquet_schema();
    let mut roots: Vec<usize> = vec![];
    for leaf in keep {
        let root = parquet.get_column_root_idx(*leaf);
        if !roots.contains(&root) {
            roots.push(root);
        }
    }
    let projection = ProjectionMask::leaves(parquet, keep.iter().copied());
    let reader = decoded(|| builder.with_projection(projection).build()).map_err(failed)?;
    // What is read comes in the order of the file.
    let order = roots.iter().map(|root| roots.iter().filter(|other| *other < root).count()).collect();
    let schema = arrow_array::RecordBatchReader::schema(&reader);
    Ok(Some(BatchRows::new(schema, order, Box::new(reader))))
}

impl BlockReader for ParquetBlocks {
    fn next_block(&mut self, rows: usize) -> Result<Option<RowBlock>, Problems> {
        while let Some(file) = self.files.get(self.current) {
            let (columns, kept) = match &mut self.columns {
                Some(columns) => columns,
                None => self.columns.insert((ColumnBlocks::open(file)?, open_kept(file, &self.keep)?)),
            };
            if let Some(columns) = columns.next(file, &self.schema, &self.query, rows)? {
                let kept = match kept {
                    Some(kept) => kept
                        .take(columns.rows)
                        .map_err(|error| damaged(file, &ParquetError::General(error.to_string())))?,
                    None => vec![],
                };
                self.done += columns.rows as u64;
                let block = UnparsedColumns { file: self.current, columns, kept };
                return Ok(Some(RowBlock::Unparsed(Box::new(block))));
            }
            self.columns = None;
            self.current += 1;
        }
        Ok(None)
    }

    fn kept_fields(&self) -> Vec<Field> {
        self.kept.clone()
    }

    fn progress(&self) -> ReadProgress {
        ReadProgress { done: self.done, total: Some(self.total), unit: ReadUnit::Rows }
    }
}

/// Rows whose values are decoded, and not read as the query asks yet.
struct UnparsedColumns {
    file: usize,
    columns: DecodedColumns,
    kept: Vec<ArrayRef>,
}

impl UnparsedRows for UnparsedColumns {
    fn rows(&self) -> usize {
        self.columns.rows
    }

    fn parse(
        &self,
        query: &BlockQuery,
        writer: &mut StoreWriter,
        errors: &mut CellErrors,
    ) -> Result<Vec<ArrayRef>, Problem> {
        let file = (self.file, &query.files[self.file]);
        self.columns.write(file, &query.schema, &query.cells.0, writer, errors)?;
        Ok(self.kept.clone())
    }
}
