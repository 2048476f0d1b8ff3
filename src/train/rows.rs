//! What training asks of a part of the data: how many rows, their labels, and batches of them. Knows no files.

use crate::data::Subset;
use crate::plan::Batch;

/// One part of a data set, as the plan's inputs read it.
pub trait Rows: Sync {
    /// How many rows.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The class of each row.
    fn labels(&self) -> &[u32];

    /// Makes `batch` hold these rows, in this order, reusing what it has allocated.
    fn fill(&self, rows: &[u32], batch: &mut Batch);
}

/// A part of a data set, and which of its modalities a plan reads.
#[derive(Clone, Copy, Debug)]
pub struct SubsetRows<'a> {
    /// The part.
    pub subset: &'a Subset,
    /// The places of the plan's inputs among its modalities, as [`crate::data::Dataset::places`] finds them.
    pub modalities: &'a [usize],
}

impl Rows for SubsetRows<'_> {
    fn len(&self) -> usize {
        self.subset.rows
    }

    fn labels(&self) -> &[u32] {
        &self.subset.labels
    }

    fn fill(&self, rows: &[u32], batch: &mut Batch) {
        self.subset.fill(batch, rows, self.modalities);
    }
}
