//! Tables without the rows that have no label, which are counted.

use crate::data::label::LabelColumn;
use crate::data::table::loaded::LoadedTable;
use crate::spec::Unlabeled;
use crate::thousands::grouped;

/// A table without the rows that have no label.
pub(crate) struct LabeledTable {
    /// The table.
    pub read: LoadedTable,
    /// The row of each of its rows in the table as it was read; the same ones without it.
    pub rows: Option<Vec<u32>>,
    /// How many rows were left out.
    pub dropped: usize,
}

impl LabeledTable {
    /// A table whose label is one of the columns that were read. Its rows without a label are left out where `unlabeled` says so.
    pub(crate) fn new(mut read: LoadedTable, column: usize, unlabeled: Unlabeled) -> Self {
        let empty = LabelColumn { read: &read, column, position: 0 }.labeled_rows();
        match empty.filter(|_| unlabeled == Unlabeled::Drop) {
            None => Self { read, rows: None, dropped: 0 },
            Some(rows) => {
                let notes = std::mem::take(&mut read.notes);
                let dropped = read.table.rows - rows.len();
                let read = LoadedTable { notes, ..read.select_rows(&rows) };
                Self { read, rows: Some(rows), dropped }
            }
        }
    }

    /// The row of the table as it was read.
    pub(crate) fn row_id(&self, row: u32) -> u64 {
        u64::from(self.rows.as_ref().map_or(row, |rows| rows[row as usize]))
    }

    /// The number of rows that were read.
    pub(crate) fn rows_read(&self) -> usize {
        self.read.table.rows + self.dropped
    }

    /// The note on what was left out.
    pub(crate) fn note(&self, label: &str) -> Option<String> {
        let (dropped, rows) = (grouped(self.dropped as u64), grouped(self.rows_read() as u64));
        let name = &self.read.name;
        let (have, are) = if self.dropped == 1 { ("has", "is") } else { ("have", "are") };
        let note = || format!("{dropped} of {rows} rows of `{name}` {have} no `{label}` and {are} left out");
        (self.dropped > 0).then(note)
    }
}
