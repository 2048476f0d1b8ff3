//! An opened table of any source: its columns are known, its rows are not read yet.

use crate::data::io::bytes::MemoryBudget;
use crate::data::table::columns::Table;
use crate::data::table::loaded::LoadedTable;
use crate::data::table::origin::TableOrigin;
use crate::data::table::schema::{Schema, TableQuery};
use crate::diag::Problems;
use std::path::Path;

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
}

/// The cache of tables that were read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Storage<'a> {
    /// The folder of the cache, if there is one.
    pub cache: Option<&'a Path>,
    /// How much may be in memory.
    pub budget: &'a MemoryBudget,
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

    /// The table as it was read from one origin.
    pub(crate) fn loaded(&self, table: Table, origin: TableOrigin, content: blake3::Hash) -> LoadedTable {
        let (schema, name) = (self.schema.clone(), self.name.clone());
        LoadedTable { table, schema, origins: vec![origin], name, content, cached: false, notes: vec![] }
    }
}

/// One hash for several contents: that of a single file is the file's own, so that other tools can check it.
pub(crate) fn fingerprint(contents: &[blake3::Hash]) -> blake3::Hash {
    match contents {
        [content] => *content,
        contents => {
            let mut hasher = blake3::Hasher::new();
            for content in contents {
                hasher.update(content.as_bytes());
            }
            hasher.finalize()
        }
    }
}
