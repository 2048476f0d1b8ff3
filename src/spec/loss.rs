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
    },
    /// Equation 2: each component is trained by its own cross-entropy; at prediction probabilities are averaged.
    Average,
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
