//! The `train { ... }` block and the sweeps.

use crate::diag::Span;
use serde::{Deserialize, Serialize};

/// How a model is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainSpec {
    /// The combine that is trained unless the command line names another.
    pub combine: Option<String>,
    /// What turns gradients into steps.
    pub optimizer: Optimizer,
    /// How the learning rate changes.
    pub schedule: Schedule,
    /// The largest global norm of a gradient; larger ones are scaled down to it.
    pub clip_norm: Option<f64>,
    /// Rows per step.
    pub batch_size: usize,
    /// How long.
    pub length: Length,
    /// When to stop before that.
    pub stop: Option<Patience>,
    /// Decides initial weights, order and dropout.
    pub seed: u64,
    /// How weight matrices begin.
    pub init: Init,
    /// The probability with which a training step leaves out a modality that may be missing.
    pub modality_dropout: f64,
    /// The whole block.
    #[serde(skip)]
    pub span: Span,
}

/// How long training lasts at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    /// So many passes over the training rows.
    Epochs(u64),
    /// So many steps.
    Iterations(u64),
}

/// What turns gradients into steps. Decay applies to weight matrices only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Optimizer {
    /// `v = momentum * v + g; w -= lr * v` (Nesterov: `w -= lr * (g + momentum * v)`), as PyTorch has it.
    Sgd {
        /// Learning rate.
        lr: f64,
        /// Share of the last step that is kept.
        momentum: f64,
        /// Whether to look ahead.
        nesterov: bool,
        /// Added to the gradient as `weight_decay * w`.
        weight_decay: f64,
    },
    /// Adam with bias correction; decay is added to the gradient, or to the step where `decoupled` (AdamW).
    Adam {
        /// Learning rate.
        lr: f64,
        /// Decay of the first moment.
        beta1: f64,
        /// Decay of the second moment.
        beta2: f64,
        /// Keeps the division finite.
        eps: f64,
        /// Weight decay.
        weight_decay: f64,
        /// AdamW.
        decoupled: bool,
    },
}

impl Optimizer {
    /// The learning rate before any schedule.
    pub fn lr(&self) -> f64 {
        match self {
            Optimizer::Sgd { lr, .. } | Optimizer::Adam { lr, .. } => *lr,
        }
    }
}

/// How the learning rate changes: a factor on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// Rises linearly from nothing over so many first steps; 0 for none.
    pub warmup: u64,
    /// What happens after.
    pub curve: Curve,
}

/// The curves of a schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Curve {
    /// Stays.
    Constant,
    /// `factor ^ n` after n whole periods.
    Exponential {
        /// The factor.
        factor: f64,
        /// How long a period is.
        every: Period,
    },
    /// Times `factor` at each of these steps (counted from 1, applied when the step is reached).
    Steps {
        /// The steps.
        at: Vec<u64>,
        /// The factor.
        factor: f64,
    },
    /// Half a cosine from 1 down to `floor` over the whole training.
    Cosine {
        /// The last factor.
        floor: f64,
    },
}

/// A period of training.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// One pass over the training rows.
    Epoch,
    /// One step.
    Iteration,
}

/// `patience(n, on: valid.METRIC)`: stop after n epochs without improvement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Patience {
    /// How many epochs.
    pub epochs: u64,
    /// What must improve.
    pub metric: Metric,
    /// The setting.
    #[serde(skip)]
    pub span: Span,
}

/// What is measured on a part of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Share of rows predicted wrongly.
    Error,
    /// The training objective, without decay.
    Loss,
    /// Area under the receiver operating characteristic: of the second class for two, macro one-versus-rest beyond.
    Auc,
    /// Macro F1.
    F1,
    /// Cross-entropy of the reported class probabilities.
    LogLoss,
}

impl Metric {
    /// Every metric.
    pub const ALL: [Metric; 5] = [Metric::Error, Metric::Loss, Metric::Auc, Metric::F1, Metric::LogLoss];

    /// Its name in the language.
    pub fn as_str(self) -> &'static str {
        match self {
            Metric::Error => "error",
            Metric::Loss => "loss",
            Metric::Auc => "auc",
            Metric::F1 => "f1",
            Metric::LogLoss => "log_loss",
        }
    }

    /// What it measures, in one sentence without a capital and a period.
    pub fn doc(self) -> &'static str {
        match self {
            Metric::Error => "the share of rows that are predicted wrongly",
            Metric::Loss => "the training objective of the combine, without weight decay",
            Metric::Auc => {
                "the area under the receiver operating characteristic: of the second class for two classes, the mean \
                 over classes against the rest beyond"
            }
            Metric::F1 => "the harmonic mean of precision and recall, averaged over classes",
            Metric::LogLoss => "the cross-entropy of the reported class probabilities",
        }
    }

    /// What it computes, as a formula.
    pub fn equation(self) -> &'static str {
        match self {
            Metric::Error => "mean over rows of [argmin over k of l^k != y]",
            Metric::Loss => "mean over rows of l^y",
            Metric::Auc => "P(score of a row of the class > score of a row of another), ties counting half",
            Metric::F1 => "mean over classes of 2 TP / (2 TP + FP + FN)",
            Metric::LogLoss => "mean over rows of - log p^y, with p = softmax(-l)",
        }
    }

    /// Whether a larger value is better.
    pub fn higher_is_better(self) -> bool {
        matches!(self, Metric::Auc | Metric::F1)
    }
}

/// How weight matrices begin; biases begin at 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Init {
    /// Uniform in `±sqrt(3 / fan_in)`: variance `1 / fan_in`, the authors' choice.
    Scaled,
    /// Uniform in `±sqrt(6 / fan_in)`.
    HeUniform,
    /// Normal with variance `2 / fan_in`.
    HeNormal,
    /// Normal with standard deviation `sqrt(2 / fan_out)`, drawn again beyond two of them: what the authors' convolutions
    /// begin as.
    HeFanOut,
    /// Uniform in `±sqrt(6 / (fan_in + fan_out))`.
    XavierUniform,
    /// Normal with variance `2 / (fan_in + fan_out)`.
    XavierNormal,
    /// Uniform in `±sqrt(1 / fan_in)`, biases too: what PyTorch does.
    Torch,
}

/// How a parameter begins.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParamInit {
    /// All this number.
    Constant(f32),
    /// Drawn from a normal distribution around 0.
    Normal {
        /// Its standard deviation.
        std: f64,
    },
    /// A table of rows of this width: the first is zeros, the others are drawn by this scheme for one input.
    Table {
        /// The scheme.
        init: Init,
        /// Numbers of a row.
        width: usize,
    },
    /// Drawn by this scheme.
    Random {
        /// The scheme.
        init: Init,
        /// Inputs of each output.
        fan_in: usize,
        /// Outputs of each input.
        fan_out: usize,
    },
}

/// A param that a sweep varies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SweepAxis {
    /// The param.
    pub param: String,
    /// The values it takes, each of the param's type and within its bounds, as they would be written: what `--set`
    /// takes.
    pub values: Vec<String>,
    /// The entry of the sweep.
    #[serde(skip)]
    pub span: Span,
}

/// `sweep NAME { ... }`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SweepSpec {
    /// Its name.
    pub name: String,
    /// The params it varies.
    pub over: Vec<SweepAxis>,
    /// The combines it trains.
    pub train: Vec<String>,
    /// The seeds each is trained with.
    pub seeds: Vec<u64>,
    /// What selects, on validation.
    pub select: Metric,
    /// The declaration.
    #[serde(skip)]
    pub span: Span,
}
