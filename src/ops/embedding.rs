//! `embedding(width)`: a learned vector for each id.

use super::layer::{Layer, ShapeError, Weight, WeightInit, vector};
use super::sequence::fits_in_memory;
use super::{Kind, Op, Parameter, Signature};
use crate::shape::Shape;

pub(super) const EMBEDDING: Layer = Layer {
    signature: Signature {
        name: "embedding",
        doc: "a learned vector for each token of a text, or for a category; that of padding and of an unknown category \
              is zeros",
        params: &[Parameter { name: "width", kind: Kind::Integer(1), default: None }],
    },
    shapes: "text[t] -> [t, width], category[n] -> [width]",
    // How many ids there are is known when it meets its input.
    make: |args| Op::Embedding { width: args.size("width"), ids: 0, steps: false },
};

pub(super) fn shape(width: usize, ids: usize, steps: bool, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
    let tokens = vector("embedding", inputs)?;
    fits_in_memory(&[ids, width])?;
    Ok(if steps { Shape(vec![tokens, width]) } else { Shape::vector(width) })
}

pub(super) fn weights(width: usize, ids: usize) -> Vec<Weight> {
    vec![Weight { name: "weight".into(), shape: Shape(vec![ids, width]), init: WeightInit::Table { width } }]
}
