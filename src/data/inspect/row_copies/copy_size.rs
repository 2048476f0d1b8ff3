//! How much of a file is copied, and what the copy holds.

use crate::data::inspect::row_ranges::RowRanges;

/// The most that is copied.
#[derive(Clone, Copy, Debug)]
pub(in crate::data::inspect) struct CopySize {
    /// Rows.
    pub(in crate::data::inspect) rows: u64,
    /// About how many bytes of cells.
    pub(in crate::data::inspect) bytes: u64,
}

impl CopySize {
    /// The share of a file of `own` of `all` bytes.
    pub(super) fn share(self, own: u64, all: u64) -> Self {
        let share = |most: u64| (u128::from(most) * u128::from(own) / u128::from(all.max(1))) as u64;
        Self { rows: share(self.rows).max(1), bytes: share(self.bytes) }
    }

    /// How many rows of about so many bytes that is.
    pub(super) fn rows_of(self, bytes: u64) -> u64 {
        self.rows.min(self.bytes / bytes.max(1)).max(1)
    }
}

/// A file with some rows of another.
#[derive(Debug)]
pub(in crate::data::inspect) struct RowCopy {
    /// Its content.
    pub(in crate::data::inspect) bytes: Vec<u8>,
    /// The rows.
    pub(in crate::data::inspect) rows: RowRanges,
}
