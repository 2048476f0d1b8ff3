//! `attention_pool(size)`: a mean over steps with learned weights (Yang et al., 2016).

use super::operation::{Operation, RunningStat, ShapeError, Traits, Weight, WeightInit, no_statistics, numbers_only};
use super::shape_rules::{fits_in_memory, sequence, steps_and_width};
use super::value_kind::ValueKind;
use crate::shape::Shape;
use crate::signature::{Arguments, Kind, Parameter, Signature};
use crate::spec::ParamInit;
use serde::{Deserialize, Serialize};

pub(super) const ATTENTION_POOL: Signature =
    Signature::new("attention_pool", "a mean over the steps of a sequence with learned weights")
        .shapes("[t, d] -> [d]")
        .equation("y = sum_t a_t h_t, a = softmax_t(context . tanh(W h_t + b)), with W of [size, d]")
        .params(&[Parameter::new("size", Kind::Integer(1), "width of what the attention is computed from")])
        .example(
            "modality name: text[24] = column(\"name\") |> lowercase |> chars(max: 24)\n\
             encoder net = name |> embedding(32) |> lstm(64, output: all) |> attention_pool(64)",
        );

/// The mean over the steps of a sequence, weighted by attention: `[t, d] -> [d]`. Reads the sequence, and its length if
/// it has one. Parameters: `weight` `[size, d]`, `bias` `[size]`, `context` `[size]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttentionPool {
    /// Width of the hidden layer of the attention.
    pub size: usize,
}

pub(super) fn attention_pool(args: &Arguments) -> AttentionPool {
    AttentionPool { size: args.size("size") }
}

impl Operation for AttentionPool {
    fn name(&self) -> &'static str {
        "attention_pool"
    }

    fn call(&self) -> String {
        format!("attention_pool({})", self.size)
    }

    fn reading(self, kinds: &[ValueKind]) -> Result<Self, ShapeError> {
        numbers_only(self, kinds)
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        let (_, width) = sequence(self.name(), inputs)?;
        fits_in_memory(&[self.size, width])?;
        Ok(Shape::vector(width))
    }

    fn weights(&self, input: &Shape) -> Vec<Weight> {
        let (size, width) = (self.size, input.0.last().copied().unwrap_or(0));
        // The authors' code draws the weights of attention from a normal distribution of deviation 0.1.
        let drawn = WeightInit::Fixed(ParamInit::Normal { std: 0.1 });
        vec![
            Weight { name: "weight".into(), shape: Shape(vec![size, width]), init: drawn },
            Weight { name: "bias".into(), shape: Shape::vector(size), init: WeightInit::Bias { fan_in: width } },
            Weight { name: "context".into(), shape: Shape::vector(size), init: drawn },
        ]
    }

    fn running(&self, _input: &Shape) -> Vec<RunningStat> {
        no_statistics()
    }

    fn traits(&self) -> Traits {
        Traits::ACROSS_STEPS
    }

    fn flops(&self, inputs: &[&Shape], _output: &Shape) -> u64 {
        let ((steps, width), size) = (steps_and_width(inputs), self.size);
        (steps * (2 * size * width + 4 * size + 2 * width)) as u64
    }
}
