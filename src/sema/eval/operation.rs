//! Operations added to the graph: their paths, their shapes, and the length of sequences carried from value to value.

use crate::diag::Span;
use crate::ops::{Op, ShapeError, StepUse, ValueKind, WindowCount};
use crate::sema::eval::evaluator::{Evaluator, join};
use crate::sema::eval::value::{BlockStage, Callee, EvalValue};
use crate::sema::hir::{HirValue, ValueId};
use crate::shape::Shape;

impl Evaluator<'_> {
    /// The path of the next layer in this scope.
    pub(crate) fn next_path(&mut self) -> String {
        let counter = self.counters.entry(self.scope.clone()).or_insert(0);
        let path = join(&self.scope, &counter.to_string());
        *counter += 1;
        path
    }

    /// Adds a layer to the graph without a call in the text.
    pub(crate) fn apply_layer(&mut self, op: Op, input: usize, span: Span) -> EvalValue {
        let stage = BlockStage { callee: Callee::Layer(op.clone()), span, calls: vec![] };
        self.apply_op(op, vec![input], span, Some(&stage))
    }

    /// Adds an operation to the graph after a check of its shape.
    pub(crate) fn apply_op(&mut self, op: Op, inputs: Vec<usize>, span: Span, stage: Option<&BlockStage>) -> EvalValue {
        self.apply_op_at(op, inputs, span, stage, span)
    }

    /// As [`Self::apply_op`]; a shape mismatch is reported at `place`, a part of `span`.
    pub(crate) fn apply_op_at(
        &mut self,
        op: Op,
        mut inputs: Vec<usize>,
        span: Span,
        stage: Option<&BlockStage>,
        place: Span,
    ) -> EvalValue {
        const MOST: usize = 100_000;
        let calls = self.call_trace();
        if self.calls_left == 0 {
            return EvalValue::Unknown;
        }
        if self.values.len() >= MOST {
            return self.too_many("more than 100,000 operations", span);
        }
        let kinds: Vec<ValueKind> = inputs.iter().map(|input| self.values[*input].kind).collect();
        let shapes: Vec<_> = inputs.iter().map(|input| &self.values[*input].shape).collect();
        let typed = op.reading(&kinds).and_then(|op| op.shape(&shapes).map(|shape| (op, shape)));
        let made = typed.and_then(|(op, shape)| {
            let length = self.length_through(&op, &mut inputs, span)?;
            Ok((op, length.filter(|_| shape.0.len() > 1), shape))
        });
        match made {
            Ok((op, length, shape)) => {
                let path = if stage.is_some() { self.next_path() } else { String::new() };
                let kind = ValueKind::Numbers;
                self.values.push(HirValue { op, inputs, shape, kind, length, path, span, calls });
                EvalValue::Tensor(self.values.len() - 1)
            }
            Err(error) => self.shape_mismatch(error, &inputs, place),
        }
    }
    /// The sequence length of the result of an operation on `inputs`. For an operation over several steps the length
    /// becomes the second input.
    ///
    /// # Errors
    /// Inputs whose sequences may have different lengths.
    fn length_through(
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
        match op.traits().step_use {
            StepUse::PerStep => match (1..inputs.len()).find(|place| length_of(*place) != Some(first)) {
                None => Ok(Some(first)),
                Some(other) => Err(two_lengths(op, other)),
            },
            StepUse::AcrossSteps => {
                inputs.push(first);
                Ok(Some(first))
            }
            StepUse::Windows(window) => {
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
        message: format!("`{}` takes sequences of one length, and these may differ in length", op.name()),
        inputs: vec![other, 0],
        help: Some("make a vector of each first, for example with `mean_pool`".into()),
    }
}
