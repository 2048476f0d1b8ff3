//! Several values into one: `concat`, sum and mean.

use super::layer::{ShapeError, same};
use crate::shape::Shape;

pub(super) const SAME_SHAPE: &str = "give them one width, for example with `project = linear(n)`, or use `concat`";

const ONE_SHAPE: &str = "give both one shape, for example with `linear(n)`, or put them side by side with `concat`";

pub(super) fn concat(inputs: &[&Shape]) -> Result<Shape, ShapeError> {
    let mut width = 0usize;
    for (place, shape) in inputs.iter().enumerate() {
        let Some(more) = shape.as_vector() else {
            return Err(ShapeError {
                message: format!("`concat` takes vectors, found {shape}"),
                inputs: vec![place],
                help: None,
            });
        };
        width = width.saturating_add(more);
    }
    Ok(Shape::vector(width))
}

/// Scores, one for each of the values after them, which have one shape.
pub(super) fn attention(name: &str, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
    let (scores, values) = inputs.split_at(inputs.len().min(1));
    let shape = same(name, values, SAME_SHAPE).map_err(|error| ShapeError {
        inputs: error.inputs.into_iter().map(|place| place + scores.len()).collect(),
        ..error
    })?;
    match scores {
        [scores] if scores.as_vector() == Some(values.len()) => Ok(shape),
        _ => Err(ShapeError {
            message: format!("`{name}` takes a score for each of its {} values", values.len()),
            inputs: vec![0],
            help: None,
        }),
    }
}

pub(super) fn elementwise(name: &str, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
    // What is between two values has no settings.
    let sign = !name.contains(char::is_alphabetic);
    same(name, inputs, if sign { ONE_SHAPE } else { SAME_SHAPE })
}
