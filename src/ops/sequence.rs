//! Sequences: what their shape is, and what operations do with their steps.

use super::layer::ShapeError;
use super::{Op, Window};
use crate::shape::Shape;

/// What an operation does with the steps of a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// It works on each by itself and need not know which are real.
    Apart,
    /// It looks at several and reads how many are real; where it makes a sequence, that has the same steps.
    Together,
    /// It looks at windows and reads how many steps are real; it makes a step of each window.
    Windows(Window),
}

impl Op {
    /// What the operation does with the steps of a sequence.
    pub fn time(&self) -> Time {
        match self {
            Op::Lstm(_) | Op::MeanPool | Op::AttentionPool { .. } | Op::MaxPool { window: None } => Time::Together,
            Op::Conv1d { window, .. } | Op::MaxPool { window: Some(window) } => Time::Windows(*window),
            _ => Time::Apart,
        }
    }
}

/// The steps and the width of a single sequence, or why there is none. A second input is its length.
pub(super) fn sequence(name: &str, inputs: &[&Shape]) -> Result<(usize, usize), ShapeError> {
    match inputs {
        [shape] | [shape, _] => match shape.0.as_slice() {
            [steps, width] => Ok((*steps, *width)),
            _ => Err(ShapeError {
                message: format!("`{name}` takes a sequence [steps, features], found {shape}"),
                inputs: vec![0],
                help: Some("a sequence is made by `embedding(width)` of a `text[n]`, or is a `sequence[t, d]`".into()),
            }),
        },
        _ => Err(ShapeError {
            message: format!("`{name}` takes one input, found {}", inputs.len()),
            inputs: (0..inputs.len()).collect(),
            help: None,
        }),
    }
}

/// The steps and the width of a sequence that has been checked.
pub(super) fn steps_and_width(inputs: &[&Shape]) -> (usize, usize) {
    sequence("", inputs).unwrap_or_default()
}

/// The sequence that windows make of `steps` steps.
pub(super) fn windows(name: &str, window: &Window, steps: usize, width: usize) -> Result<Shape, ShapeError> {
    match window.count(steps) {
        0 => Err(ShapeError {
            message: format!("a window of {} steps does not fit into a sequence of {steps}", window.size),
            inputs: vec![0],
            help: Some(match name {
                "conv1d" => "make `kernel` smaller, or give it `padding`".into(),
                _ => format!("make the window of `{name}` smaller"),
            }),
        }),
        count => Ok(Shape(vec![count, width])),
    }
}

/// Whether a weight of this shape is larger than any memory.
pub(super) fn fits_in_memory(shape: &[usize]) -> Result<(), ShapeError> {
    let weight = Shape(shape.to_vec());
    if weight.size() <= u32::MAX as usize {
        return Ok(());
    }
    Err(ShapeError { message: format!("a weight of {weight} is larger than any memory"), inputs: vec![0], help: None })
}
