//! `max_pool` and `mean_pool`: one vector of many steps.

use super::layer::{Layer, ShapeError};
use super::sequence::{sequence, windows};
use super::{Arguments, Kind, Op, Parameter, Signature, Window};
use crate::shape::Shape;

pub(super) const MAX_POOL: Layer = Layer {
    signature: Signature::new(
        "max_pool",
        "the largest value of each feature, over all steps of a sequence or over windows; of each channel of an image, \
         over square windows",
    )
    .shapes("[t, d] -> [d], or [(t - size) / stride + 1, d] of windows; [c, h, w] -> [c, (h - size) / stride + 1, ..]")
    .params(&[
        Parameter::new("size", Kind::Integer(1), "steps of a window; all there are, without").optional(),
        Parameter::new("stride", Kind::Integer(1), "steps from one window to the next; `size`, without").optional(),
    ])
    .example(
        "modality name: text[24] = column(\"name\") |> lowercase |> chars(max: 24)\n\
             encoder net = name |> embedding(32) |> conv1d(64, kernel: 3) |> relu |> max_pool",
    ),
    make,
};

pub(super) const MEAN_POOL: Layer = Layer {
    signature: Signature::new("mean_pool", "the mean over the steps of a sequence").shapes("[t, d] -> [d]").example(
        "modality name: text[24] = column(\"name\") |> lowercase |> chars(max: 24)\n\
             encoder net = name |> embedding(32) |> mean_pool",
    ),
    make: |_| Op::MeanPool,
};

fn make(args: &Arguments) -> Op {
    let (size, stride) = (args.size("size"), args.size("stride"));
    let window = Window { size, stride: if stride == 0 { size } else { stride }, padding: 0 };
    // Without a size there is one window, and nothing for a stride to say.
    Op::MaxPool { window: (size > 0).then_some(window) }
}

pub(super) fn max(window: Option<&Window>, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
    let (steps, width) = sequence("max_pool", inputs)?;
    window.map_or(Ok(Shape::vector(width)), |window| windows("max_pool", window, steps, width))
}

pub(super) fn mean(inputs: &[&Shape]) -> Result<Shape, ShapeError> {
    sequence("mean_pool", inputs).map(|(_, width)| Shape::vector(width))
}
