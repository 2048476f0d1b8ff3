//! A table as it was read: its columns, and where in which file each row stood. Knows nothing of what columns mean.

use crate::data::io::paths::DataFile;
use crate::data::table::store::Store;
use crate::diag::{DataPlace, Span};
use crate::shape::Shape;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// What is known of a table before its rows are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Head {
    /// The names of the columns, if it has a header.
    pub names: Option<Vec<String>>,
    /// How many columns.
    pub width: usize,
    /// The columns whose cells hold several numbers.
    pub arrays: BTreeMap<usize, Array>,
}

/// What the cells of a column hold that is more than one number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Array {
    /// The shape of each.
    pub shape: Shape,
    /// Whether they are whole numbers from 0 to 255.
    pub bytes: bool,
}

impl Head {
    /// The head of columns with these names.
    pub(crate) fn named(names: Vec<String>) -> Self {
        Self { width: names.len(), names: Some(names), arrays: BTreeMap::new() }
    }

    /// A column as people know it: its name, or its position counted from 0.
    pub(crate) fn column(&self, position: usize) -> String {
        match self.names.as_ref().and_then(|names| names.get(position)) {
            Some(name) => name.clone(),
            None => position.to_string(),
        }
    }

    /// How many numbers a cell of a column holds.
    pub(crate) fn numbers_in(&self, position: usize) -> usize {
        self.arrays.get(&position).map_or(1, |array| array.shape.size())
    }
}

/// What a cell is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ColumnKind {
    /// So many finite numbers, or nothing for each.
    Number(usize),
    /// One of a number of words.
    Word,
    /// A text.
    Text,
    /// Pixels of channels, rows and columns, or no image.
    Image([usize; 3]),
}

/// One column that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Its position in the table.
    pub position: usize,
    /// What it is read as.
    pub kind: ColumnKind,
    /// The text that asks for it.
    pub span: Span,
}

/// The columns that are wanted of a table, each once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Question {
    /// In the order they were first asked for.
    pub wanted: Vec<Wanted>,
}

impl Question {
    /// Asks for a column; returns its place in [`Table::columns`].
    pub(crate) fn ask(&mut self, position: usize, kind: ColumnKind, span: Span) -> usize {
        match self.wanted.iter().position(|wanted| wanted.position == position && wanted.kind == kind) {
            Some(place) => place,
            None => {
                self.wanted.push(Wanted { position, kind, span });
                self.wanted.len() - 1
            }
        }
    }
}

/// The columns of a table that were asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    /// How many rows.
    pub rows: usize,
    /// One per wanted column.
    pub columns: Vec<Column>,
}

/// One column, which may lie in a store of its own.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// Where its cells are.
    pub store: Arc<Store>,
    /// Its place there.
    pub place: usize,
    /// For each row of the table the row there, [`NOWHERE`] for none; the same rows where nothing is said.
    pub rows: Option<Arc<Vec<u32>>>,
}

/// The row of a table that has no row for a key.
pub(crate) const NOWHERE: u32 = u32::MAX;

impl Column {
    /// The row of the store.
    fn row(&self, row: usize) -> Option<usize> {
        match &self.rows {
            None => Some(row),
            Some(rows) => rows.get(row).filter(|row| **row != NOWHERE).map(|row| *row as usize),
        }
    }

    /// One of the numbers of a cell; NaN where there is nothing.
    pub(crate) fn number(&self, row: usize, at: usize) -> f64 {
        self.row(row).map_or(f64::NAN, |row| self.store.number(self.place, row, at))
    }

    /// One of the numbers of the cells of several rows, added to `cells`.
    pub(crate) fn gather(&self, at: usize, rows: &[u32], cells: &mut Vec<f64>) {
        match &self.rows {
            None => self.store.gather(self.place, at, rows, cells),
            Some(own) => {
                let rows: Vec<u32> = rows.iter().map(|row| own[*row as usize]).collect();
                self.store.gather(self.place, at, &rows, cells);
            }
        }
    }

    /// The text of a cell, empty where there is nothing.
    pub(crate) fn text(&self, row: usize) -> &str {
        match (self.row(row), self.store.layout.kinds.get(self.place)) {
            (Some(row), Some(ColumnKind::Text)) => self.store.text(self.place, row),
            (Some(row), Some(ColumnKind::Word)) => {
                let code = self.store.code(self.place, row) as usize;
                self.store.layout.dictionaries[self.place].get(code).map_or("", String::as_str)
            }
            _ => "",
        }
    }

    /// The pixels of a cell, if it holds an image.
    pub(crate) fn pixels(&self, row: usize) -> Option<&[u8]> {
        self.store.pixels(self.place, self.row(row)?)
    }
}

impl Table {
    /// All columns of a store.
    pub(crate) fn whole(store: Store) -> Self {
        let (rows, columns) = (store.layout.rows, store.layout.kinds.len());
        let store = Arc::new(store);
        let columns = (0..columns).map(|place| Column { store: Arc::clone(&store), place, rows: None }).collect();
        Self { rows, columns }
    }

    /// The table of these columns.
    pub(crate) fn select(&self, places: &[usize]) -> Self {
        Self { rows: self.rows, columns: places.iter().map(|place| self.columns[*place].clone()).collect() }
    }

    /// The words of a column, if it was read as words.
    pub(crate) fn words(&self, column: usize) -> Option<Words> {
        let Column { store, place, .. } = self.columns.get(column)?;
        if store.layout.kinds.get(*place) != Some(&ColumnKind::Word) {
            return None;
        }
        let column = &self.columns[column];
        let mut dictionary = store.layout.dictionaries[*place].clone();
        let mut empty = dictionary.iter().position(String::is_empty);
        let codes = (0..self.rows).map(|row| match column.row(row) {
            Some(row) => store.code(*place, row),
            None => {
                let place = *empty.get_or_insert_with(|| {
                    dictionary.push(String::new());
                    dictionary.len() - 1
                });
                place as u32
            }
        });
        let codes = codes.collect();
        Some(Words { dictionary, codes })
    }
}

/// A column of words.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Words {
    /// The different words, in the order they first occur.
    pub dictionary: Vec<String>,
    /// The word of each row.
    pub codes: Vec<u32>,
}

impl Words {
    /// The word of a row.
    pub(crate) fn get(&self, row: usize) -> &str {
        self.codes.get(row).and_then(|code| self.dictionary.get(*code as usize)).map_or("", String::as_str)
    }
}

/// Rows that stood on consecutive lines of a file: from `row` on, which stood on `line`, to the next run. Where a format
/// has no lines, `line` is the row of the file, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Run {
    /// The first row of the run.
    pub row: u64,
    /// Which file of the table.
    pub file: u32,
    /// The line of the first row, counted from 1.
    pub line: u64,
}

/// Notes that `row` stood on `line` of `file`.
pub(crate) fn extend_runs(runs: &mut Vec<Run>, row: u64, file: u32, line: u64) {
    let follows = |run: &Run| run.file == file && run.line + (row - run.row) == line;
    if !runs.last().is_some_and(follows) {
        runs.push(Run { row, file, line });
    }
}

/// A table and how people know it.
#[derive(Debug)]
pub(crate) struct Read {
    /// The rows.
    pub table: Table,
    /// Its columns.
    pub head: Head,
    /// Where they come from: one origin, or one for each table of a join.
    pub origins: Vec<Origin>,
    /// What it is called where no single file is to blame.
    pub name: String,
    /// The content it was read from.
    pub content: blake3::Hash,
    /// Whether it came from the cache.
    pub cached: bool,
    /// What people may want to know of it.
    pub notes: Vec<String>,
}

/// What the rows of files are counted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Counted {
    /// Lines, from 1.
    Lines,
    /// Rows, from 0.
    #[default]
    Rows,
    /// Each row is a file.
    Files,
}

/// Where columns of a table come from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origin {
    /// Files, or nothing for a table that was made rather than read.
    pub files: Vec<DataFile>,
    /// What their rows are counted by.
    pub counted: Counted,
    /// The folder that paths in cells start at; without it, that of the file they are written in.
    pub folder: Option<PathBuf>,
    /// How many columns of the table are from here.
    pub width: usize,
    /// Where rows stood.
    pub runs: Vec<Run>,
    /// For each row of the table the row here, as in [`Column::rows`].
    pub rows: Option<Arc<Vec<u32>>>,
}

impl Origin {
    /// Where a row of the table stood.
    fn place(&self, row: usize, column: Option<&String>) -> Option<DataPlace> {
        let row = match &self.rows {
            Some(rows) => u64::from(*rows.get(row).filter(|row| **row != NOWHERE)?),
            None => row as u64,
        };
        let after = self.runs.partition_point(|run| run.row <= row);
        let run = self.runs.get(after.checked_sub(1)?)?;
        let at = run.line + (row - run.row);
        let file = self.files.get(run.file as usize)?.name.clone();
        let (line, row) = match self.counted {
            Counted::Lines => (Some(at), None),
            Counted::Rows => (None, Some(at)),
            Counted::Files => (None, None),
        };
        Some(DataPlace { file, line, row, column: column.cloned() })
    }
}

impl Read {
    /// Where a cell stood; the table as a whole without a row.
    pub(crate) fn place(&self, row: Option<usize>, position: Option<usize>) -> DataPlace {
        let column = position.map(|position| self.head.column(position));
        let origin = position.map_or(0, |position| self.origin(position));
        let found = row.and_then(|row| {
            // Where a table of a join has no such row, the first table says which it is.
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
        let names = |origin: &Origin| match origin.counted {
            Counted::Files => vec![self.name.clone()],
            _ => origin.files.iter().map(|file| file.name.clone()).collect(),
        };
        self.origins.iter().flat_map(names).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_as_few_as_can_be() {
        let mut runs = vec![];
        for (row, file, line) in [(0, 0, 2), (1, 0, 3), (2, 0, 6), (3, 0, 7), (4, 1, 8)] {
            extend_runs(&mut runs, row, file, line);
        }
        let expected = [(0, 0, 2), (2, 0, 6), (4, 1, 8)].map(|(row, file, line)| Run { row, file, line });
        assert_eq!(runs, expected);
    }
}
