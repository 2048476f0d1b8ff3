//! The values of one column of a source as texts, to group rows by.

use crate::data::io::bytes::MemoryBudget;
use crate::data::source;
use crate::data::source::storage::Storage;
use crate::data::table::schema::{CellType, TableQuery};
use crate::data::table::select::ColumnFinder;
use crate::diag::{Problems, Span};
use crate::spec::{ColumnRef, Select, Source};
use std::path::Path;

/// Bytes of the column that may be in memory.
const MEMORY: usize = 1 << 30;

/// The values of the column called `name`, row after row; a column of a table without names is called by its position.
///
/// # Errors
/// If the source cannot be read, or has no such column (`MMC0504`).
pub fn column_values(source: &Source, base: &Path, name: &str, cache: Option<&Path>) -> Result<Vec<String>, Problems> {
    let open = source::open(source, base, MEMORY)?;
    let select = match (&open.schema.names, name.parse()) {
        (None, Ok(position)) => Select::Position(position),
        _ => Select::Name(name.to_owned()),
    };
    let finder = ColumnFinder { schema: &open.schema, name: &open.name };
    let position = finder.one(&ColumnRef { select, span: Span::default() })?;
    let mut query = TableQuery::default();
    let column = query.add(position, CellType::Word, Span::default());
    let budget = MemoryBudget::new(MEMORY, cache);
    let read = open.read(&query, Storage { cache, budget: &budget })?;
    let words = read.table.words(column);
    Ok(words.map_or_else(Vec::new, |words| (0..read.table.rows).map(|row| words.get(row).to_owned()).collect()))
}
