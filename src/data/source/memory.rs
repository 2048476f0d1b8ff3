//! A table whose rows are in memory, such as those of a request to a server. It names no file, and none is read for it.

use crate::data::io::paths::{DataFile, MEMORY};
use crate::data::source::arrow_ipc::{UnparsedBatch, batch_schema};
use crate::data::source::opened::{OpenTable, RowReader};
use crate::data::source::row_block::{BlockQuery, BlockReader, ReadProgress, ReadUnit, RowBlock};
use crate::data::source::storage::Storage;
use crate::data::table::loaded::LoadedTable;
use crate::data::table::origin::RowUnit;
use crate::data::table::schema::TableQuery;
use crate::diag::{Code, Problem, Problems, Span};
use arrow_array::RecordBatch;
use arrow_schema::Field;
use std::path::PathBuf;

/// The table of a batch, with its display name.
pub(crate) fn open(batch: RecordBatch, name: &str) -> OpenTable {
    let schema = batch_schema(batch.schema().fields().iter().map(|field| field.as_ref()), Some(&batch));
    let file =
        DataFile { path: PathBuf::new(), name: name.to_owned(), span: Span::default(), stream: None, memory: MEMORY };
    OpenTable::new(schema, name.to_owned(), MemoryRows { batch, file })
}

/// The rows of a batch.
struct MemoryRows {
    batch: RecordBatch,
    file: DataFile,
}

impl RowReader for MemoryRows {
    fn read(&self, _: &OpenTable, _: &TableQuery, _: Storage<'_>) -> Result<LoadedTable, Problems> {
        Err(Problem::error(Code::Internal, "a table in memory is read in blocks").into())
    }

    fn files(&self) -> (Vec<DataFile>, RowUnit) {
        (vec![self.file.clone()], RowUnit::Rows)
    }

    fn blocks(&self, _: &BlockQuery) -> Option<Result<Box<dyn BlockReader>, Problems>> {
        Some(Ok(Box::new(MemoryBlocks { batch: self.batch.clone(), next: 0 })))
    }
}

/// The blocks of a batch; no column is passed on.
struct MemoryBlocks {
    batch: RecordBatch,
    next: usize,
}

impl BlockReader for MemoryBlocks {
    fn next_block(&mut self, rows: usize) -> Result<Option<RowBlock>, Problems> {
        let count = rows.min(self.batch.num_rows() - self.next);
        if count == 0 {
            return Ok(None);
        }
        let block = UnparsedBatch { file: 0, first: self.next as u64, batch: self.batch.slice(self.next, count) };
        self.next += count;
        Ok(Some(RowBlock::Unparsed(Box::new(block))))
    }

    fn kept_fields(&self) -> Vec<Field> {
        vec![]
    }

    fn progress(&self) -> ReadProgress {
        ReadProgress { done: self.next as u64, total: Some(self.batch.num_rows() as u64), unit: ReadUnit::Rows }
    }
}
