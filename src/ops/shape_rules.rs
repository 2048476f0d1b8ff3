//! Shape rules that several operations share: a vector, a sequence, an image, inputs of one shape, windows that fit,
//! weights that fit into memory.

use super::operation::ShapeError;
use super::window::Window;
use crate::shape::Shape;

/// The only input, or an error.
pub(super) fn single<'s>(name: &str, inputs: &[&'s Shape]) -> Result<&'s Shape, ShapeError> {
    match inputs {
        [shape] => Ok(shape),
        _ => Err(ShapeError {
            message: format!("`{name}` takes one input, found {}", inputs.len()),
            inputs: (0..inputs.len()).collect(),
            help: None,
        }),
    }
}

/// The width of a single vector.
pub(super) fn vector(name: &str, inputs: &[&Shape]) -> Result<usize, ShapeError> {
    let shape = single(name, inputs)?;
    shape.as_vector().ok_or_else(|| ShapeError {
        message: format!("`{name}` takes a vector, found {shape}"),
        inputs: vec![0],
        help: Some(match shape.0.len() {
            2 => "make a vector of the sequence first: `lstm`, `max_pool`, `mean_pool` or `attention_pool`".into(),
            _ => format!("`{name}` works on values of shape [n]"),
        }),
    })
}

/// Channels, height and width of a single image.
pub(super) fn image(name: &str, inputs: &[&Shape]) -> Result<[usize; 3], ShapeError> {
    let shape = single(name, inputs)?;
    match shape.0.as_slice() {
        [channels, height, width] => Ok([*channels, *height, *width]),
        _ => Err(ShapeError {
            message: format!("`{name}` takes an image, found {shape}"),
            inputs: vec![0],
            help: Some(format!("`{name}` works on values of shape [channels, height, width]")),
        }),
    }
}

/// Whether the first input is an image.
pub(super) fn is_image(inputs: &[&Shape]) -> bool {
    inputs.first().is_some_and(|shape| shape.0.len() == 3)
}

/// The steps and the width of a single sequence. A second input is its length.
pub(super) fn sequence(name: &str, inputs: &[&Shape]) -> Result<(usize, usize), ShapeError> {
    let shape = match inputs {
        [shape, _length] => *shape,
        _ => single(name, inputs)?,
    };
    match shape.0.as_slice() {
        [steps, width] => Ok((*steps, *width)),
        _ => Err(ShapeError {
            message: format!("`{name}` takes a sequence [steps, features], found {shape}"),
            inputs: vec![0],
            help: Some("a sequence is made by `embedding(width)` of a `text[n]`, or is a `sequence[t, d]`".into()),
        }),
    }
}

/// The steps and the width of a sequence that has been checked.
pub(super) fn steps_and_width(inputs: &[&Shape]) -> (usize, usize) {
    sequence("", inputs).unwrap_or_default()
}

/// The one shape of all inputs.
pub(super) fn same(name: &str, inputs: &[&Shape], help: &str) -> Result<Shape, ShapeError> {
    let Some(first) = inputs.first() else {
        return Err(ShapeError { message: format!("`{name}` takes at least one input"), inputs: vec![], help: None });
    };
    match inputs.iter().position(|shape| shape != first) {
        None => Ok((*first).clone()),
        Some(other) => Err(ShapeError {
            message: format!("`{name}` takes values of one shape, found {first} and {}", inputs[other]),
            inputs: vec![other, 0],
            help: Some(help.into()),
        }),
    }
}

/// The help if the inputs of a merge differ in shape.
pub(super) const ONE_WIDTH: &str = "give them one width, for example with `project = linear(n)`, or use `concat`";

/// The one shape of all inputs of a function that a pipeline calls or a merge makes.
pub(super) fn elementwise(name: &str, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
    same(name, inputs, ONE_WIDTH)
}

/// The sequence that windows make of `steps` steps.
pub(super) fn windows_of_steps(window: &Window, steps: usize, width: usize, help: &str) -> Result<Shape, ShapeError> {
    match window.count(steps) {
        0 => Err(ShapeError {
            message: format!("a window of {} steps does not fit into a sequence of {steps}", window.size),
            inputs: vec![0],
            help: Some(help.into()),
        }),
        count => Ok(Shape(vec![count, width])),
    }
}

/// The positions of a window on an image: `[c, h, w] -> [channels, h', w']`.
pub(super) fn windows_of_image(
    name: &str,
    window: &Window,
    channels: usize,
    inputs: &[&Shape],
    help: &str,
) -> Result<Shape, ShapeError> {
    let [_, height, width] = image(name, inputs)?;
    match (window.along(height), window.along(width)) {
        (Some((down, _)), Some((across, _))) => Ok(Shape(vec![channels, down, across])),
        _ => Err(ShapeError {
            message: format!("a window of {0} x {0} does not fit on an image of {height} x {width}", window.size),
            inputs: vec![0],
            help: Some(help.into()),
        }),
    }
}

/// An error for a weight of this shape that is larger than any memory.
pub(super) fn fits_in_memory(shape: &[usize]) -> Result<(), ShapeError> {
    let weight = Shape(shape.to_vec());
    if weight.size() <= u32::MAX as usize {
        return Ok(());
    }
    Err(ShapeError { message: format!("a weight of {weight} is larger than any memory"), inputs: vec![0], help: None })
}

/// Number of numbers that one row reads.
pub(super) fn read(inputs: &[&Shape]) -> u64 {
    inputs.iter().map(|shape| shape.size() as u64).sum()
}
