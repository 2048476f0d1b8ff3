//! `conv1d(channels, kernel)`: a convolution over the steps of a sequence.

use super::layer::{Layer, ShapeError, Weight, WeightInit};
use super::sequence::{fits_in_memory, sequence, windows};
use super::{Arguments, Constant, Kind, Op, Parameter, Signature, Window};
use crate::shape::Shape;

pub(super) const CONV1D: Layer = Layer {
    signature: Signature {
        name: "conv1d",
        doc: "a convolution over the steps of a sequence: the same linear map of every window of `kernel` steps",
        params: &[
            Parameter { name: "channels", kind: Kind::Integer(1), default: None },
            Parameter { name: "kernel", kind: Kind::Integer(1), default: None },
            Parameter { name: "stride", kind: Kind::Integer(1), default: Some(Constant::Integer(1)) },
            Parameter { name: "padding", kind: Kind::Integer(0), default: Some(Constant::Integer(0)) },
            Parameter { name: "bias", kind: Kind::Bool, default: Some(Constant::Bool(true)) },
        ],
    },
    shapes: "[t, d] -> [(t + 2 padding - kernel) / stride + 1, channels]",
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
