//! What is counted of a table as a whole.

use crate::data::inspect::row_sample::RowSample;
use crate::data::inspect::survey::column::ColumnSurvey;
use crate::diag::Problems;
use std::io;

/// The columns of a table and its number of rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Survey {
    /// Whether columns have names: in a table of text, whether the first line names them.
    pub header: bool,
    /// Number of rows that were read.
    pub rows: usize,
    /// Number of rows that there are.
    pub all_rows: usize,
    /// Whether all were read.
    pub whole: bool,
    /// The columns in order.
    pub columns: Vec<ColumnSurvey>,
    /// Rows from all over the table.
    pub(super) sample: RowSample,
}

impl Survey {
    /// The columns that alone predict the column `label`, and the score of each.
    pub fn telling(&self, label: usize) -> Vec<(usize, f64)> {
        self.sample.telling(label)
    }
}

/// An error of a file that can be read and holds no table.
pub(super) fn invalid(message: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message.into())
}

/// The first of the problems, in one line: there is no pipeline text yet for labels.
pub(super) fn first_message(problems: &Problems) -> String {
    problems.iter().next().map_or_else(String::new, |problem| problem.message.clone())
}
