//! The rules of every operation: what shape it makes, what it learns, what it costs. One match each.

use super::layer::{Running, ShapeError, Weight, vector};
use super::{Arithmetic, Op, conv, linear, merge, norm, pool};
use crate::shape::Shape;

impl Op {
    /// What people know the operation by.
    pub fn name(&self) -> &'static str {
        match self {
            Op::Input(_) => "input",
            Op::Length => "length",
            Op::Linear { .. } => "linear",
            Op::Activation(activation) => activation.name(),
            Op::Dropout { .. } => "dropout",
            Op::BatchNorm { .. } => "batch_norm",
            Op::LayerNorm { .. } => "layer_norm",
            Op::Conv2d { .. } => "conv2d",
            Op::AvgPool(_) => "avg_pool",
            Op::MaxPool(_) => "max_pool",
            Op::GlobalAvgPool => "global_avg_pool",
            Op::PadChannels { .. } => "pad_channels",
            Op::Flatten => "flatten",
            Op::Concat => "concat",
            Op::Sum => "sum",
            Op::Mean => "mean",
            Op::Binary(Arithmetic::Add) => "+",
            Op::Binary(Arithmetic::Sub) => "-",
            Op::Binary(Arithmetic::Mul) => "*",
            Op::Binary(Arithmetic::Div) => "/",
            Op::Affine { .. } => "affine",
            Op::ClassLoss { .. } => "class loss",
        }
    }

    /// The shape it makes of its inputs.
    ///
    /// # Errors
    /// If it does not take values of these shapes.
    pub fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        match self {
            Op::Linear { out, .. } => linear::shape(*out, inputs),
            Op::BatchNorm { .. } => norm::batch_shape(inputs),
            Op::LayerNorm { .. } => vector(self.name(), inputs).map(Shape::vector),
            Op::Conv2d { channels, window, .. } => conv::shape(*channels, window, inputs),
            Op::AvgPool(window) | Op::MaxPool(window) => pool::shape(self.name(), window, inputs),
            Op::GlobalAvgPool => pool::global(self.name(), inputs),
            Op::PadChannels { channels } => pool::pad_channels(*channels, inputs),
            Op::Flatten => pool::flatten(inputs),
            Op::Length => vector(self.name(), inputs).map(|_| Shape::vector(1)),
            Op::Concat => merge::concat(inputs),
            Op::Input(_)
            | Op::Activation(_)
            | Op::Dropout { .. }
            | Op::Affine { .. }
            | Op::Sum
            | Op::Mean
            | Op::Binary(_)
            | Op::ClassLoss { .. } => merge::elementwise(self.name(), inputs),
        }
    }

    /// What it learns, for an input of this shape.
    pub fn weights(&self, input: &Shape) -> Vec<Weight> {
        match self {
            Op::Linear { out, bias, .. } => linear::weights(*out, *bias, input),
            Op::BatchNorm { .. } | Op::LayerNorm { .. } => norm::weights(input),
            Op::Conv2d { channels, window, bias, .. } => conv::weights(*channels, window, *bias, input),
            _ => vec![],
        }
    }

    /// The running statistics it keeps, for an input of this shape.
    pub fn running(&self, input: &Shape) -> Vec<Running> {
        match self {
            Op::BatchNorm { momentum, .. } => norm::running(*momentum, input),
            _ => vec![],
        }
    }

    /// Whether the rows of a batch depend on each other through it.
    pub fn mixes_rows(&self) -> bool {
        matches!(self, Op::BatchNorm { .. })
    }

    /// Floating-point operations of one row, forward: a multiplication and an addition count as two.
    pub fn flops(&self, inputs: &[&Shape], output: &Shape) -> u64 {
        let read: u64 = inputs.iter().map(|shape| shape.size() as u64).sum();
        let made = output.size() as u64;
        match self {
            Op::Linear { activation, .. } => 2 * read * made + if activation.is_some() { made } else { 0 },
            Op::Input(_) | Op::Length | Op::Concat | Op::PadChannels { .. } | Op::Flatten => 0,
            Op::Conv2d { window, .. } => {
                let channels = inputs.first().and_then(|shape| shape.0.first()).copied().unwrap_or(1);
                2 * (window.size * window.size * channels) as u64 * made
            }
            Op::AvgPool(window) | Op::MaxPool(window) => (window.size * window.size) as u64 * made,
            Op::GlobalAvgPool => read,
            Op::Activation(_) | Op::Affine { .. } | Op::Binary(_) | Op::Dropout { .. } => made,
            Op::Sum | Op::Mean => read,
            Op::BatchNorm { .. } | Op::LayerNorm { .. } => 8 * made,
            Op::ClassLoss { .. } => 12 * read,
        }
    }
}
