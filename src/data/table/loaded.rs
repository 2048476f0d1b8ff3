//! A table that was read: its rows, its schema, and the origin of each row.

use crate::data::table::columns::{Column, Table};
use crate::data::table::origin::{NOWHERE, RowUnit, TableOrigin};
use crate::data::table::schema::Schema;
use crate::diag::DataPlace;
use std::sync::Arc;

/// A table with its names and origin.
#[derive(Debug)]
pub(crate) struct LoadedTable {
    /// The rows.
    pub table: Table,
    /// Its columns.
    pub schema: Schema,
    /// Where they come from: one origin, or one for each table of a join.
    pub origins: Vec<TableOrigin>,
    /// Its name in problems with the whole table.
    pub name: String,
    /// The content it was read from.
    pub content: blake3::Hash,
    /// Whether it came from the cache.
    pub cached: bool,
    /// Notes for the user.
    pub notes: Vec<String>,
}

impl LoadedTable {
    /// Some of the rows as a separate table.
    pub(crate) fn select_rows(&self, rows: &[u32]) -> Self {
        let mapped = |own: &Option<Arc<Vec<u32>>>| match own {
            Some(own) => rows.iter().map(|row| own[*row as usize]).collect(),
            None => rows.to_vec(),
        };
        let column = |column: &Column| Column {
            store: Arc::clone(&column.store),
            place: column.place,
            rows: Some(Arc::new(mapped(&column.rows))),
        };
        let origin =
            |origin: &TableOrigin| TableOrigin { rows: Some(Arc::new(mapped(&origin.rows))), ..origin.clone() };
        let table = Table { rows: rows.len(), columns: self.table.columns.iter().map(column).collect() };
        Self { origins: self.origins.iter().map(origin).collect(), ..self.with_table(table) }
    }

    /// Other cells for the same rows: places and names stay.
    pub(crate) fn with_table(&self, table: Table) -> Self {
        Self {
            table,
            schema: self.schema.clone(),
            origins: self.origins.clone(),
            name: self.name.clone(),
            content: self.content,
            cached: self.cached,
            notes: vec![],
        }
    }

    /// The origin of a cell; the table as a whole without a row.
    pub(crate) fn place(&self, row: Option<usize>, position: Option<usize>) -> DataPlace {
        let column = position.map(|position| self.schema.column(position));
        let origin = position.map_or(0, |position| self.origin(position));
        let found = row.and_then(|row| {
            // Where a table of a join lacks the row, the place in the first table is given.
            let [own, first] = [self.origins.get(origin), self.origins.first()];
            own.and_then(|own| own.place(row, column.as_ref())).or_else(|| first?.place(row, column.as_ref()))
        });
        found.unwrap_or_else(|| DataPlace { file: self.name.clone(), line: None, row: None, column })
    }

    /// Which origin a column is from.
    pub(crate) fn origin(&self, position: usize) -> usize {
        let ends = self.origins.iter().scan(0, |end, origin| {
            *end += origin.width;
            Some(*end)
        });
        ends.take_while(|end| *end <= position).count()
    }

    /// The names of its files; of a folder whose rows are files, that of the folder.
    pub(crate) fn file_names(&self) -> Vec<String> {
        self.names_of(&self.origins)
    }

    /// The names of the files that its rows come from: of a join, those of the first table.
    pub(crate) fn row_file_names(&self) -> Vec<String> {
        self.names_of(&self.origins[..self.origins.len().min(1)])
    }

    fn names_of(&self, origins: &[TableOrigin]) -> Vec<String> {
        let names = |origin: &TableOrigin| match origin.row_unit {
            RowUnit::Files => vec![self.name.clone()],
            RowUnit::Lines | RowUnit::Rows => origin.files.iter().map(|file| file.name.clone()).collect(),
        };
        origins.iter().flat_map(names).collect()
    }

    /// The name of the joined table that a column is from, if that table has no match for the key of a row.
    pub(crate) fn unmatched_table(&self, row: usize, position: usize) -> Option<String> {
        let origin = self.origins.get(self.origin(position))?;
        let rows = origin.rows.as_ref()?;
        (rows.get(row) == Some(&NOWHERE)).then(|| match origin.files.as_slice() {
            [file, ..] => file.name.clone(),
            [] => self.name.clone(),
        })
    }
}
