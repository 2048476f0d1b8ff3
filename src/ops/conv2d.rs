//! `conv2d(channels)`: a convolution over images.

use super::frame::image;
use super::layer::{Layer, ShapeError, Weight, WeightInit};
use super::linear::{INIT_WORDS, init_by_word};
use super::{Arguments, Constant, Frame, Kind, Op, Padding, Parameter, Signature};
use crate::shape::Shape;

pub(super) const CONV2D: Layer = Layer {
    signature: Signature::new(
        "conv2d",
        "a convolution: each place of each channel it makes is a sum of weights times the pixels around it",
    )
    .shapes("[c, h, w] -> [channels, h / stride, w / stride], rounded up, with `padding: same`")
    .equation("y[o, i, j] = b[o] + sum over c, k, l of W[o, c, k, l] x[c, stride i + k - pad, stride j + l - pad]")
    .params(&[
        Parameter::new("channels", Kind::Integer(1), "how many channels it makes"),
        Parameter::new("kernel", Kind::Integer(1), "pixels along one side of the frame").or(Constant::Integer(3)),
        Parameter::new("stride", Kind::Integer(1), "pixels from one place to the next").or(Constant::Integer(1)),
        Parameter::new(
            "padding",
            Kind::WordOrInteger(&["same", "valid"], 0),
            "zeros around the image: as many as keep its size at stride 1 (`same`, the odd one behind), none (`valid`), \
             or so many on each side",
        )
        .or(Constant::Word("same")),
        Parameter::new("bias", Kind::Bool, "whether `b` is added").or(Constant::Bool(true)),
        Parameter::new(
            "init",
            Kind::Choice(INIT_WORDS),
            "how the weight begins; as `init` of `train` says, without",
        )
        .optional(),
    ])
    .example(
        "modality photo: image[3, 32, 32] = column(\"image\")\n\n\
         encoder net = photo |> conv2d(16) |> batch_norm |> relu |> conv2d(32, stride: 2) |> global_avg_pool",
    ),
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
        frame: Frame { size: args.size("kernel"), stride: args.size("stride"), padding },
        bias: args.flag("bias"),
        init: init_by_word(args.word("init")),
    }
}

pub(super) fn shape(channels: usize, frame: &Frame, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
    let [from, ..] = image("conv2d", inputs)?;
    let weight = [channels, from, frame.size, frame.size];
    let size = weight.iter().try_fold(1usize, |size, dim| size.checked_mul(*dim));
    if size.is_none_or(|size| size > u32::MAX as usize) {
        return Err(ShapeError {
            message: format!("a weight of {} is larger than any memory", Shape(weight.to_vec())),
            inputs: vec![0],
            help: None,
        });
    }
    frame.shape("conv2d", channels, inputs)
}

pub(super) fn weights(channels: usize, frame: &Frame, bias: bool, input: &Shape) -> Vec<Weight> {
    let from = input.0.first().copied().unwrap_or(1);
    let cells = frame.size * frame.size;
    let fan_in = from * cells;
    let mut weights = vec![Weight {
        name: "weight".into(),
        shape: Shape(vec![channels, from, frame.size, frame.size]),
        init: WeightInit::Fan { fan_in, fan_out: channels * cells },
    }];
    if bias {
        weights.push(Weight { name: "bias".into(), shape: Shape::vector(channels), init: WeightInit::Bias { fan_in } });
    }
    weights
}
