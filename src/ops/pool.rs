//! What makes images smaller, deeper or flat: `avg_pool`, `max_pool`, `global_avg_pool`, `pad_channels`, `flatten`.

use super::layer::{Layer, ShapeError};
use super::window::image;
use super::{Arguments, Constant, Kind, Op, Parameter, Signature, Window};
use crate::shape::Shape;

const SIZE: Parameter = Parameter { name: "size", kind: Kind::Integer(1), default: None };
/// Without it the windows lie side by side.
const STRIDE: Parameter = Parameter { name: "stride", kind: Kind::Integer(1), default: Some(Constant::Nothing) };

pub(super) const AVG_POOL: Layer = Layer {
    signature: Signature {
        name: "avg_pool",
        doc: "the mean of every `size` x `size` pixels of a channel; windows lie side by side without a `stride`",
        params: &[SIZE, STRIDE],
    },
    shapes: "[c, h, w] -> [c, (h - size) / stride + 1, (w - size) / stride + 1]",
    make: |args| Op::AvgPool(window(args)),
};

pub(super) const MAX_POOL: Layer = Layer {
    signature: Signature {
        name: "max_pool",
        doc: "the largest of every `size` x `size` pixels of a channel; windows lie side by side without a `stride`",
        params: &[SIZE, STRIDE],
    },
    shapes: "[c, h, w] -> [c, (h - size) / stride + 1, (w - size) / stride + 1]",
    make: |args| Op::MaxPool(window(args)),
};

pub(super) const GLOBAL_AVG_POOL: Layer = Layer {
    signature: Signature { name: "global_avg_pool", doc: "the mean of all pixels of each channel", params: &[] },
    shapes: "[c, h, w] -> [c]",
    make: |_| Op::GlobalAvgPool,
};

pub(super) const PAD_CHANNELS: Layer = Layer {
    signature: Signature {
        name: "pad_channels",
        doc: "more channels of zeros, half of them before the others and the odd one behind (option A of He et al.)",
        params: &[Parameter { name: "channels", kind: Kind::Integer(1), default: None }],
    },
    shapes: "[c, h, w] -> [channels, h, w]",
    make: |args| Op::PadChannels { channels: args.size("channels") },
};

pub(super) const FLATTEN: Layer = Layer {
    signature: Signature { name: "flatten", doc: "the same numbers as one vector, in their order", params: &[] },
    shapes: "[..] -> [n]",
    make: |_| Op::Flatten,
};

fn window(args: &Arguments) -> Window {
    let size = args.size("size");
    Window::inside(size, if args.size("stride") == 0 { size } else { args.size("stride") })
}

pub(super) fn shape(name: &str, window: &Window, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
    let [channels, ..] = image(name, inputs)?;
    window.shape(name, channels, inputs)
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
