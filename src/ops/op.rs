//! The operations of the computation graph, as plain data.

use super::Frame;
use crate::fusion::Combination;
use crate::spec::Init;
use serde::{Deserialize, Serialize};

/// One operation on rows of numbers. Shapes are those of one row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// The modality of this index: no inputs.
    Input(usize),
    /// How many tokens a text has, padding not counted: `[n] -> [1]`. No gradient.
    Length,
    /// How many windows a sequence of so many steps has: `[1] -> [1]`. No gradient.
    Windows(Window),
    /// A row of a table for each id: `[t] -> [t, width]` of a text, `[1] -> [width]` of a category. Row 0 of the table
    /// is zeros and learns nothing. Parameter: `weight` `[ids, width]`.
    Embedding {
        /// Width of the result.
        width: usize,
        /// How many ids there are.
        ids: usize,
        /// Whether the ids are the steps of a sequence.
        steps: bool,
    },
    /// A long short-term memory over the steps of a sequence; see [`Lstm`]. Reads the sequence, and its length if it
    /// has one.
    Lstm(Lstm),
    /// The same linear map of every window of a sequence: `[t, d] -> [u, channels]`. Reads the sequence, and its length
    /// if it has one. Parameters: `weight` `[channels, d, size]`, then `bias` `[channels]` if there is one.
    Conv1d {
        /// Width of the result.
        channels: usize,
        /// Where the windows lie.
        window: Window,
        /// Whether there is a bias.
        bias: bool,
    },
    /// The largest value of each feature: over all steps, `[t, d] -> [d]`, or over windows, `[t, d] -> [u, d]`. Reads
    /// the sequence, and its length if it has one. Of an image the largest pixel of each channel under square windows,
    /// `[c, h, w] -> [c, h', w']`. Of equals the first has the gradient.
    MaxPool {
        /// Where the windows lie; `None` for all steps.
        window: Option<Window>,
    },
    /// The mean over the steps of a sequence: `[t, d] -> [d]`. Reads the sequence, and its length if it has one.
    MeanPool,
    /// The mean over the steps of a sequence, weighted by attention: `[t, d] -> [d]`. Reads the sequence, and its
    /// length if it has one. Parameters: `weight` `[size, d]`, `bias` `[size]`, `context` `[size]`.
    AttentionPool {
        /// Width of what the attention is computed from.
        size: usize,
    },
    /// `y = x W^T + b`, then an activation if a pass has fused one: `[in] -> [out]`. Parameters: `weight`
    /// `[out, in]`, then `bias` `[out]` if there is one.
    Linear {
        /// Width of the result.
        out: usize,
        /// Whether there is a bias.
        bias: bool,
        /// How the weight begins; the pipeline's choice where it is `None`.
        init: Option<Init>,
        /// What a pass fused onto it.
        activation: Option<Activation>,
    },
    /// An element-wise function.
    Activation(Activation),
    /// Zeroes elements with probability `p` in training and scales the rest by `1 / (1 - p)`; nothing otherwise.
    Dropout {
        /// The probability.
        p: f64,
    },
    /// Normalises every feature over the batch in training, and by running statistics otherwise; of an image every
    /// channel, over rows and pixels: `[n] -> [n]`, `[n, h, w] -> [n, h, w]`. Then an activation if a pass has fused
    /// one. Parameters: `weight` `[n]` (gamma), `bias` `[n]` (beta). Buffers: `running_mean`, `running_var`.
    BatchNorm {
        /// Added to the variance.
        eps: f64,
        /// Share of the batch in the running statistics.
        momentum: f64,
        /// What a pass fused onto it.
        activation: Option<Activation>,
    },
    /// A convolution over images: `[c, h, w] -> [channels, h', w']`, as many places as the frame has. Parameters:
    /// `weight` `[channels, c, size, size]`, then `bias` `[channels]` if there is one.
    Conv2d {
        /// Channels of the result.
        channels: usize,
        /// What lies under each place.
        frame: Frame,
        /// Whether there is a bias.
        bias: bool,
        /// How the weight begins; the pipeline's choice where it is `None`.
        init: Option<Init>,
    },
    /// The mean of the pixels under a frame, channel by channel: `[c, h, w] -> [c, h', w']`.
    AvgPool(Frame),
    /// The mean of all pixels of each channel: `[c, h, w] -> [c]`.
    GlobalAvgPool,
    /// Channels of zeros around those there are, half of them before and the odd one behind.
    PadChannels {
        /// Channels of the result.
        channels: usize,
    },
    /// The same numbers as a vector: `[..] -> [n]`.
    Flatten,
    /// Normalises every row over its features: `[n] -> [n]`. Parameters: `weight` `[n]`, `bias` `[n]`.
    LayerNorm {
        /// Added to the variance.
        eps: f64,
    },
    /// Inputs side by side: `[a], [b], .. -> [a + b + ..]`.
    Concat,
    /// The element-wise sum of inputs of one shape.
    Sum,
    /// The element-wise mean of inputs of one shape.
    Mean,
    /// Attention over modalities: `mean_i softmax(s)_i h_i` of the scores `s` `[M]`, its first input, and `M` values of
    /// one shape.
    Attend,
    /// Element-wise arithmetic of two inputs of one shape.
    Binary(Arithmetic),
    /// `scale * x + offset`
    Affine {
        /// The factor.
        scale: f64,
        /// The summand.
        offset: f64,
    },
    /// The combination loss over the logits of its components, the last node of every graph: `[K] x C -> [K]`, the
    /// class losses of each row.
    ClassLoss {
        /// What it computes.
        combination: Combination,
        /// One per component.
        weights: Vec<f64>,
    },
}

/// Where the windows of a sequence lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Steps of a window.
    pub size: usize,
    /// Steps from one window to the next.
    pub stride: usize,
    /// Steps of zeros before the first and after the last step.
    pub padding: usize,
}

impl Window {
    /// How many windows fit into a sequence of so many steps; none into an empty one.
    pub fn count(&self, steps: usize) -> usize {
        let padded = steps.saturating_add(2 * self.padding);
        if steps == 0 || padded < self.size { 0 } else { (padded - self.size) / self.stride + 1 }
    }
}

/// A long short-term memory (Hochreiter and Schmidhuber, 1997, with forget gates), as PyTorch has it: gates in the order
/// input, forget, cell, output, two biases each. A row that ends keeps its state; past its end the result is zeros.
///
/// Parameters, for each layer `l` and each direction: `weight_ih_l` `[4 hidden, in]`, `weight_hh_l` `[4 hidden, hidden]`,
/// `bias_ih_l` and `bias_hh_l` `[4 hidden]`; those of the backward direction end in `_reverse`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lstm {
    /// Width of the state of one direction.
    pub hidden: usize,
    /// Layers, each over the states of the one before.
    pub layers: usize,
    /// Whether each layer also reads the sequence from its end; states of both directions are side by side.
    pub bidirectional: bool,
    /// Whether the result is the state of every step, `[t, states]`, rather than the last of each direction, `[states]`.
    pub all: bool,
}

impl Lstm {
    /// How many directions there are.
    pub fn directions(&self) -> usize {
        if self.bidirectional { 2 } else { 1 }
    }

    /// Width of the states of all directions.
    pub fn states(&self) -> usize {
        self.hidden.saturating_mul(self.directions())
    }
}

/// Element-wise functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// `max(x, 0)`, with derivative 0 at 0.
    Relu,
    /// Hyperbolic tangent.
    Tanh,
    /// `1 / (1 + exp(-x))`
    Sigmoid,
    /// `x * Phi(x)`, in the approximation by tanh.
    Gelu,
    /// `1 / x`: what a number is divided by a value with.
    Reciprocal,
}

/// Element-wise arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arithmetic {
    /// `a + b`
    Add,
    /// `a - b`
    Sub,
    /// `a * b`
    Mul,
    /// `a / b`
    Div,
}
