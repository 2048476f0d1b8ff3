//! The operations of the computation graph, as plain data.

use super::Window;
use crate::spec::{Combination, Init};
use serde::{Deserialize, Serialize};

/// One operation on rows of numbers. Shapes are those of one row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// The modality of this index: no inputs.
    Input(usize),
    /// How many tokens a text has, padding not counted: `[n] -> [1]`. No gradient.
    Length,
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
    /// A convolution over images: `[c, h, w] -> [channels, h', w']`, as many places as the window has. Parameters:
    /// `weight` `[channels, c, size, size]`, then `bias` `[channels]` if there is one.
    Conv2d {
        /// Channels of the result.
        channels: usize,
        /// What lies under each place.
        window: Window,
        /// Whether there is a bias.
        bias: bool,
        /// How the weight begins; the pipeline's choice where it is `None`.
        init: Option<Init>,
    },
    /// The mean of the pixels under a window, channel by channel: `[c, h, w] -> [c, h', w']`.
    AvgPool(Window),
    /// The largest of the pixels under a window, channel by channel; of equals the first has the gradient.
    MaxPool(Window),
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
