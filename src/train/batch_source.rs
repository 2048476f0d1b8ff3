//! The rows of one part of the data as training and evaluation read them: their number, labels and batches. Does not
//! depend on files.

use crate::data::Draw;
use crate::plan::Batch;

/// One part of a data set, as the plan's inputs read it.
pub trait BatchSource: Sync {
    /// Number of rows.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The class of each row.
    fn labels(&self) -> &[u32];

    /// The weight of each row in the loss; empty where every row weighs 1.
    fn weights(&self) -> &[f64] {
        &[]
    }

    /// Makes `batch` hold these rows, in this order, reusing what it has allocated.
    fn fill(&self, rows: &[u32], batch: &mut Batch);

    /// As [`BatchSource::fill`], with the random changes that the rows of a training are given.
    fn fill_training(&self, rows: &[u32], batch: &mut Batch, _draw: Draw) {
        self.fill(rows, batch);
    }
}
