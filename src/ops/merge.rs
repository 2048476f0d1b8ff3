//! Several values into one: `concat`, sum and mean.

use super::layer::{ShapeError, same};
use crate::shape::Shape;

pub(super) const SAME_SHAPE: &str = "give them one width, for example with `project = linear(n)`, or use `concat`";

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

pub(super) fn elementwise(name: &str, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
    same(name, inputs, SAME_SHAPE)
}
