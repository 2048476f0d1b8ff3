//! `batch_norm` and `layer_norm`.

use super::activation::{Activation, fused};
use super::operation::{
    Operation, RunningStat, ShapeError, StepUse, Traits, Weight, WeightInit, no_statistics, numbers_only,
};
use super::shape_rules::{single, vector};
use super::value_kind::ValueKind;
use crate::shape::Shape;
use crate::signature::{Arguments, Kind, Parameter, Signature};
use crate::spec::ParamInit;
use serde::{Deserialize, Serialize};

const EPS: Parameter = Parameter::new("eps", Kind::Number(0.0, 1.0), "added to the variance, so that it is never 0");

pub(super) const BATCH_NORM: Signature = Signature::new(
        "batch_norm",
        "normalises every feature, or channel of an image, over the batch in training and by running statistics \
         otherwise, then scales and shifts it",
    )
    .shapes("[n] -> [n], [n, h, w] -> [n, h, w]")
    .equation("y = (x - mean) / sqrt(var + eps) * weight + bias, with mean and var of the feature over the batch (and the pixels)")
    .params(&[
        EPS.or_number(1e-3).of_paper(),
        Parameter::new("momentum", Kind::Number(0.0, 1.0), "share of each batch in the running statistics")
            .or_number(0.01)
            .of_paper(),
    ])
    .example("encoder net = low |> linear(64) |> batch_norm |> relu");

pub(super) const LAYER_NORM: Signature =
    Signature::new("layer_norm", "normalises every row over its features, then scales and shifts them")
        .shapes("[n] -> [n]")
        .equation("y = (x - mean) / sqrt(var + eps) * weight + bias, with mean and var of the row over its features")
        .params(&[EPS.or_number(1e-5)])
        .example("encoder net = low |> linear(64) |> layer_norm |> relu");

/// Normalises every feature over the batch in training, and by running statistics otherwise; of an image every channel,
/// over rows and pixels: `[n] -> [n]`, `[n, h, w] -> [n, h, w]`. Then an activation if a pass has fused one. Parameters:
/// `weight` `[n]` (gamma), `bias` `[n]` (beta). Buffers: `running_mean`, `running_var`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BatchNorm {
    /// Added to the variance.
    pub eps: f64,
    /// Share of the batch in the running statistics.
    pub momentum: f64,
    /// The activation that a pass fused onto it.
    pub activation: Option<Activation>,
}

/// Normalises every row over its features: `[n] -> [n]`. Parameters: `weight` `[n]`, `bias` `[n]`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerNorm {
    /// Added to the variance.
    pub eps: f64,
}

pub(super) fn batch_norm(args: &Arguments) -> BatchNorm {
    BatchNorm { eps: args.number("eps"), momentum: args.number("momentum"), activation: None }
}

pub(super) fn layer_norm(args: &Arguments) -> LayerNorm {
    LayerNorm { eps: args.number("eps") }
}

/// One number for each feature of a vector or channel of an image: the first of its sizes.
fn features(input: &Shape) -> Shape {
    Shape::vector(input.0.first().copied().unwrap_or(1))
}

fn scale_and_shift(input: &Shape) -> Vec<Weight> {
    let one = |name: &'static str, value| Weight {
        name: name.into(),
        shape: features(input),
        init: WeightInit::Fixed(ParamInit::Constant(value)),
    };
    vec![one("weight", 1.0), one("bias", 0.0)]
}

impl Operation for BatchNorm {
    fn name(&self) -> &'static str {
        "batch_norm"
    }

    fn call(&self) -> String {
        format!("batch_norm(eps: {}, momentum: {}){}", self.eps, self.momentum, fused(self.activation))
    }

    fn reading(self, kinds: &[ValueKind]) -> Result<Self, ShapeError> {
        numbers_only(self, kinds)
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        let shape = single(self.name(), inputs)?;
        match shape.0.len() {
            1 | 3 => Ok(shape.clone()),
            _ => Err(ShapeError {
                message: format!("`batch_norm` takes a vector or an image, found {shape}"),
                inputs: vec![0],
                help: Some("`batch_norm` works on values of shape [n] and [channels, height, width]".into()),
            }),
        }
    }

    fn weights(&self, input: &Shape) -> Vec<Weight> {
        scale_and_shift(input)
    }

    fn running(&self, input: &Shape) -> Vec<RunningStat> {
        let one = |name, value| RunningStat { name, shape: features(input), value, momentum: self.momentum };
        vec![one("running_mean", 0.0), one("running_var", 1.0)]
    }

    fn traits(&self) -> Traits {
        Traits { step_use: StepUse::PerStep, mixes_rows: true, keeps_shape_of: Some(0), init: None }
    }

    fn flops(&self, _inputs: &[&Shape], output: &Shape) -> u64 {
        8 * output.size() as u64
    }
}

impl Operation for LayerNorm {
    fn name(&self) -> &'static str {
        "layer_norm"
    }

    fn call(&self) -> String {
        format!("layer_norm(eps: {})", self.eps)
    }

    fn reading(self, kinds: &[ValueKind]) -> Result<Self, ShapeError> {
        numbers_only(self, kinds)
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        vector(self.name(), inputs).map(Shape::vector)
    }

    fn weights(&self, input: &Shape) -> Vec<Weight> {
        scale_and_shift(input)
    }

    fn running(&self, _input: &Shape) -> Vec<RunningStat> {
        no_statistics()
    }

    fn traits(&self) -> Traits {
        Traits::SAME_SHAPE
    }

    fn flops(&self, _inputs: &[&Shape], output: &Shape) -> u64 {
        8 * output.size() as u64
    }
}
