//! `attention_pool(size)`: a mean over steps that learns where to look (Yang et al., 2016).

use super::layer::{Layer, ShapeError, Weight, WeightInit};
use super::sequence::{fits_in_memory, sequence, steps_and_width};
use super::{Kind, Op, Parameter, Signature};
use crate::shape::Shape;
use crate::spec::ParamInit;

pub(super) const ATTENTION_POOL: Layer = Layer {
    signature: Signature::new("attention_pool", "a mean over the steps of a sequence that learns where to look")
        .shapes("[t, d] -> [d]")
        .equation("y = sum_t a_t h_t, a = softmax_t(context . tanh(W h_t + b)), with W of [size, d]")
        .params(&[Parameter::new("size", Kind::Integer(1), "width of what the attention is computed from")])
        .example(
            "modality name: text[24] = column(\"name\") |> lowercase |> chars(max: 24)\n\
             encoder net = name |> embedding(32) |> lstm(64, output: all) |> attention_pool(64)",
        ),
    make: |args| Op::AttentionPool { size: args.size("size") },
};

pub(super) fn shape(size: usize, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
    let (_, width) = sequence("attention_pool", inputs)?;
    fits_in_memory(&[size, width])?;
    Ok(Shape::vector(width))
}

/// The authors' code draws what attention learns from a normal distribution of deviation 0.1.
pub(super) fn weights(size: usize, input: &Shape) -> Vec<Weight> {
    let width = input.0.last().copied().unwrap_or(0);
    let drawn = WeightInit::Fixed(ParamInit::Normal { std: 0.1 });
    vec![
        Weight { name: "weight".into(), shape: Shape(vec![size, width]), init: drawn },
        Weight { name: "bias".into(), shape: Shape::vector(size), init: WeightInit::Bias { fan_in: width } },
        Weight { name: "context".into(), shape: Shape::vector(size), init: drawn },
    ]
}

pub(super) fn flops(size: usize, inputs: &[&Shape]) -> u64 {
    let (steps, width) = steps_and_width(inputs);
    (steps * (2 * size * width + 4 * size + 2 * width)) as u64
}
