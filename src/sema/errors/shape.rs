//! Values whose shapes do not fit: where they meet, and where each shape was born, through pipes and functions.

use crate::diag::{Code, Problem, Span};
use crate::ops::ShapeError;
use crate::sema::eval::expr::Evaluator;
use crate::sema::eval::value::Val;
use crate::sema::hir::{HirValue, ValueId};
use crate::shape::Shape;

impl Evaluator<'_> {
    /// Reports that an operation at `place` cannot take `inputs`.
    pub(crate) fn shape_mismatch(&mut self, error: ShapeError, inputs: &[ValueId], place: Span) -> Val {
        let code = if inputs.len() > 1 { Code::ShapeMismatch } else { Code::BadInput };
        let problem = Problem::error(code, error.message).at(place, "does not fit here");
        let clashing: Vec<ValueId> = error.inputs.iter().filter_map(|place| inputs.get(*place).copied()).collect();
        let mut problem = self.with_shape_origins(problem, &clashing);
        if let Some(help) = error.help {
            problem = problem.help(help);
        }
        self.report(problem)
    }

    /// Points at where the shape of each value was born: at the layer that made it, and where a function did, at the call
    /// of it.
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

    /// The value that a value has its shape from: activations, norms, dropout and arithmetic keep it.
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

/// Where a value came from, as seen from a place that `calls` led to: the call that brought it there, if another did.
fn origin_span(value: &HirValue, calls: &[Span]) -> Span {
    let common = value.calls.iter().rev().zip(calls.iter().rev()).take_while(|(a, b)| a == b).count();
    match value.calls.len() - common {
        0 => value.span,
        own => value.calls[own - 1],
    }
}

/// The sign between two operands, where it stands as it usually does.
pub(crate) fn between(left: Span, right: Span) -> Option<Span> {
    let gap = Span { start: left.end, end: right.start, ..left };
    match right.start.checked_sub(left.end)? {
        1 => Some(gap),
        3 => Some(Span { start: gap.start + 1, end: gap.end - 1, ..gap }),
        _ => None,
    }
}
