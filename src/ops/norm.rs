//! `batch_norm` and `layer_norm`.

use super::layer::{Layer, Running, Weight, WeightInit};
use super::{Kind, Op, Parameter, Signature};
use crate::shape::Shape;
use crate::spec::ParamInit;

const EPS: Parameter = Parameter::new("eps", Kind::Number(0.0, 1.0), "added to the variance, so that it is never 0");

pub(super) const BATCH_NORM: Layer = Layer {
    signature: Signature::new(
        "batch_norm",
        "normalises every feature over the batch in training and by running statistics otherwise, then scales and \
         shifts it",
    )
    .shapes("[n] -> [n]")
    .equation("y = (x - mean) / sqrt(var + eps) * weight + bias, with mean and var of the feature over the batch")
    .params(&[
        EPS.or_number(1e-3).of_paper(),
        Parameter::new("momentum", Kind::Number(0.0, 1.0), "share of each batch in the running statistics")
            .or_number(0.01)
            .of_paper(),
    ])
    .example("encoder net = low |> linear(64) |> batch_norm |> relu"),
    make: |args| Op::BatchNorm { eps: args.number("eps"), momentum: args.number("momentum") },
};

pub(super) const LAYER_NORM: Layer = Layer {
    signature: Signature::new("layer_norm", "normalises every row over its features, then scales and shifts them")
        .shapes("[n] -> [n]")
        .equation("y = (x - mean) / sqrt(var + eps) * weight + bias, with mean and var of the row over its features")
        .params(&[EPS.or_number(1e-5)])
        .example("encoder net = low |> linear(64) |> layer_norm |> relu"),
    make: |args| Op::LayerNorm { eps: args.number("eps") },
};

pub(super) fn weights(input: &Shape) -> Vec<Weight> {
    let one = |name: &'static str, value| Weight {
        name: name.into(),
        shape: Shape::vector(input.size()),
        init: WeightInit::Fixed(ParamInit::Constant(value)),
    };
    vec![one("weight", 1.0), one("bias", 0.0)]
}

pub(super) fn running(momentum: f64, input: &Shape) -> Vec<Running> {
    let one = |name, value| Running { name, shape: Shape::vector(input.size()), value, momentum };
    vec![one("running_mean", 0.0), one("running_var", 1.0)]
}
