//! Several values into one: `concat`, sum, mean and attention.

use super::operation::{
    Operation, RunningStat, ShapeError, StepUse, Traits, Weight, no_statistics, no_weights, numbers_only,
};
use super::shape_rules::{elementwise, read};
use super::value_kind::ValueKind;
use crate::shape::Shape;
use serde::{Deserialize, Serialize};

/// Inputs side by side: `[a], [b], .. -> [a + b + ..]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concat;

/// The element-wise sum of inputs of one shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum;

/// The element-wise mean of inputs of one shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mean;

/// Attention over modalities: `mean_i softmax(s)_i h_i` of the scores `s` `[M]`, its first input, and `M` values of one
/// shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attend;

impl Operation for Concat {
    fn name(&self) -> &'static str {
        "concat"
    }

    fn call(&self) -> String {
        self.name().to_owned()
    }

    fn reading(self, kinds: &[ValueKind]) -> Result<Self, ShapeError> {
        numbers_only(self, kinds)
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        let mut width = 0usize;
        for (place, shape) in inputs.iter().enumerate() {
            let Some(more) = shape.as_vector() else {
                return Err(ShapeError {
                    message: format!("`concat` takes vectors, found {shape}"),
                    inputs: vec![place],
                    help: None,
                });
            };
            width = width.saturating_add(more);
        }
        Ok(Shape::vector(width))
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

impl Operation for Sum {
    fn name(&self) -> &'static str {
        "sum"
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
        Traits::SAME_SHAPE
    }

    fn flops(&self, inputs: &[&Shape], _output: &Shape) -> u64 {
        read(inputs)
    }
}

impl Operation for Mean {
    fn name(&self) -> &'static str {
        "mean"
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
        Traits::SAME_SHAPE
    }

    fn flops(&self, inputs: &[&Shape], _output: &Shape) -> u64 {
        read(inputs)
    }
}

impl Operation for Attend {
    fn name(&self) -> &'static str {
        "attention"
    }

    fn call(&self) -> String {
        self.name().to_owned()
    }

    fn reading(self, kinds: &[ValueKind]) -> Result<Self, ShapeError> {
        numbers_only(self, kinds)
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        let (scores, values) = inputs.split_at(inputs.len().min(1));
        let shape = elementwise(self.name(), values).map_err(|error| ShapeError {
            inputs: error.inputs.into_iter().map(|input| input + scores.len()).collect(),
            ..error
        })?;
        match scores {
            [scores] if scores.as_vector() == Some(values.len()) => Ok(shape),
            _ => Err(ShapeError {
                message: format!("`{}` takes a score for each of its {} values", self.name(), values.len()),
                inputs: vec![0],
                help: None,
            }),
        }
    }

    fn weights(&self, _input: &Shape) -> Vec<Weight> {
        no_weights()
    }

    fn running(&self, _input: &Shape) -> Vec<RunningStat> {
        no_statistics()
    }

    fn traits(&self) -> Traits {
        Traits { step_use: StepUse::PerStep, mixes_rows: false, keeps_shape_of: Some(1), init: None }
    }

    fn flops(&self, inputs: &[&Shape], _output: &Shape) -> u64 {
        2 * read(inputs)
    }
}
