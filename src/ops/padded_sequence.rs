//! The two values of a sequence whose padding is not-a-number: how many steps are real, and the steps with zeros as padding.

use super::operation::{Operation, RunningStat, ShapeError, Traits, Weight, no_statistics, no_weights, numbers_only};
use super::shape_rules::elementwise;
use super::value_kind::ValueKind;
use crate::shape::Shape;
use serde::{Deserialize, Serialize};

/// Number of steps of a sequence before its padding: `[t, d] -> [1]`. No gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepCount;

impl Operation for StepCount {
    fn name(&self) -> &'static str {
        "length"
    }

    fn call(&self) -> String {
        self.name().to_owned()
    }

    fn reading(self, kinds: &[ValueKind]) -> Result<Self, ShapeError> {
        numbers_only(self, kinds)
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        elementwise(self.name(), inputs).map(|_| Shape::vector(1))
    }

    fn weights(&self, _input: &Shape) -> Vec<Weight> {
        no_weights()
    }

    fn running(&self, _input: &Shape) -> Vec<RunningStat> {
        no_statistics()
    }

    fn traits(&self) -> Traits {
        Traits::PER_STEP
    }

    fn flops(&self, _inputs: &[&Shape], _output: &Shape) -> u64 {
        0
    }
}

/// A sequence with zeros as padding: `[t, d] -> [t, d]`. No gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RealSteps;

impl Operation for RealSteps {
    fn name(&self) -> &'static str {
        "steps"
    }

    fn call(&self) -> String {
        self.name().to_owned()
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
        Traits::PER_STEP
    }

    fn flops(&self, _inputs: &[&Shape], _output: &Shape) -> u64 {
        0
    }
}
