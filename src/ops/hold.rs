//! A value that is constant to the gradient: the input of a confidence net.

use super::operation::{Operation, RunningStat, ShapeError, Traits, Weight, no_statistics, no_weights, numbers_only};
use super::shape_rules::elementwise;
use super::value_kind::ValueKind;
use crate::shape::Shape;
use serde::{Deserialize, Serialize};

/// The same numbers, from which no gradient flows back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold;

impl Operation for Hold {
    fn name(&self) -> &'static str {
        "hold"
    }

    fn call(&self) -> String {
        self.name().into()
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

    fn flops(&self, _inputs: &[&Shape], _output: &Shape) -> u64 {
        0
    }
}
