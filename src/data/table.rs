//! A table as it was read: its columns, and where in which file each row stood. Knows nothing of what columns mean.

use super::paths::DataFile;
use crate::diag::{DataPlace, Span};
use std::collections::HashMap;

/// What is known of a table before its rows are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// The names of the columns, if it has a header.
    pub names: Option<Vec<String>>,
    /// How many columns.
    pub width: usize,
}

impl Head {
    /// A column as people know it: its name, or its position counted from 0.
    pub(crate) fn column(&self, position: usize) -> String {
        match self.names.as_ref().and_then(|names| names.get(position)) {
            Some(name) => name.clone(),
            None => position.to_string(),
        }
    }
}

/// What a cell is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ColumnKind {
    /// A finite number, or nothing.
    Number,
    /// One of a number of words.
    Word,
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
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Table {
    /// How many rows.
    pub rows: usize,
    /// One per wanted column.
    pub columns: Vec<Column>,
    /// Where rows stood.
    pub runs: Vec<Run>,
}

impl Table {
    /// The numbers of a column; empty if it was read as something else.
    pub(crate) fn numbers(&self, column: usize) -> &[f64] {
        match self.columns.get(column) {
            Some(Column::Numbers(numbers)) => numbers,
            _ => &[],
        }
    }

    /// Whether its columns are those that are asked for, each with a cell for every row.
    pub(crate) fn answers(&self, question: &Question) -> bool {
        self.columns.len() == question.wanted.len()
            && self.columns.iter().zip(&question.wanted).all(|(column, wanted)| match (column, wanted.kind) {
                (Column::Numbers(numbers), ColumnKind::Number) => numbers.len() == self.rows,
                (Column::Words(words), ColumnKind::Word) => words.codes.len() == self.rows,
                _ => false,
            })
    }

    /// The words of a column, if it was read as words.
    pub(crate) fn words(&self, column: usize) -> Option<&Words> {
        match self.columns.get(column) {
            Some(Column::Words(words)) => Some(words),
            _ => None,
        }
    }
}

/// One column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Column {
    /// Finite numbers; NaN where the cell is empty.
    Numbers(Vec<f64>),
    /// Words.
    Words(Words),
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
    /// The column of these words.
    pub(crate) fn from_words<'a>(cells: impl IntoIterator<Item = &'a str>) -> Self {
        let mut words = Self::default();
        let mut known: HashMap<&str, u32> = HashMap::new();
        for cell in cells {
            let code = *known.entry(cell).or_insert_with(|| {
                words.dictionary.push(cell.to_owned());
                words.dictionary.len() as u32 - 1
            });
            words.codes.push(code);
        }
        words
    }

    /// The word of a row.
    pub(crate) fn get(&self, row: usize) -> &str {
        self.codes.get(row).and_then(|code| self.dictionary.get(*code as usize)).map_or("", String::as_str)
    }
}

/// Rows that stood on consecutive lines of a file: from `row` on, which stood on `line`, to the next run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// Its files, or nothing for one that was made rather than read.
    pub files: Vec<DataFile>,
    /// What it is called where no single file is to blame.
    pub name: String,
    /// The content it was read from.
    pub content: blake3::Hash,
    /// Whether it came from the cache.
    pub cached: bool,
    /// What people may want to know of it.
    pub notes: Vec<String>,
}

impl Read {
    /// Where a cell stood; the table as a whole without a row.
    pub(crate) fn place(&self, row: Option<usize>, position: Option<usize>) -> DataPlace {
        let column = position.map(|position| self.head.column(position));
        let run = row.and_then(|row| {
            let after = self.table.runs.partition_point(|run| run.row <= row as u64);
            let run = self.table.runs.get(after.checked_sub(1)?)?;
            Some((self.files.get(run.file as usize)?, run.line + (row as u64 - run.row)))
        });
        match run {
            Some((file, line)) => file.place(Some(line), column),
            None => DataPlace { file: self.name.clone(), line: None, column },
        }
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
