//! What a layer family brings: its signature, how its arguments make an operation, and the rules of that operation.

use super::{Arguments, Op, Signature};
use crate::shape::Shape;
use crate::spec::ParamInit;
use std::borrow::Cow;

/// A layer that can be called by name.
#[derive(Clone, Copy)]
pub struct Layer {
    /// Its name, its shapes, its arguments, what it does.
    pub signature: Signature,
    /// The operation that checked arguments make.
    pub make: fn(&Arguments) -> Op,
}

/// Why an operation does not take its inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShapeError {
    /// What is wrong, in the words of the operation.
    pub message: String,
    /// Which inputs are to blame, by place; the first is the main one.
    pub inputs: Vec<usize>,
    /// The way on.
    pub help: Option<String>,
}

/// A parameter that an operation needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Weight {
    /// Its last name: `weight`, `bias`.
    pub name: Cow<'static, str>,
    /// Its shape.
    pub shape: Shape,
    /// How it begins.
    pub init: WeightInit,
}

/// How a [`Weight`] begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WeightInit {
    /// As said.
    Fixed(ParamInit),
    /// Drawn by the operation's own scheme or the pipeline's, for so many inputs and outputs.
    Fan {
        /// Inputs of each output.
        fan_in: usize,
        /// Outputs of each input.
        fan_out: usize,
    },
    /// Drawn as by [`WeightInit::Fan`], but for [`crate::spec::Init::Torch`], which draws all of a recurrent layer for as
    /// many inputs as it has states.
    Recurrent {
        /// Inputs of each output.
        fan_in: usize,
        /// The width of a state.
        hidden: usize,
    },
    /// Rows of a table, each drawn for the one input that selects it; row 0 is zeros.
    Table {
        /// The width of a row.
        width: usize,
    },
    /// A bias beside such a matrix: 0, except under [`crate::spec::Init::Torch`].
    Bias {
        /// Inputs of each output.
        fan_in: usize,
    },
}

/// Running statistics that an operation keeps.
#[derive(Clone, Debug, PartialEq)]
pub struct Running {
    /// Its last name: `running_mean`.
    pub name: &'static str,
    /// Its shape.
    pub shape: Shape,
    /// What it begins as.
    pub value: f32,
    /// Share of a batch in it.
    pub momentum: f64,
}

/// The width of a single vector input, or why there is none.
pub(super) fn vector(name: &str, inputs: &[&Shape]) -> Result<usize, ShapeError> {
    match inputs {
        [shape] => shape.as_vector().ok_or_else(|| ShapeError {
            message: format!("`{name}` takes a vector, found {shape}"),
            inputs: vec![0],
            help: Some(match shape.0.len() {
                2 => "make a vector of the sequence first: `lstm`, `max_pool`, `mean_pool` or `attention_pool`".into(),
                _ => format!("`{name}` works on values of shape [n]"),
            }),
        }),
        _ => Err(ShapeError {
            message: format!("`{name}` takes one input, found {}", inputs.len()),
            inputs: (0..inputs.len()).collect(),
            help: None,
        }),
    }
}

/// The one shape that all inputs have, or which two differ.
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
