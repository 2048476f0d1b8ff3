//! Arithmetic between two values, and of a value and numbers.

use super::operation::{Operation, RunningStat, ShapeError, Traits, Weight, no_statistics, no_weights, numbers_only};
use super::shape_rules::{elementwise, same};
use super::value_kind::ValueKind;
use crate::shape::Shape;
use serde::{Deserialize, Serialize};

/// Element-wise arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arithmetic {
    /// `a + b`
    Add,
    /// `a - b`
    Sub,
    /// `a * b`
    Mul,
    /// `a / b`
    Div,
}

/// `scale * x + offset`
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AffineOp {
    /// The factor.
    pub scale: f64,
    /// The summand.
    pub offset: f64,
}

/// The help if the two operands differ in shape.
const ONE_SHAPE: &str = "give both one shape, for example with `linear(n)`, or put them side by side with `concat`";

impl Operation for Arithmetic {
    fn name(&self) -> &'static str {
        match self {
            Arithmetic::Add => "+",
            Arithmetic::Sub => "-",
            Arithmetic::Mul => "*",
            Arithmetic::Div => "/",
        }
    }

    fn call(&self) -> String {
        self.name().to_owned()
    }

    fn reading(self, kinds: &[ValueKind]) -> Result<Self, ShapeError> {
        numbers_only(self, kinds)
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        same(self.name(), inputs, ONE_SHAPE)
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

impl Operation for AffineOp {
    fn name(&self) -> &'static str {
        "affine"
    }

    fn call(&self) -> String {
        format!("{} * x + {}", self.scale, self.offset)
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
