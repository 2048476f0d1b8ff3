//! Tables whose rows are read block after block: what every format makes of a block, and the table that it becomes.

use crate::data::io::bytes::MemoryBudget;
use crate::data::io::paths::DataFile;
use crate::data::source::image_files;
use crate::data::source::storage::Storage;
use crate::data::table::columns::Table;
use crate::data::table::errors::{CellErrors, out_of_space};
use crate::data::table::loaded::LoadedTable;
use crate::data::table::origin::{RowUnit, TableOrigin};
use crate::data::table::schema::{Schema, TableQuery};
use crate::data::table::store::StoreWriter;
use crate::diag::{Problem, Problems};
use arrow_array::ArrayRef;
use arrow_schema::Field;
use std::ops::Range;
use std::sync::Arc;

/// What is read of every block of a table.
pub(crate) struct BlockQuery {
    /// The columns of the table.
    pub schema: Schema,
    /// What the table is called.
    pub name: String,
    /// Its files.
    pub files: Vec<DataFile>,
    /// What its rows are counted by.
    pub row_unit: RowUnit,
    /// The columns that are prepared.
    pub query: TableQuery,
    /// The same with the paths of images as texts, and for each column of `query` its place there.
    pub cells: (TableQuery, Vec<usize>),
    /// The positions of the columns that are passed on as they are.
    pub keep: Vec<usize>,
}

/// The rows of a table, block after block, in their order.
pub(crate) trait BlockReader: Send {
    /// The next rows, at least 1 and `rows` at most; `None` after the last.
    fn next_block(&mut self, rows: usize) -> Result<Option<RowBlock>, Problems>;

    /// The columns that are passed on, with their types.
    fn kept_fields(&self) -> Vec<Field>;

    /// Whether the last block is short because no more rows have come yet.
    fn is_waiting(&self) -> bool {
        false
    }

    /// How much has been read.
    fn progress(&self) -> ReadProgress;
}

/// How much of a table has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadProgress {
    /// What has been read.
    pub done: u64,
    /// All there is, where it is known.
    pub total: Option<u64>,
    /// What both count.
    pub unit: ReadUnit,
}

/// What the progress of reading counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadUnit {
    /// Bytes of files, as they lie on the disk.
    Bytes,
    /// Rows.
    Rows,
}

/// Rows that follow on each other.
pub(crate) enum RowBlock {
    /// Rows that are not parsed yet.
    Unparsed(Box<dyn UnparsedRows>),
    /// Rows of a table that was read as a whole.
    Slice(Arc<LoadedTable>, Range<u32>),
}

/// Rows that were taken from a file and are not parsed yet.
pub(crate) trait UnparsedRows: Send + Sync {
    /// How many there are.
    fn rows(&self) -> usize;

    /// Writes the cells of the query, and returns the columns that are passed on. A row with a problem is written as if
    /// its bad cells were empty.
    fn parse(
        &self,
        query: &BlockQuery,
        writer: &mut StoreWriter,
        errors: &mut CellErrors,
    ) -> Result<Vec<ArrayRef>, Problem>;
}

impl RowBlock {
    /// How many rows there are.
    pub(crate) fn rows(&self) -> usize {
        match self {
            RowBlock::Unparsed(rows) => rows.rows(),
            RowBlock::Slice(_, rows) => rows.len(),
        }
    }

    /// The rows as a table, and the columns that are passed on. Problems with single rows go to `errors`.
    pub(crate) fn load(
        &self,
        query: &BlockQuery,
        errors: &mut CellErrors,
    ) -> Result<(LoadedTable, Vec<ArrayRef>), Problems> {
        let budget = MemoryBudget::new(usize::MAX, None);
        match self {
            RowBlock::Unparsed(rows) => {
                let mut writer = StoreWriter::new(&query.cells.0, &budget);
                let kept = rows.parse(query, &mut writer, errors)?;
                let store = writer.finish().map_err(|error| out_of_space(Default::default(), &error))?;
                let origin = TableOrigin {
                    files: query.files.clone(),
                    row_unit: query.row_unit,
                    width: query.schema.width,
                    runs: store.layout.runs.clone(),
                    ..TableOrigin::default()
                };
                let mut read = LoadedTable {
                    table: Table::whole(store).select(&query.cells.1),
                    schema: query.schema.clone(),
                    origins: vec![origin],
                    name: query.name.clone(),
                    content: blake3::Hash::from_bytes([0; 32]),
                    cached: false,
                    notes: vec![],
                };
                image_files::open_all(&mut read, &query.query, Storage { cache: None, budget: &budget }, errors)?;
                Ok((read, kept))
            }
            RowBlock::Slice(table, rows) => Ok((table.select_rows(&rows.clone().collect::<Vec<_>>()), vec![])),
        }
    }
}

/// The blocks of a table that can only be read as a whole.
pub(crate) struct WholeTable {
    table: Arc<LoadedTable>,
    next: u32,
}

impl WholeTable {
    /// The blocks of a table that was read.
    pub(crate) fn new(table: LoadedTable) -> Self {
        Self { table: Arc::new(table), next: 0 }
    }
}

impl BlockReader for WholeTable {
    fn next_block(&mut self, rows: usize) -> Result<Option<RowBlock>, Problems> {
        let all = self.table.table.rows as u32;
        let from = self.next;
        self.next = all.min(from.saturating_add(u32::try_from(rows).unwrap_or(u32::MAX)));
        Ok((from < self.next).then(|| RowBlock::Slice(Arc::clone(&self.table), from..self.next)))
    }

    fn kept_fields(&self) -> Vec<Field> {
        vec![]
    }

    fn progress(&self) -> ReadProgress {
        let total = Some(self.table.table.rows as u64);
        ReadProgress { done: u64::from(self.next), total, unit: ReadUnit::Rows }
    }
}
