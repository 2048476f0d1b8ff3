//! Shape mismatches: the operation that cannot take its inputs, and the origin of each shape through pipes and functions.

use crate::diag::{Code, Problem, Span};
use crate::ops::ShapeError;
use crate::sema::eval::evaluator::Evaluator;
use crate::sema::eval::value::EvalValue;
use crate::sema::hir::{HirValue, ValueId};
use crate::shape::Shape;

impl Evaluator<'_> {
    /// Reports that an operation at `place` cannot take `inputs`.
    pub(crate) fn shape_mismatch(&mut self, error: ShapeError, inputs: &[ValueId], place: Span) -> EvalValue {
        let code = if inputs.len() > 1 { Code::ShapeMismatch } else { Code::BadInput };
        let problem = Problem::error(code, error.message).at(place, "does not fit here");
        let mismatched: Vec<ValueId> = error.inputs.iter().filter_map(|place| inputs.get(*place).copied()).collect();
        let mut problem = self.with_shape_origins(problem, &mismatched);
        if let Some(help) = error.help {
            problem = problem.help(help);
        }
        self.report(problem)
    }

    /// Adds the origin of the shape of each value: the layer that made it, and the call if that layer is inside of a
    /// function.
    pub(crate) fn with_shape_origins(&self, mut problem: Problem, values: &[ValueId]) -> Problem {
        let calls = self.call_trace();
        let mut inside: Vec<(Span, Vec<&Shape>)> = vec![];
        for value in values {
            let value = &self.values[self.shape_origin(*value)];
            let seen = origin_span(value, &calls);
            problem = problem.also(seen, format!("this is {}", value.shape));
            if seen == value.span {
                continue;
            }
            match inside.iter_mut().find(|(span, _)| *span == value.span) {
                Some((_, shapes)) => shapes.push(&value.shape),
                None => inside.push((value.span, vec![&value.shape])),
            }
        }
        for (span, mut shapes) in inside {
            shapes.dedup();
            let shapes: Vec<String> = shapes.iter().map(ToString::to_string).collect();
            problem = problem.also(span, format!("made {} here", shapes.join(" and ")));
        }
        problem
    }

    /// The value whose operation made the shape: activations, norms, dropout and arithmetic pass shapes on.
    fn shape_origin(&self, mut value: ValueId) -> ValueId {
        while let HirValue { op, inputs, shape, .. } = &self.values[value]
            && let Some(from) = op.traits().keeps_shape_of.and_then(|input| inputs.get(input))
            && self.values[*from].shape == *shape
        {
            value = *from;
        }
        value
    }
}

/// The span of a value as seen from a place that `calls` led to: the outermost call that is not shared with it, if any.
fn origin_span(value: &HirValue, calls: &[Span]) -> Span {
    let common = value.calls.iter().rev().zip(calls.iter().rev()).take_while(|(a, b)| a == b).count();
    match value.calls.len() - common {
        0 => value.span,
        own => value.calls[own - 1],
    }
}
