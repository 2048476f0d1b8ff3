//! `merge = gated(size)`: representations added up through gates that read all of them (Arevalo et al., 2017).

use super::merge::Place;
use crate::ops::{Activation, Arithmetic, Linear, Op};
use crate::sema::eval::evaluator::{Evaluator, join};
use crate::sema::eval::value::EvalValue;
use crate::sema::hir::ValueId;

impl<'a> Evaluator<'a> {
    /// `sum_i sigmoid(U_i [u_1; ...; u_M]) * tanh(W_i u_i)`
    pub(crate) fn gated(&mut self, size: usize, values: &[(String, ValueId)], place: &Place) -> EvalValue {
        let ids = values.iter().map(|(_, value)| *value).collect();
        let EvalValue::Tensor(all) = self.join_values(Op::Concat, ids, place) else { return EvalValue::Unknown };
        let mut parts = vec![];
        for (name, value) in values {
            let path = join(&place.path, name);
            let content = self.activated(join(&path, "value"), *value, size, Activation::Tanh, place);
            let gate = self.activated(join(&path, "gate"), all, size, Activation::Sigmoid, place);
            let (EvalValue::Tensor(content), EvalValue::Tensor(gate)) = (content, gate) else {
                return EvalValue::Unknown;
            };
            match self.join_values(Op::Binary(Arithmetic::Mul), vec![content, gate], place) {
                EvalValue::Tensor(part) => parts.push(part),
                _ => return EvalValue::Unknown,
            }
        }
        self.join_values(Op::Sum, parts, place)
    }

    /// A linear layer without a bias, then an activation.
    fn activated(
        &mut self,
        path: String,
        value: ValueId,
        size: usize,
        activation: Activation,
        place: &Place,
    ) -> EvalValue {
        self.scoped(path, |this| {
            let linear = Op::Linear(Linear { out: size, bias: false, init: None, activation: None });
            match this.apply_layer(linear, value, place.span) {
                EvalValue::Tensor(made) => this.apply_layer(Op::Activation(activation), made, place.span),
                other => other,
            }
        })
    }
}
