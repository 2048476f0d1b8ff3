//! `batch_norm` and `layer_norm`.

use super::layer::{Layer, Running, Weight, WeightInit};
use super::{Constant, Kind, Op, Parameter, Signature};
use crate::shape::Shape;
use crate::spec::ParamInit;

pub(super) const BATCH_NORM: Layer = Layer {
    signature: Signature {
        name: "batch_norm",
        doc: "normalises every feature over the batch, then scales and shifts it; by running statistics at prediction",
        params: &[
            Parameter { name: "eps", kind: Kind::Number(0.0, 1.0), default: Some(Constant::Number(1e-3)) },
            Parameter { name: "momentum", kind: Kind::Number(0.0, 1.0), default: Some(Constant::Number(0.01)) },
        ],
    },
    shapes: "[n] -> [n]",
    make: |args| Op::BatchNorm { eps: args.number("eps"), momentum: args.number("momentum") },
};

pub(super) const LAYER_NORM: Layer = Layer {
    signature: Signature {
        name: "layer_norm",
        doc: "normalises every row over its features, then scales and shifts them",
        params: &[Parameter { name: "eps", kind: Kind::Number(0.0, 1.0), default: Some(Constant::Number(1e-5)) }],
    },
    shapes: "[n] -> [n]",
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
