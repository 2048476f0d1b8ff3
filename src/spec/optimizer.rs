//! Optimizers as a pipeline sets them: their hyperparameters.

use serde::{Deserialize, Serialize};

/// The optimizer of a training. Weight decay applies to weight matrices only, not to biases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptimizerSpec {
    /// Stochastic gradient descent.
    Sgd(SgdSpec),
    /// Adam or AdamW.
    Adam(AdamSpec),
}

/// Hyperparameters of stochastic gradient descent, as in `torch.optim.SGD`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SgdSpec {
    /// Learning rate before any schedule.
    pub lr: f64,
    /// Share of the last step's velocity that is kept.
    pub momentum: f64,
    /// Whether the step looks ahead along the velocity (Nesterov).
    pub nesterov: bool,
    /// Weight decay, added to the gradient as `weight_decay * w`.
    pub weight_decay: f64,
}

/// Hyperparameters of Adam (Kingma and Ba, 2015) and AdamW (Loshchilov and Hutter, 2019).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdamSpec {
    /// Learning rate before any schedule.
    pub lr: f64,
    /// Decay of the first moment.
    pub beta1: f64,
    /// Decay of the second moment.
    pub beta2: f64,
    /// Added to the denominator, so that it is never 0.
    pub eps: f64,
    /// Weight decay, added to the gradient, or taken from the weight where `decoupled`.
    pub weight_decay: f64,
    /// Whether decay is decoupled from the gradient, as in AdamW.
    pub decoupled: bool,
}
