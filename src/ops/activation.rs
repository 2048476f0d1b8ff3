//! Element-wise functions.

use super::operation::{Operation, RunningStat, ShapeError, Traits, Weight, no_statistics, no_weights, numbers_only};
use super::shape_rules::elementwise;
use super::value_kind::ValueKind;
use crate::shape::Shape;
use crate::signature::{Arguments, Signature};
use serde::{Deserialize, Serialize};

pub(super) const RELU: Signature = Signature::new("relu", "keeps what is positive and makes the rest 0")
    .shapes("[..] -> [..]")
    .equation("relu(x) = max(x, 0)")
    .example("encoder net = low |> linear(64) |> relu");

pub(super) const TANH: Signature = Signature::new("tanh", "the hyperbolic tangent of every element")
    .shapes("[..] -> [..]")
    .equation("tanh(x) = (exp(x) - exp(-x)) / (exp(x) + exp(-x))")
    .example("encoder net = low |> linear(64) |> tanh");

pub(super) const SIGMOID: Signature = Signature::new("sigmoid", "brings every element between 0 and 1")
    .shapes("[..] -> [..]")
    .equation("sigmoid(x) = 1 / (1 + exp(-x))")
    .example("encoder net = low |> linear(64) |> sigmoid");

pub(super) const GELU: Signature = Signature::new(
    "gelu",
    "multiplies every element by the normal distribution function at it, in the approximation by tanh",
)
.shapes("[..] -> [..]")
.equation("gelu(x) = x * Phi(x) ~ x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))")
.example("encoder net = low |> linear(64) |> gelu");

/// Element-wise functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// `max(x, 0)`, with derivative 0 at 0.
    Relu,
    /// Hyperbolic tangent.
    Tanh,
    /// `1 / (1 + exp(-x))`
    Sigmoid,
    /// `x * Phi(x)`, in the approximation by tanh.
    Gelu,
    /// `1 / x`: used to divide a number by a value.
    Reciprocal,
}

pub(super) fn relu(_: &Arguments) -> Activation {
    Activation::Relu
}

pub(super) fn tanh(_: &Arguments) -> Activation {
    Activation::Tanh
}

pub(super) fn sigmoid(_: &Arguments) -> Activation {
    Activation::Sigmoid
}

pub(super) fn gelu(_: &Arguments) -> Activation {
    Activation::Gelu
}

/// The activation that was fused onto an operation, by its name in the language.
pub(super) fn fused(activation: Option<Activation>) -> String {
    activation.map_or(String::new(), |activation| format!(" |> {}", activation.name()))
}

impl Operation for Activation {
    fn name(&self) -> &'static str {
        match self {
            Activation::Relu => "relu",
            Activation::Tanh => "tanh",
            Activation::Sigmoid => "sigmoid",
            Activation::Gelu => "gelu",
            Activation::Reciprocal => "reciprocal",
        }
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

    fn flops(&self, _inputs: &[&Shape], output: &Shape) -> u64 {
        output.size() as u64
    }
}
