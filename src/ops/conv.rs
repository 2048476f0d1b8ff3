//! `conv2d(channels)`: a convolution over images.

use super::layer::{Layer, ShapeError, Weight, WeightInit};
use super::linear::{INIT_WORDS, init_by_word};
use super::window::image;
use super::{Arguments, Constant, Kind, Op, Padding, Parameter, Signature, Window};
use crate::shape::Shape;

pub(super) const CONV2D: Layer = Layer {
    signature: Signature {
        name: "conv2d",
        doc: "a convolution: each place of each of the `channels` is a sum of weights times the pixels around it",
        params: &[
            Parameter { name: "channels", kind: Kind::Integer(1), default: None },
            Parameter { name: "kernel", kind: Kind::Integer(1), default: Some(Constant::Integer(3)) },
            Parameter { name: "stride", kind: Kind::Integer(1), default: Some(Constant::Integer(1)) },
            Parameter {
                name: "padding",
                kind: Kind::WordOrInteger(&["same", "valid"], 0),
                default: Some(Constant::Word("same")),
            },
            Parameter { name: "bias", kind: Kind::Bool, default: Some(Constant::Bool(true)) },
            Parameter { name: "init", kind: Kind::Choice(INIT_WORDS), default: Some(Constant::Nothing) },
        ],
    },
    shapes: "[c, h, w] -> [channels, h / stride, w / stride] (`padding: same`, rounded up)",
    make,
};

fn make(args: &Arguments) -> Op {
    let padding = match args.word("padding") {
        "same" => Padding::Same,
        "valid" => Padding::Valid,
        _ => Padding::Zeros(args.size("padding")),
    };
    Op::Conv2d {
        channels: args.size("channels"),
        window: Window { size: args.size("kernel"), stride: args.size("stride"), padding },
        bias: args.flag("bias"),
        init: init_by_word(args.word("init")),
    }
}

pub(super) fn shape(channels: usize, window: &Window, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
    let [from, ..] = image("conv2d", inputs)?;
    let weight = [channels, from, window.size, window.size];
    let size = weight.iter().try_fold(1usize, |size, dim| size.checked_mul(*dim));
    if size.is_none_or(|size| size > u32::MAX as usize) {
        return Err(ShapeError {
            message: format!("a weight of {} is larger than any memory", Shape(weight.to_vec())),
            inputs: vec![0],
            help: None,
        });
    }
    window.shape("conv2d", channels, inputs)
}

pub(super) fn weights(channels: usize, window: &Window, bias: bool, input: &Shape) -> Vec<Weight> {
    let from = input.0.first().copied().unwrap_or(1);
    let cells = window.size * window.size;
    let fan_in = from * cells;
    let mut weights = vec![Weight {
        name: "weight",
        shape: Shape(vec![channels, from, window.size, window.size]),
        init: WeightInit::Fan { fan_in, fan_out: channels * cells },
    }];
    if bias {
        weights.push(Weight { name: "bias", shape: Shape::vector(channels), init: WeightInit::Bias { fan_in } });
    }
    weights
}
