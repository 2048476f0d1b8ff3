//! `merge = low_rank(size)`: the products of all representations, as a tensor of low rank (Liu et al., 2018).

use super::merge::Place;
use crate::ops::{Arithmetic, Linear, Op};
use crate::sema::eval::evaluator::{Evaluator, join};
use crate::sema::eval::value::EvalValue;
use crate::sema::hir::ValueId;

impl<'a> Evaluator<'a> {
    /// `sum_r prod_i (W_ir u_i + b_ir)`, the products and the sum number by number.
    pub(crate) fn low_rank(
        &mut self,
        size: usize,
        rank: usize,
        values: &[(String, ValueId)],
        place: &Place,
    ) -> EvalValue {
        let mut terms = vec![];
        for factor in 0..rank {
            let mut product = None;
            for (name, value) in values {
                let path = join(&join(&place.path, name), &factor.to_string());
                let linear = Op::Linear(Linear { out: size, bias: true, init: None, activation: None });
                let made = self.scoped(path, |this| this.apply_layer(linear, *value, place.span));
                let EvalValue::Tensor(made) = made else { return EvalValue::Unknown };
                product = Some(match product {
                    None => made,
                    Some(product) => match self.join_values(Op::Binary(Arithmetic::Mul), vec![product, made], place) {
                        EvalValue::Tensor(product) => product,
                        _ => return EvalValue::Unknown,
                    },
                });
            }
            terms.extend(product);
        }
        match terms[..] {
            [term] => EvalValue::Tensor(term),
            _ => self.join_values(Op::Sum, terms, place),
        }
    }
}
