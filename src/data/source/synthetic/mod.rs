//! Synthetic data sets: generated from a seed alone, each row from its own random stream, so that row
//! `i` is the same however many rows there are.

mod collider;
mod detector;
mod kinematics;

use crate::data::source::opened::{OpenTable, RowReader};
use crate::data::source::storage::Storage;
use crate::data::table::columns::Table;
use crate::data::table::loaded::LoadedTable;
use crate::data::table::origin::TableOrigin;
use crate::data::table::schema::TableQuery;
use crate::diag::{Code, Problem, Problems, Span, nearest};

/// The data sets that `synthetic(name, ...)` can make.
const NAMES: &[&str] = &["collider"];

/// The rows of `collider` for a seed.
struct Collider {
    rows: usize,
    seed: u64,
    span: Span,
}

/// The data set of this name, as a table of `rows` rows.
pub(crate) fn open(name: &str, rows: usize, seed: u64, span: Span) -> Result<OpenTable, Problems> {
    let called = format!("synthetic(\"{name}\")");
    let problem = |code, message| Problems::from(Problem::error(code, message).at(span, "requested here"));
    if !NAMES.contains(&name) {
        let known = nearest(name, NAMES.iter().copied()).unwrap_or(NAMES[0]);
        let message = format!("there is no synthetic data set `{name}`; there is `{known}`");
        return Err(problem(Code::FileUnreadable, message));
    }
    if rows == 0 {
        return Err(problem(Code::EmptyData, format!("`{called}` has no rows")));
    }
    Ok(OpenTable::new(collider::schema(), called, Collider { rows, seed, span }))
}

impl RowReader for Collider {
    fn read(&self, open: &OpenTable, query: &TableQuery, storage: Storage<'_>) -> Result<LoadedTable, Problems> {
        let Self { rows, seed, span } = *self;
        let store = collider::table(rows, seed, query, storage.budget, span)?;
        let content = format!("{} {rows} rows, seed {seed}", collider::VERSION);
        let origin = TableOrigin { width: open.schema.width, ..TableOrigin::default() };
        Ok(open.loaded(Table::whole(store), origin, blake3::hash(content.as_bytes())))
    }
}
