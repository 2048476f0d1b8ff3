//! How many steps of a sequence are real, carried from value to value and given to what reads it.

use crate::diag::Span;
use crate::ops::{Op, ShapeError, Time, ValueKind, WindowCount};
use crate::sema::eval::expr::Evaluator;
use crate::sema::hir::{HirValue, ValueId};
use crate::shape::Shape;

impl Evaluator<'_> {
    /// The length of what an operation makes of `inputs`. Where it looks at several steps at once, their length becomes
    /// its second input.
    ///
    /// # Errors
    /// If it joins sequences that may have ended at different steps.
    pub(crate) fn length_through(
        &mut self,
        op: &Op,
        inputs: &mut Vec<ValueId>,
        span: Span,
    ) -> Result<Option<ValueId>, ShapeError> {
        let length_of = |place: usize| inputs.get(place).and_then(|input: &ValueId| self.values[*input].length);
        let Some(first) = length_of(0) else {
            return match (1..inputs.len()).find(|place| length_of(*place).is_some()) {
                None => Ok(None),
                Some(other) => Err(two_lengths(op, other)),
            };
        };
        match op.traits().time {
            Time::PerStep => match (1..inputs.len()).find(|place| length_of(*place) != Some(first)) {
                None => Ok(Some(first)),
                Some(other) => Err(two_lengths(op, other)),
            },
            Time::AcrossSteps => {
                inputs.push(first);
                Ok(Some(first))
            }
            Time::Windows(window) => {
                inputs.push(first);
                self.values.push(HirValue {
                    op: Op::Windows(WindowCount(window)),
                    inputs: vec![first],
                    shape: Shape::vector(1),
                    kind: ValueKind::Numbers,
                    length: None,
                    path: String::new(),
                    span,
                    calls: self.call_trace(),
                });
                Ok(Some(self.values.len() - 1))
            }
        }
    }
}

fn two_lengths(op: &Op, other: usize) -> ShapeError {
    ShapeError {
        message: format!("`{}` takes sequences of one length, and a row of these may have two", op.name()),
        inputs: vec![other, 0],
        help: Some("make a vector of each first, for example with `mean_pool`".into()),
    }
}
