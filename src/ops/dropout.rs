//! `dropout(p)`: zeroes elements at random in training.

use super::operation::{Operation, RunningStat, ShapeError, Traits, Weight, no_statistics, no_weights, numbers_only};
use super::shape_rules::elementwise;
use super::value_kind::ValueKind;
use crate::shape::Shape;
use crate::signature::{Arguments, Kind, Parameter, Signature};
use serde::{Deserialize, Serialize};

pub(super) const DROPOUT: Signature =
    Signature::new("dropout", "zeroes elements at random in training and scales the rest; the identity otherwise")
        .shapes("[..] -> [..]")
        .equation("y = x * m / (1 - p), with m = 0 with probability p and else 1")
        .params(&[Parameter::new("p", Kind::Number(0.0, 0.999), "the probability that an element is zeroed")])
        .example("encoder net = low |> linear(64) |> relu |> dropout(0.2)");

/// Zeroes elements with probability `p` in training and scales the rest by `1 / (1 - p)`; the identity otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dropout {
    /// The probability.
    pub p: f64,
}

pub(super) fn dropout(args: &Arguments) -> Dropout {
    Dropout { p: args.number("p") }
}

impl Operation for Dropout {
    fn name(&self) -> &'static str {
        "dropout"
    }

    fn call(&self) -> String {
        format!("dropout({})", self.p)
    }

    fn reading(self, kinds: &[ValueKind]) -> Result<Self, ShapeError> {
        numbers_only(self, kinds)
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        elementwise(self.name(), inputs)
    }

    fn weights(&self, _input: &Shape) -> Vec<Weight> {
        no_weights()
    }

    fn running(&self, _input: &Shape) -> Vec<RunningStat> {
        no_statistics()
    }

    fn traits(&self) -> Traits {
        Traits::SAME_SHAPE
    }

    fn flops(&self, _inputs: &[&Shape], output: &Shape) -> u64 {
        output.size() as u64
    }
}
