//! The rows of a table in the order of their uncertainty, as many as are wanted.

use arrow_array::{RecordBatch, UInt64Array};
use arrow_select::concat::concat_batches;
use arrow_select::take::take_record_batch;
use std::io;

/// Rows beyond those that are wanted that are held before they are sorted out.
const SPARE: usize = 1 << 14;

/// The least sure rows so far.
pub(super) struct LeastSureRows {
    top: Option<usize>,
    uncertainties: Vec<f64>,
    batches: Vec<RecordBatch>,
}

impl LeastSureRows {
    /// For at most `top` rows; all of them for `None`.
    pub(super) fn new(top: Option<usize>) -> Self {
        Self { top, uncertainties: vec![], batches: vec![] }
    }

    /// Adds rows after those before.
    pub(super) fn push(&mut self, uncertainties: Vec<f64>, batch: RecordBatch) -> io::Result<()> {
        self.uncertainties.extend(uncertainties);
        self.batches.push(batch);
        match self.top {
            Some(top) if self.uncertainties.len() > top.saturating_add(SPARE) => self.sort(),
            _ => Ok(()),
        }
    }

    /// Sorts the rows, and keeps those that are wanted. Equals stay in the order of the table: those from before come first.
    fn sort(&mut self) -> io::Result<()> {
        let Some(first) = self.batches.first() else { return Ok(()) };
        let all = concat_batches(&first.schema(), &self.batches).map_err(io::Error::other)?;
        let mut order: Vec<usize> = (0..self.uncertainties.len()).collect();
        order.sort_by(|one, other| self.uncertainties[*other].total_cmp(&self.uncertainties[*one]));
        order.truncate(self.top.unwrap_or(usize::MAX));
        let places = UInt64Array::from(order.iter().map(|row| *row as u64).collect::<Vec<_>>());
        self.uncertainties = order.iter().map(|row| self.uncertainties[*row]).collect();
        self.batches = vec![take_record_batch(&all, &places).map_err(io::Error::other)?];
        Ok(())
    }

    /// The rows, the least sure first; `None` without rows.
    pub(super) fn finish(mut self) -> io::Result<Option<RecordBatch>> {
        self.sort()?;
        Ok(self.batches.pop())
    }
}
