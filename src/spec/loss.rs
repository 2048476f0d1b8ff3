//! How components decide together: the combination as plain data.

use serde::{Deserialize, Serialize};

/// What the class-loss node computes from the logits of its components.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Combination {
    /// Equations 8 and 9 of the paper: `l^k = -sum_i w_i q_i^k log p_i^k`.
    Multiplicative {
        /// The exponent of the geometric mean; 0 is an average, 1 the full effect.
        beta: f64,
        /// Whether `q` is a constant to the gradient, as in the authors' code.
        gradient: QGradient,
        /// `margin(delta)`: rows already right by more than delta count nothing (equation 10).
        boost: Option<f64>,
        /// Whether the loss of a row is the cross-entropy of `softmax(-l)`: `l^y + log sum_k exp(-l^k)` in place of `l^y`
        /// (section 3.2).
        #[serde(default)]
        normalize: bool,
    },
    /// Equation 2: each component is trained by itself, by its own cross-entropy; at prediction probabilities are averaged.
    Average,
    /// Equation 2 with a majority vote: `p^k = (votes for k + mean_i p_i^k) / (C + 1)`. The average counts as one more
    /// vote that is divided, and so decides where votes are equal.
    Vote,
    /// Equation 2 with a combiner that is fitted to held-out rows: `l^k = -log softmax_k(b^k + sum_i w_i log p_i^k)`.
    Learned(Combiner),
}

impl Combination {
    /// Plain cross-entropy, which every rule comes to where there is one component.
    pub const CROSS_ENTROPY: Combination =
        Combination::Multiplicative { beta: 0.0, gradient: QGradient::Detached, boost: None, normalize: false };

    /// Whether its components are trained each by itself.
    pub fn is_late(&self) -> bool {
        matches!(self, Combination::Average | Combination::Vote | Combination::Learned(_))
    }
}

/// What a learned combiner has learned. In a plan it is empty: the numbers are among the parameters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Combiner {
    /// The weight of each component; 1 where there is none.
    pub weights: Vec<f64>,
    /// The bias of each class; 0 where there is none.
    pub bias: Vec<f64>,
}

/// Whether the gradient flows through `q`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QGradient {
    /// `q` is a constant weight.
    Detached,
    /// `q` is differentiated too.
    Attached,
}
