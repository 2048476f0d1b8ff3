//! Reads Arrow IPC: files, and streams, which are files too or come over a pipe.

use crate::data::io::bytes::MemoryBudget;
use crate::data::io::contained::contained;
use crate::data::io::paths::DataFile;
use crate::data::io::reader::{self, ByteCount};
use crate::data::source::arrow_cells::{ArrowCells, list_shape};
use crate::data::source::arrow_messages::CheckedMessages;
use crate::data::source::batch_rows::BatchRows;
use crate::data::source::common_schema::{common_schema, other_columns};
use crate::data::source::format::{FormatReader, ReadFiles};
use crate::data::source::row_block::{BlockQuery, BlockReader, ReadProgress, ReadUnit, RowBlock, UnparsedRows};
use crate::data::table::errors::{CellErrors, empty, out_of_space, unreadable};
use crate::data::table::origin::RowUnit;
use crate::data::table::schema::{ArrayType, Schema, TableQuery};
use crate::data::table::store::StoreWriter;
use crate::diag::{Code, Problem, Problems};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_ipc::reader::StreamReader;
use arrow_schema::{ArrowError, DataType, Field};
use std::io::{self, BufReader, Cursor, Read};

/// Files that exist but have not been read.
pub(crate) struct ArrowIpc {
    /// The files, in order; together they are one table.
    pub files: Vec<DataFile>,
}

/// Largest number of rows read at once.
const BLOCK: usize = 4096;

impl FormatReader for ArrowIpc {
    fn files(&self) -> &[DataFile] {
        &self.files
    }

    fn row_unit(&self) -> RowUnit {
        RowUnit::Rows
    }

    fn format(&self) -> String {
        "arrow".to_owned()
    }

    fn schema(&self) -> Result<Schema, Problems> {
        common_schema(&self.files, schema_of, other_columns)
    }

    fn read(&self, schema: &Schema, query: &TableQuery, budget: &MemoryBudget) -> Result<ReadFiles, Problems> {
        let (mut writer, mut errors) = (StoreWriter::new(query, budget), CellErrors::default());
        for (index, file) in self.files.iter().enumerate() {
            let mut rows = open(file, &ByteCount::default())?;
            let mut row = 0;
            while let Some(batch) = rows.next(BLOCK).map_err(|error| damaged(file, &error))? {
                let batch = BatchCells { index, file, first: row, batch: &batch };
                batch.write(schema, query, &mut writer, &mut errors)?;
                // A column of another type is reported once, not for each of its rows.
                if errors.is_full() {
                    return Err(errors.finish().unwrap_or_default());
                }
                row += batch.batch.num_rows() as u64;
            }
            if row == 0 {
                errors.push(empty(file));
            }
        }
        if let Some(problems) = errors.finish() {
            return Err(problems);
        }
        let span = self.files.first().map_or_else(Default::default, |file| file.span);
        let store = writer.finish().map_err(|error| out_of_space(span, &error))?;
        Ok(ReadFiles { store, hashes: None })
    }

    fn blocks(&self, query: &BlockQuery) -> Option<Result<Box<dyn BlockReader>, Problems>> {
        Some(ArrowBlocks::new(query).map(|blocks| Box::new(blocks) as Box<dyn BlockReader>).map_err(Problems::from))
    }
}

fn damaged(file: &DataFile, error: &ArrowError) -> Problem {
    let message = format!("`{}` is truncated, damaged, or not Arrow IPC: {error}", file.name);
    file.problem(Code::CorruptFile, message, None).help("download or write it again")
}

/// The batches of a file or of a stream.
fn open(file: &DataFile, count: &ByteCount) -> Result<BatchRows, Problem> {
    rows(file, reader::open_counted(file, count).map_err(|error| unreadable(file, &error, 0))?)
}

fn rows(file: &DataFile, mut bytes: impl Read + Send + 'static) -> Result<BatchRows, Problem> {
    let failed = |error: io::Error| damaged(file, &ArrowError::from(error));
    let mut first = [0];
    if bytes.read(&mut first).map_err(failed)? == 0 {
        return Err(empty(file));
    }
    let bytes = BufReader::new(Cursor::new(first).chain(bytes));
    let bytes = contained(|| CheckedMessages::new(bytes)).unwrap_or_else(|message| Err(io::Error::other(message)));
    let bytes = bytes.map_err(failed)?;
    let reader =
        contained(|| StreamReader::try_new(bytes, None)).unwrap_or_else(|message| Err(ArrowError::IpcError(message)));
    let reader = reader.map_err(|error| damaged(file, &error))?;
    let schema = reader.schema();
    let order = (0..schema.fields().len()).collect();
    Ok(BatchRows::new(schema, order, Box::new(reader)))
}

/// The columns of a file. The first row decides the length of lists.
fn schema_of(file: &DataFile) -> Result<Schema, Problem> {
    let mut rows = match &file.stream {
        None => open(file, &ByteCount::default())?,
        Some(stream) => rows(file, stream.peek())?,
    };
    let fields = rows.fields();
    if fields.is_empty() {
        return Err(empty(file));
    }
    let nested = fields.iter().any(|field| field.data_type().is_nested());
    let first = if nested { rows.next(BLOCK).map_err(|error| damaged(file, &error))? } else { None };
    Ok(batch_schema(fields.iter(), first.as_ref()))
}

/// The columns of batches with these fields, of which this is the first.
pub(crate) fn batch_schema<'a>(fields: impl Iterator<Item = &'a Field> + Clone, first: Option<&RecordBatch>) -> Schema {
    let mut schema = Schema::named(fields.clone().map(|field| field.name().clone()).collect());
    let own = |kind: &DataType| matches!(kind, DataType::Struct(_) | DataType::Map(..) | DataType::Union(..));
    schema.nested = fields.enumerate().filter(|(_, field)| own(field.data_type())).map(|(at, _)| at).collect();
    for (at, column) in first.into_iter().flat_map(RecordBatch::columns).enumerate() {
        if let Some(shape) = list_shape(column) {
            schema.arrays.insert(at, ArrayType { shape, bytes: false });
        }
    }
    schema
}

/// A batch of a file, whose first row is the row `first` of the file.
struct BatchCells<'a> {
    index: usize,
    file: &'a DataFile,
    first: u64,
    batch: &'a RecordBatch,
}

impl BatchCells<'_> {
    /// Writes the cells as the query reads them.
    fn write(
        &self,
        schema: &Schema,
        query: &TableQuery,
        writer: &mut StoreWriter,
        errors: &mut CellErrors,
    ) -> Result<(), Problem> {
        let Self { index, file, first, batch } = *self;
        let mut numbers = vec![];
        let mut from = 0;
        let cells: Result<Vec<ArrowCells>, ArrowError> =
            query.columns.iter().map(|wanted| ArrowCells::of(batch.column(wanted.position))).collect();
        let cells = cells.map_err(|error| damaged(file, &error))?;
        while from < batch.num_rows() {
            let count = writer.rows_left().min(batch.num_rows() - from);
            let written = writer.rows();
            for (at, (wanted, cells)) in query.columns.iter().zip(&cells).enumerate() {
                for within in 0..count {
                    let name = || schema.column(wanted.position);
                    let Some(cell) = cells.cell(from + within, &mut numbers) else {
                        let name = name();
                        let message = format!("column `{name}` is of a type that cannot be read");
                        let problem = Problem::error(Code::ColumnType, message).at(wanted.span, "read here");
                        let problem = problem.in_data(file.place(None, Some(name)));
                        return Err(problem.help("write it as numbers or as text"));
                    };
                    if let Err(error) = writer.put(at, wanted.kind, cell) {
                        let place = file.row_place(first + (from + within) as u64, name());
                        errors.push_row(written + within, error.problem(file, place, wanted));
                        // The caller ends here, and the cells that are left would only be counted.
                        if errors.is_full() {
                            return Ok(());
                        }
                    }
                }
            }
            let ended = writer.end_rows(count, index, first + from as u64);
            ended.map_err(|error| out_of_space(file.span, &error))?;
            from += count;
        }
        Ok(())
    }
}

/// The blocks of Arrow files.
struct ArrowBlocks {
    files: Vec<DataFile>,
    keep: Vec<usize>,
    /// The file that is being read.
    current: usize,
    batches: BatchRows,
    kept: Vec<Field>,
    /// Rows of the file that were read.
    row: u64,
    count: ByteCount,
    done: u64,
}

impl ArrowBlocks {
    fn new(query: &BlockQuery) -> Result<Self, Problem> {
        let count = ByteCount::default();
        let Some(first) = query.files.first() else {
            return Err(Problem::error(Code::Internal, "a table without files"));
        };
        let batches = open(first, &count)?;
        let fields = batches.fields();
        let kept = query.keep.iter().map(|at| fields[*at].clone()).collect();
        let (files, keep) = (query.files.clone(), query.keep.clone());
        Ok(Self { files, keep, current: 0, batches, kept, row: 0, count, done: 0 })
    }
}

impl BlockReader for ArrowBlocks {
    fn next_block(&mut self, rows: usize) -> Result<Option<RowBlock>, Problems> {
        while let Some(file) = self.files.get(self.current) {
            if let Some(batch) = self.batches.next(rows).map_err(|error| damaged(file, &error))? {
                let block = UnparsedBatch { file: self.current, first: self.row, batch };
                self.row += block.batch.num_rows() as u64;
                self.done += block.batch.num_rows() as u64;
                return Ok(Some(RowBlock::Unparsed(Box::new(block))));
            }
            self.current += 1;
            self.row = 0;
            if let Some(next) = self.files.get(self.current) {
                self.batches = open(next, &self.count)?;
                let fields = self.batches.fields();
                if !self.keep.iter().map(|at| &fields[*at]).eq(&self.kept) {
                    let message = format!("`{}` has columns of other types than the first file", next.name);
                    return Err(next.problem(Code::ColumnType, message, None).into());
                }
            }
        }
        Ok(None)
    }

    fn kept_fields(&self) -> Vec<Field> {
        self.kept.clone()
    }

    fn progress(&self) -> ReadProgress {
        ReadProgress { done: self.done, total: None, unit: ReadUnit::Rows }
    }
}

/// Rows of a batch that are not read as the query asks yet.
pub(crate) struct UnparsedBatch {
    /// The number of the file.
    pub(crate) file: usize,
    /// The row of the file that is the first of the batch.
    pub(crate) first: u64,
    /// The rows.
    pub(crate) batch: RecordBatch,
}

impl UnparsedRows for UnparsedBatch {
    fn rows(&self) -> usize {
        self.batch.num_rows()
    }

    fn parse(
        &self,
        query: &BlockQuery,
        writer: &mut StoreWriter,
        errors: &mut CellErrors,
    ) -> Result<Vec<ArrayRef>, Problem> {
        let file = &query.files[self.file];
        let cells = BatchCells { index: self.file, file, first: self.first, batch: &self.batch };
        cells.write(&query.schema, &query.cells.0, writer, errors)?;
        Ok(query.keep.iter().map(|at| self.batch.column(*at).clone()).collect())
    }
}
