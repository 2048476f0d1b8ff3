//! `embedding(width)`: a learned vector for each id.

use super::layer::{Layer, ShapeError, Weight, WeightInit, vector};
use super::sequence::fits_in_memory;
use super::{Kind, Op, Parameter, Signature};
use crate::shape::Shape;

pub(super) const EMBEDDING: Layer = Layer {
    signature: Signature::new("embedding", "a learned vector for each token of a text, or for a category")
        .shapes("text[t] -> [t, width], category[n] -> [width]")
        .equation(
            "y = weight[id], with weight of [ids, width]; its row 0, of padding and of what is unknown, stays zeros",
        )
        .params(&[Parameter::new("width", Kind::Integer(1), "how many numbers a vector has")])
        .example(
            "modality name: text[24] = column(\"name\") |> lowercase |> chars(max: 24)\n\
             encoder net = name |> embedding(32) |> mean_pool",
        ),
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
