//! Values that no layer makes: the modalities, and the lengths of sequences.

use super::operation::{Operation, RunningStat, ShapeError, Traits, Weight, no_statistics, no_weights, numbers_only};
use super::shape_rules::{elementwise, vector};
use super::value_kind::ValueKind;
use super::window::{Window, sequence_json};
use crate::shape::Shape;
use serde::{Deserialize, Serialize};

/// The modality of this index: no inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputIndex(pub usize);

impl Operation for InputIndex {
    fn name(&self) -> &'static str {
        "input"
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

/// Number of tokens of a text, padding not counted: `[n] -> [1]`. No gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenCount;

impl Operation for TokenCount {
    fn name(&self) -> &'static str {
        "length"
    }

    fn call(&self) -> String {
        self.name().to_owned()
    }

    fn reading(self, _kinds: &[ValueKind]) -> Result<Self, ShapeError> {
        Ok(self)
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        vector(self.name(), inputs).map(|_| Shape::vector(1))
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

/// Number of windows in a sequence of a number of steps: `[1] -> [1]`. No gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowCount(#[serde(with = "sequence_json")] pub Window);

impl Operation for WindowCount {
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
        vector(self.name(), inputs).map(|_| Shape::vector(1))
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
