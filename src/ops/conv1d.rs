//! `conv1d(channels, kernel)`: a convolution over the steps of a sequence.

use super::layer::{Layer, ShapeError, Weight, WeightInit};
use super::sequence::{fits_in_memory, sequence, windows};
use super::{Arguments, Constant, Kind, Op, Parameter, Signature, Window};
use crate::shape::Shape;

pub(super) const CONV1D: Layer = Layer {
    signature: Signature::new("conv1d", "the same linear map of every window of a sequence")
        .shapes("[t, d] -> [(t + 2 padding - kernel) / stride + 1, channels]")
        .equation("y_u = sum_k weight_k x_(u stride - padding + k) + bias, with weight of [channels, d, kernel]")
        .params(&[
            Parameter::new("channels", Kind::Integer(1), "how many numbers it makes of a window"),
            Parameter::new("kernel", Kind::Integer(1), "steps of a window"),
            Parameter::new("stride", Kind::Integer(1), "steps from one window to the next").or(Constant::Integer(1)),
            Parameter::new("padding", Kind::Integer(0), "steps of zeros before the first and after the last step")
                .or(Constant::Integer(0)),
            Parameter::new("bias", Kind::Bool, "whether `bias` is added").or(Constant::Bool(true)),
        ])
        .example(
            "modality name: text[24] = column(\"name\") |> lowercase |> chars(max: 24)\n\
             encoder net = name |> embedding(32) |> conv1d(64, kernel: 3) |> relu |> max_pool",
        ),
    make,
};

fn make(args: &Arguments) -> Op {
    let window = Window { size: args.size("kernel"), stride: args.size("stride"), padding: args.size("padding") };
    Op::Conv1d { channels: args.size("channels"), window, bias: args.flag("bias") }
}

pub(super) fn shape(channels: usize, window: &Window, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
    let (steps, width) = sequence("conv1d", inputs)?;
    if window.padding >= window.size {
        return Err(ShapeError {
            message: format!("a padding of {} leaves whole windows of {} without a step", window.padding, window.size),
            inputs: vec![],
            help: Some("let `padding` be smaller than `kernel`".into()),
        });
    }
    fits_in_memory(&[channels, width, window.size])?;
    windows("conv1d", window, steps, channels)
}

pub(super) fn weights(channels: usize, window: &Window, bias: bool, input: &Shape) -> Vec<Weight> {
    let width = input.0.last().copied().unwrap_or(0);
    let fan_in = width * window.size;
    let mut weights = vec![Weight {
        name: "weight".into(),
        shape: Shape(vec![channels, width, window.size]),
        init: WeightInit::Fan { fan_in, fan_out: channels * window.size },
    }];
    if bias {
        let shape = Shape::vector(channels);
        weights.push(Weight { name: "bias".into(), shape, init: WeightInit::Bias { fan_in } });
    }
    weights
}
