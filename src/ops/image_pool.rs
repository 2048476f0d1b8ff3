//! What makes images smaller, deeper or flat: `avg_pool`, `max_pool` of images, `global_avg_pool`, `pad_channels`, `flatten`.

use super::frame::image;
use super::layer::{Layer, ShapeError};
use super::{Arguments, Frame, Kind, Op, Parameter, Signature, Window};
use crate::shape::Shape;

const SIZE: Parameter = Parameter::new("size", Kind::Integer(1), "pixels along one side of the frame");
const STRIDE: Parameter =
    Parameter::new("stride", Kind::Integer(1), "pixels from one frame to the next; frames lie side by side without")
        .optional();
const POOLED: &str = "[c, h, w] -> [c, (h - size) / stride + 1, (w - size) / stride + 1], rounded down";

pub(super) const AVG_POOL: Layer = Layer {
    signature: Signature::new("avg_pool", "the mean of the pixels under a frame that slides over every channel")
        .shapes(POOLED)
        .params(&[SIZE, STRIDE])
        .example(
            "modality photo: image[3, 32, 32] = column(\"image\")\n\n\
         encoder net = photo |> conv2d(16) |> avg_pool(2) |> flatten",
        ),
    make: |args| Op::AvgPool(frame(args)),
};

pub(super) const GLOBAL_AVG_POOL: Layer = Layer {
    signature: Signature::new("global_avg_pool", "the mean of all pixels of each channel")
        .shapes("[c, h, w] -> [c]")
        .example(
            "modality photo: image[3, 32, 32] = column(\"image\")\n\n\
         encoder net = photo |> conv2d(16) |> relu |> global_avg_pool",
        ),
    make: |_| Op::GlobalAvgPool,
};

pub(super) const PAD_CHANNELS: Layer = Layer {
    signature: Signature::new(
        "pad_channels",
        "more channels, of zeros, half of them before the others and the odd one behind: the shortcut of option A",
    )
    .shapes("[c, h, w] -> [channels, h, w]")
    .params(&[Parameter::new("channels", Kind::Integer(1), "how many channels there are to be")])
    .example(
        "modality photo: image[3, 32, 32] = column(\"image\")\n\n\
         encoder net = photo |> conv2d(16) |> avg_pool(2) |> pad_channels(32) |> global_avg_pool",
    ),
    make: |args| Op::PadChannels { channels: args.size("channels") },
};

pub(super) const FLATTEN: Layer = Layer {
    signature: Signature::new("flatten", "the same numbers as one vector, in their order")
        .shapes("[..] -> [n]")
        .example(
            "modality photo: image[3, 32, 32] = column(\"image\")\n\n\
         encoder net = photo |> conv2d(16) |> avg_pool(4) |> flatten |> linear(64)",
        ),
    make: |_| Op::Flatten,
};

fn frame(args: &Arguments) -> Frame {
    let size = args.size("size");
    Frame::inside(size, if args.size("stride") == 0 { size } else { args.size("stride") })
}

pub(super) fn shape(name: &str, frame: &Frame, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
    let [channels, ..] = image(name, inputs)?;
    frame.shape(name, channels, inputs)
}

/// `max_pool` of an image, which needs to be told how large its windows are.
pub(super) fn max(window: Option<&Window>, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
    let Some(window) = window else {
        return Err(ShapeError {
            message: "`max_pool` of an image needs a size".into(),
            inputs: vec![0],
            help: Some("write `max_pool(2)`".into()),
        });
    };
    shape("max_pool", &Frame::inside(window.size, window.stride), inputs)
}

pub(super) fn global(name: &str, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
    image(name, inputs).map(|[channels, ..]| Shape::vector(channels))
}

pub(super) fn pad_channels(channels: usize, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
    let [from, height, width] = image("pad_channels", inputs)?;
    if channels < from {
        return Err(ShapeError {
            message: format!("`pad_channels({channels})` of an image that has {from} channels already"),
            inputs: vec![0],
            help: Some(format!("it takes how many channels there are to be: {from} or more")),
        });
    }
    Ok(Shape(vec![channels, height, width]))
}

pub(super) fn flatten(inputs: &[&Shape]) -> Result<Shape, ShapeError> {
    match inputs {
        [shape] => Ok(Shape::vector(shape.size())),
        _ => Err(ShapeError {
            message: format!("`flatten` takes one input, found {}", inputs.len()),
            inputs: (0..inputs.len()).collect(),
            help: None,
        }),
    }
}
