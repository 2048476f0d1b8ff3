//! The file and line of each row of a table.

use crate::data::io::paths::DataFile;
use crate::diag::DataPlace;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;

/// The row of a table that has no row for a key.
pub(crate) const NOWHERE: u32 = u32::MAX;

/// Rows on consecutive lines of a file: from `row`, which is on `line`, to the next run. Where a format
/// has no lines, `line` is the row of the file, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RowRun {
    /// The first row of the run.
    pub row: u64,
    /// Which file of the table.
    pub file: u32,
    /// The line of the first row, counted from 1.
    pub line: u64,
}

/// Records that `row` is on `line` of `file`.
pub(crate) fn extend_runs(runs: &mut Vec<RowRun>, row: u64, file: u32, line: u64) {
    let follows = |run: &RowRun| run.file == file && run.line + (row - run.row) == line;
    if !runs.last().is_some_and(follows) {
        runs.push(RowRun { row, file, line });
    }
}

/// The unit that the rows of files are counted in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum RowUnit {
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
pub(crate) struct TableOrigin {
    /// Files; none for a synthetic table.
    pub files: Vec<DataFile>,
    /// The unit that their rows are counted in.
    pub row_unit: RowUnit,
    /// The folder that paths in cells start at; without it, that of the file they are written in.
    pub folder: Option<PathBuf>,
    /// How many columns of the table are from here.
    pub width: usize,
    /// The places of rows.
    pub runs: Vec<RowRun>,
    /// For each row of the table the row here, as in [`Column::rows`].
    pub rows: Option<Arc<Vec<u32>>>,
}

impl TableOrigin {
    /// The place of a row of the table.
    pub(crate) fn place(&self, row: usize, column: Option<&String>) -> Option<DataPlace> {
        let row = match &self.rows {
            Some(rows) => u64::from(*rows.get(row).filter(|row| **row != NOWHERE)?),
            None => row as u64,
        };
        let after = self.runs.partition_point(|run| run.row <= row);
        let run = self.runs.get(after.checked_sub(1)?)?;
        let at = run.line + (row - run.row);
        let file = self.files.get(run.file as usize)?.name.clone();
        let (line, row) = match self.row_unit {
            RowUnit::Lines => (Some(at), None),
            RowUnit::Rows => (None, Some(at)),
            RowUnit::Files => (None, None),
        };
        Some(DataPlace { file, line, row, column: column.cloned() })
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
        let expected = [(0, 0, 2), (2, 0, 6), (4, 1, 8)].map(|(row, file, line)| RowRun { row, file, line });
        assert_eq!(runs, expected);
    }
}
