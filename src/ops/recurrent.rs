//! Shared parts of recurrent layers: arguments, shapes, names of weights, costs.

use super::operation::{ShapeError, Weight, WeightInit};
use super::shape_rules::{fits_in_memory, sequence, steps_and_width};
use crate::shape::Shape;

/// A recurrent layer over the steps of a sequence: all but its equation.
///
/// Its parameters, as PyTorch names them, are for each layer `l` and each direction: `weight_ih_l` `[gates * hidden,
/// in]`, `weight_hh_l` `[gates * hidden, hidden]`, `bias_ih_l` and `bias_hh_l` `[gates * hidden]`; those of the
/// backward direction end in `_reverse`.
#[derive(Clone, Copy, Debug)]
pub struct Recurrent {
    /// The name of the layer.
    pub name: &'static str,
    /// Number of gates, the new state among them.
    pub gates: usize,
    /// Width of the state of one direction.
    pub hidden: usize,
    /// Number of layers, each over the states of the one before.
    pub layers: usize,
    /// Whether each layer also reads the sequence from its end; states of both directions are side by side.
    pub bidirectional: bool,
    /// Whether the result is the state of every step, `[t, states]`, rather than the last of each direction,
    /// `[states]`.
    pub all: bool,
}

/// Largest number of layers.
const MOST_LAYERS: usize = 64;

impl Recurrent {
    /// Number of directions.
    pub fn directions(&self) -> usize {
        if self.bidirectional { 2 } else { 1 }
    }

    /// Width of the states of all directions.
    pub fn states(&self) -> usize {
        self.hidden.saturating_mul(self.directions())
    }

    /// The layer as a pipeline would call it.
    pub(super) fn call(&self) -> String {
        let layers = if self.layers == 1 { String::new() } else { format!(", layers: {}", self.layers) };
        let both = if self.bidirectional { ", bidirectional: true" } else { "" };
        let output = if self.all { "all" } else { "last" };
        format!("{}({}{layers}{both}, output: {output})", self.name, self.hidden)
    }

    /// The shape of the result.
    pub(super) fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        let (steps, width) = sequence(self.name, inputs)?;
        if self.layers > MOST_LAYERS {
            let message = format!("`{}` has at most {MOST_LAYERS} layers, found {}", self.name, self.layers);
            return Err(ShapeError { message, inputs: vec![], help: None });
        }
        fits_in_memory(&[self.hidden, self.gates, width.max(self.states()), self.layers])?;
        Ok(if self.all { Shape(vec![steps, self.states()]) } else { Shape::vector(self.states()) })
    }

    /// The weights, for a first input of this shape.
    pub(super) fn weights(&self, input: &Shape) -> Vec<Weight> {
        let (hidden, gates) = (self.hidden, self.gates * self.hidden);
        let mut weights = vec![];
        for layer in 0..self.layers {
            let width = if layer == 0 { input.0.last().copied().unwrap_or(0) } else { self.states() };
            for direction in ["", "_reverse"].into_iter().take(self.directions()) {
                let mut add = |name: &str, shape: Vec<usize>, init| {
                    let name = format!("{name}_l{layer}{direction}").into();
                    weights.push(Weight { name, shape: Shape(shape), init });
                };
                add("weight_ih", vec![gates, width], WeightInit::Recurrent { fan_in: width, hidden });
                add("weight_hh", vec![gates, hidden], WeightInit::Recurrent { fan_in: hidden, hidden });
                add("bias_ih", vec![gates], WeightInit::Bias { fan_in: hidden });
                add("bias_hh", vec![gates], WeightInit::Bias { fan_in: hidden });
            }
        }
        weights
    }

    /// Floating-point operations of one row: the products, and `elementwise` for each number of a state.
    pub(super) fn flops(&self, inputs: &[&Shape], elementwise: u64) -> u64 {
        let (steps, width) = steps_and_width(inputs);
        let states = (steps * self.states()) as u64;
        let of_layer = |layer: usize| {
            let width = if layer == 0 { width } else { self.states() };
            states * (2 * (self.gates * (width + self.hidden)) as u64 + elementwise)
        };
        (0..self.layers).map(of_layer).sum()
    }
}
