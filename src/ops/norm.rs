//! `batch_norm` and `layer_norm`.

use super::layer::{Layer, Running, ShapeError, Weight, WeightInit, vector};
use super::{Kind, Op, Parameter, Signature};
use crate::shape::Shape;
use crate::spec::ParamInit;

const EPS: Parameter = Parameter::new("eps", Kind::Number(0.0, 1.0), "added to the variance, so that it is never 0");

pub(super) const BATCH_NORM: Layer = Layer {
    signature: Signature::new(
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
    .example("encoder net = low |> linear(64) |> batch_norm |> relu"),
    make: |args| Op::BatchNorm { eps: args.number("eps"), momentum: args.number("momentum"), activation: None },
};

pub(super) const LAYER_NORM: Layer = Layer {
    signature: Signature::new("layer_norm", "normalises every row over its features, then scales and shifts them")
        .shapes("[n] -> [n]")
        .equation("y = (x - mean) / sqrt(var + eps) * weight + bias, with mean and var of the row over its features")
        .params(&[EPS.or_number(1e-5)])
        .example("encoder net = low |> linear(64) |> layer_norm |> relu"),
    make: |args| Op::LayerNorm { eps: args.number("eps") },
};

/// Vectors by their features, images by their channels: the first of their sizes.
pub(super) fn batch_shape(inputs: &[&Shape]) -> Result<Shape, ShapeError> {
    match inputs {
        [shape] if matches!(shape.0.len(), 1 | 3) => Ok((*shape).clone()),
        [shape] => Err(ShapeError {
            message: format!("`batch_norm` takes a vector or an image, found {shape}"),
            inputs: vec![0],
            help: Some("`batch_norm` works on values of shape [n] and [channels, height, width]".into()),
        }),
        _ => vector("batch_norm", inputs).map(Shape::vector),
    }
}

fn features(input: &Shape) -> Shape {
    Shape::vector(input.0.first().copied().unwrap_or(1))
}

pub(super) fn weights(input: &Shape) -> Vec<Weight> {
    let one = |name: &'static str, value| Weight {
        name: name.into(),
        shape: features(input),
        init: WeightInit::Fixed(ParamInit::Constant(value)),
    };
    vec![one("weight", 1.0), one("bias", 0.0)]
}

pub(super) fn running(momentum: f64, input: &Shape) -> Vec<Running> {
    let one = |name, value| Running { name, shape: features(input), value, momentum };
    vec![one("running_mean", 0.0), one("running_var", 1.0)]
}
