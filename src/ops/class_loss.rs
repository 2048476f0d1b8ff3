//! The class loss, the last node of every graph.

use super::operation::{Operation, RunningStat, ShapeError, Traits, Weight, no_statistics, no_weights, numbers_only};
use super::shape_rules::{elementwise, read};
use super::value_kind::ValueKind;
use crate::fusion::Combination;
use crate::shape::Shape;
use serde::{Deserialize, Serialize};

/// The class loss over the logits of its components: `[K] x C -> [K]`, the class losses of each row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassLossOp {
    /// The rule by which the components decide together.
    pub combination: Combination,
    /// The weight of each component.
    pub weights: Vec<f64>,
}

impl Operation for ClassLossOp {
    fn name(&self) -> &'static str {
        "class loss"
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

    fn flops(&self, inputs: &[&Shape], _output: &Shape) -> u64 {
        12 * read(inputs)
    }
}
