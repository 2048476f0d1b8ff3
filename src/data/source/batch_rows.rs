//! Arrow batches of any size, read again in blocks of the size that is wanted.

use crate::data::io::contained::contained;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, Field, SchemaRef};
use arrow_select::concat::concat;

/// Batches, one after the other.
type Batches = dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send;

/// The rows of batches.
pub(crate) struct BatchRows {
    schema: SchemaRef,
    /// The columns that are given, by their places in a batch.
    order: Vec<usize>,
    batches: Box<Batches>,
    /// What is left of the last batch.
    rest: Option<RecordBatch>,
}

impl BatchRows {
    /// The rows of batches of a schema.
    pub(crate) fn new(schema: SchemaRef, order: Vec<usize>, batches: Box<Batches>) -> Self {
        Self { schema, order, batches, rest: None }
    }

    /// The columns that are given.
    pub(crate) fn fields(&self) -> Vec<Field> {
        self.order.iter().map(|at| self.schema.field(*at).clone()).collect()
    }

    /// The next rows of one batch, `rows` at most; `None` after the last.
    pub(crate) fn next(&mut self, rows: usize) -> Result<Option<RecordBatch>, ArrowError> {
        while self.rest.as_ref().is_none_or(|rest| rest.num_rows() == 0) {
            // The decoder panics on some damaged files.
            match contained(|| self.batches.next()) {
                Ok(Some(batch)) => self.rest = Some(batch?),
                Ok(None) => return Ok(None),
                Err(message) => {
                    self.batches = Box::new(std::iter::empty());
                    return Err(ArrowError::IpcError(message));
                }
            }
        }
        let Some(rest) = self.rest.take() else { return Ok(None) };
        let count = rest.num_rows().min(rows);
        self.rest = Some(rest.slice(count, rest.num_rows() - count));
        Ok(Some(rest.slice(0, count)))
    }

    /// The columns of exactly so many rows.
    pub(crate) fn take(&mut self, rows: usize) -> Result<Vec<ArrayRef>, ArrowError> {
        let mut parts = vec![];
        let mut left = rows;
        while left > 0 {
            let part = self.next(left)?.ok_or_else(|| ArrowError::ParquetError("a column is short of rows".into()))?;
            left -= part.num_rows();
            parts.push(part);
        }
        let column = |at: &usize| match parts.as_slice() {
            [part] => Ok(part.column(*at).clone()),
            parts => concat(&parts.iter().map(|part| part.column(*at).as_ref()).collect::<Vec<_>>()),
        };
        self.order.iter().map(column).collect()
    }
}
