//! Shared weights: every use of a `shared` block must need weights of the same shapes.

use crate::diag::{Code, Problem};
use crate::sema::eval::evaluator::Evaluator;
use std::collections::BTreeMap;

impl Evaluator<'_> {
    /// Reports uses of a `shared` block on inputs that would need weights of another shape.
    pub(crate) fn check_shared(&mut self) {
        let mut first: BTreeMap<&str, usize> = BTreeMap::new();
        let mut clashes = vec![];
        for (id, value) in self.values.iter().enumerate() {
            let Some(input) = value.inputs.first() else { continue };
            if value.path.is_empty() {
                continue;
            }
            let weights = value.op.weights(&self.values[*input].shape);
            match first.get(value.path.as_str()) {
                None => {
                    first.insert(&value.path, id);
                }
                Some(before) => {
                    let other = &self.values[*before];
                    if other.op.weights(&self.values[other.inputs[0]].shape) != weights {
                        clashes.push((id, *before));
                    }
                }
            }
        }
        for (id, before) in clashes {
            let (value, other) = (&self.values[id], &self.values[before]);
            let (found, expected) = (&self.values[value.inputs[0]].shape, &self.values[other.inputs[0]].shape);
            let place = |value: &crate::sema::hir::HirValue| value.calls.last().copied().unwrap_or(value.span);
            let name = value.path.split('.').next().unwrap_or_default();
            let problem = Problem::error(
                Code::ShapeMismatch,
                format!("`{name}` has one set of weights and is given {expected} here and {found} there"),
            )
            .at(place(value), format!("given {found}"))
            .also(place(other), format!("given {expected}"));
            let problem = self
                .with_shape_origins(problem, &[value.inputs[0], other.inputs[0]])
                .help("give it inputs of one shape, or use a function, which has separate weights for each call");
            self.problems.push(problem);
        }
    }
}
