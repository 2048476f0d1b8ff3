//! An opened table of any source: its columns are known, its rows are not read yet.

use crate::data::io::paths::DataFile;
use crate::data::source::image_files;
use crate::data::source::row_block::{BlockQuery, BlockReader, WholeTable};
use crate::data::source::storage::Storage;
use crate::data::table::columns::Table;
use crate::data::table::loaded::LoadedTable;
use crate::data::table::origin::{RowUnit, TableOrigin};
use crate::data::table::schema::{Schema, TableQuery};
use crate::diag::{Code, Problem, Problems};

/// A table that exists and whose columns are known; its rows are not read yet.
pub(crate) struct OpenTable {
    /// Its columns.
    pub schema: Schema,
    /// Its name in problems with the whole table.
    pub name: String,
    rows: Box<dyn RowReader>,
}

/// The reader of the rows of a table.
pub(crate) trait RowReader {
    /// Reads the columns of a query, in their order, of the table with this schema and name.
    fn read(&self, table: &OpenTable, query: &TableQuery, storage: Storage<'_>) -> Result<LoadedTable, Problems>;

    /// The files, and what their rows are counted by.
    fn files(&self) -> (Vec<DataFile>, RowUnit) {
        (vec![], RowUnit::default())
    }

    /// Reads the columns of a query block after block, where the format can be read so.
    fn blocks(&self, _: &BlockQuery) -> Option<Result<Box<dyn BlockReader>, Problems>> {
        None
    }
}

/// The columns that are passed on beside those of a query.
pub(crate) struct PassedOn {
    /// Their positions.
    pub(crate) positions: Vec<usize>,
    /// Whether a format that cannot pass columns on is read without them.
    pub(crate) optional: bool,
}

impl OpenTable {
    /// A table of this schema, whose rows are read by `rows`.
    pub(crate) fn new(schema: Schema, name: String, rows: impl RowReader + 'static) -> Self {
        Self { schema, name, rows: Box::new(rows) }
    }

    /// Reads the columns of a query: from the cache if possible, else from the source.
    pub(crate) fn read(&self, query: &TableQuery, storage: Storage<'_>) -> Result<LoadedTable, Problems> {
        self.rows.read(self, query, storage)
    }

    /// Reads the columns of a query block after block, and passes on others. A table that can only
    /// be read as a whole is kept within the budget of `storage`.
    pub(crate) fn blocks(
        &self,
        query: TableQuery,
        keep: PassedOn,
        storage: Storage<'_>,
    ) -> Result<(BlockQuery, Box<dyn BlockReader>), Problems> {
        let cells = image_files::cell_query(&self.schema, &query);
        let (files, row_unit) = self.rows.files();
        let (schema, name) = (self.schema.clone(), self.name.clone());
        let PassedOn { positions: keep, optional } = keep;
        let mut query = BlockQuery { schema, name, files, row_unit, query, cells, keep };
        let reader = match self.rows.blocks(&query) {
            Some(reader) => reader?,
            None if optional || query.keep.is_empty() => {
                query.keep.clear();
                Box::new(WholeTable::new(self.read(&query.query, storage)?))
            }
            None => {
                let message = format!("the columns of `{}` cannot be passed on", self.name);
                let problem = Problem::error(Code::ColumnType, message);
                return Err(problem.help("columns are kept of `csv`, `tsv`, `jsonl`, `parquet` and `arrow`").into());
            }
        };
        Ok((query, reader))
    }

    /// The table as it was read from one origin.
    pub(crate) fn loaded(&self, table: Table, origin: TableOrigin, content: blake3::Hash) -> LoadedTable {
        let (schema, name) = (self.schema.clone(), self.name.clone());
        LoadedTable { table, schema, origins: vec![origin], name, content, cached: false, notes: vec![] }
    }
}
