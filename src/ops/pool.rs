//! `max_pool` and `mean_pool`: one vector of many steps.

use super::layer::{Layer, ShapeError};
use super::sequence::{sequence, windows};
use super::{Arguments, Constant, Kind, Op, Parameter, Signature, Window};
use crate::shape::Shape;

pub(super) const MAX_POOL: Layer = Layer {
    signature: Signature {
        name: "max_pool",
        doc: "the largest value of each feature, over all steps of a sequence or over windows of `size` steps",
        params: &[
            Parameter { name: "size", kind: Kind::Integer(1), default: Some(Constant::Nothing) },
            Parameter { name: "stride", kind: Kind::Integer(1), default: Some(Constant::Nothing) },
        ],
    },
    shapes: "[t, d] -> [d], or [(t - size) / stride + 1, d] of windows; `stride` is `size` where it is not given",
    make,
};

pub(super) const MEAN_POOL: Layer = Layer {
    signature: Signature { name: "mean_pool", doc: "the mean over the steps of a sequence", params: &[] },
    shapes: "[t, d] -> [d]",
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
