//! How many steps of a sequence are real, carried from value to value.

use super::eval::Evaluator;
use super::hir::ValueId;
use crate::ops::{Op, ShapeError};

impl Evaluator<'_> {
    /// The length of what an operation makes of `inputs`: theirs, where it works on every step by itself.
    pub(super) fn length_through(&self, op: &Op, inputs: &[ValueId]) -> Result<Option<ValueId>, ShapeError> {
        let lengths = |place: usize| inputs.get(place).and_then(|input| self.values[*input].length);
        let first = lengths(0);
        match (1..inputs.len()).find(|place| lengths(*place) != first) {
            None => Ok(first),
            Some(other) => Err(ShapeError {
                message: format!("`{}` takes sequences of one length, and a row of these may have two", op.name()),
                inputs: vec![other, 0],
                help: Some("make a vector of each first, for example with `mean_pool`".into()),
            }),
        }
    }
}
