//! The rules of every operation: what shape it makes, what it learns, what it costs. One match each.

use super::layer::{Running, ShapeError, Weight, vector};
use super::sequence::steps_and_width;
use super::{Arithmetic, Op, attention_pool, conv1d, conv2d, embedding, image_pool, linear, lstm, merge, norm, pool};
use crate::shape::Shape;

impl Op {
    /// What people know the operation by.
    pub fn name(&self) -> &'static str {
        match self {
            Op::Input(_) => "input",
            Op::Length | Op::Windows(_) => "length",
            Op::Embedding { .. } => "embedding",
            Op::Lstm(_) => "lstm",
            Op::Conv1d { .. } => "conv1d",
            Op::MaxPool { .. } => "max_pool",
            Op::MeanPool => "mean_pool",
            Op::AttentionPool { .. } => "attention_pool",
            Op::Linear { .. } => "linear",
            Op::Activation(activation) => activation.name(),
            Op::Dropout { .. } => "dropout",
            Op::BatchNorm { .. } => "batch_norm",
            Op::LayerNorm { .. } => "layer_norm",
            Op::Conv2d { .. } => "conv2d",
            Op::AvgPool(_) => "avg_pool",
            Op::GlobalAvgPool => "global_avg_pool",
            Op::PadChannels { .. } => "pad_channels",
            Op::Flatten => "flatten",
            Op::Concat => "concat",
            Op::Sum => "sum",
            Op::Mean => "mean",
            Op::Attend => "attention",
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
            Op::Conv2d { channels, frame, .. } => conv2d::shape(*channels, frame, inputs),
            Op::AvgPool(frame) => image_pool::shape(self.name(), frame, inputs),
            Op::GlobalAvgPool => image_pool::global(self.name(), inputs),
            Op::PadChannels { channels } => image_pool::pad_channels(*channels, inputs),
            Op::Flatten => image_pool::flatten(inputs),
            Op::Length | Op::Windows(_) => vector(self.name(), inputs).map(|_| Shape::vector(1)),
            Op::Embedding { width, ids, steps } => embedding::shape(*width, *ids, *steps, inputs),
            Op::Lstm(op) => lstm::shape(op, inputs),
            Op::Conv1d { channels, window, .. } => conv1d::shape(*channels, window, inputs),
            Op::MaxPool { window } if of_an_image(inputs) => image_pool::max(window.as_ref(), inputs),
            Op::MaxPool { window } => pool::max(window.as_ref(), inputs),
            Op::MeanPool => pool::mean(inputs),
            Op::AttentionPool { size } => attention_pool::shape(*size, inputs),
            Op::Concat => merge::concat(inputs),
            Op::Attend => merge::attention(self.name(), inputs),
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
            Op::Conv2d { channels, frame, bias, .. } => conv2d::weights(*channels, frame, *bias, input),
            Op::Embedding { width, ids, .. } => embedding::weights(*width, *ids),
            Op::Lstm(op) => lstm::weights(op, input),
            Op::Conv1d { channels, window, bias } => conv1d::weights(*channels, window, *bias, input),
            Op::AttentionPool { size } => attention_pool::weights(*size, input),
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
            Op::PadChannels { .. } | Op::Flatten => 0,
            Op::Conv2d { frame, .. } => {
                let channels = inputs.first().and_then(|shape| shape.0.first()).copied().unwrap_or(1);
                2 * (frame.size * frame.size * channels) as u64 * made
            }
            Op::AvgPool(frame) => (frame.size * frame.size) as u64 * made,
            Op::MaxPool { window: Some(window) } if of_an_image(inputs) => (window.size * window.size) as u64 * made,
            Op::GlobalAvgPool => read,
            Op::Input(_) | Op::Length | Op::Windows(_) | Op::Embedding { .. } | Op::Concat => 0,
            Op::Lstm(op) => lstm::flops(op, inputs),
            Op::Conv1d { window, .. } => 2 * made * (window.size * steps_and_width(inputs).1) as u64,
            Op::MaxPool { window } => made * window.map_or(steps_and_width(inputs).0, |window| window.size) as u64,
            Op::MeanPool => read,
            Op::AttentionPool { size } => attention_pool::flops(*size, inputs),
            Op::Activation(_) | Op::Affine { .. } | Op::Binary(_) | Op::Dropout { .. } => made,
            Op::Sum | Op::Mean => read,
            Op::Attend => 2 * read,
            Op::BatchNorm { .. } | Op::LayerNorm { .. } => 8 * made,
            Op::ClassLoss { .. } => 12 * read,
        }
    }
}

fn of_an_image(inputs: &[&Shape]) -> bool {
    inputs.first().is_some_and(|shape| shape.0.len() == 3)
}
