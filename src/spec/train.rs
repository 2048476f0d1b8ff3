//! The `train { ... }` block and sweeps as plain data.

use super::Spanned;
use super::optimizer::OptimizerSpec;
use crate::diag::Span;
use serde::{Deserialize, Serialize};

/// The training of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainSpec {
    /// The combine to train, unless the command line names another.
    pub combine: Option<String>,
    /// The optimizer.
    pub optimizer: OptimizerSpec,
    /// The schedule of the learning rate.
    pub schedule: Schedule,
    /// Largest global norm of a gradient; larger gradients are scaled down to it.
    pub clip_norm: Option<f64>,
    /// Number of rows in a step.
    pub batch_size: usize,
    /// The longest duration.
    pub length: TrainingLength,
    /// The rule of early stopping.
    pub stop: Option<Patience>,
    /// Seed of initial weights, row order and dropout.
    pub seed: u64,
    /// Initialization of weight matrices.
    pub init: Init,
    /// How reported probabilities are calibrated after training.
    pub calibrate: CalibrationMethod,
    /// Probability of leaving an optional modality out of a row in a training step.
    pub modality_dropout: f64,
    /// The weights of classes in the loss; every class weighs 1 without them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_weights: Option<Spanned<ClassWeights>>,
    /// How the progress of components is balanced; not at all without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance: Option<Spanned<Balance>>,
    /// The weight of the regularizer of CML; not in the loss without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cml: Option<Spanned<f64>>,
    /// The span of the block.
    #[serde(skip)]
    pub span: Span,
}

/// How the progress of components is balanced in training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Balance {
    /// Component losses weighted by generalization over overfitting, after Gradient-Blending.
    Blend {
        /// Epochs between two estimates of the weights.
        every: u64,
    },
    /// Gradients of the leading encoder reduced, and noise in all of them: OGM-GE.
    Ogm {
        /// How much.
        alpha: f64,
        /// Whether noise as large as the gradient is added.
        noise: bool,
    },
    /// Gradients of each component scaled by how far it is from its usual lead: AGM.
    Agm {
        /// How much.
        alpha: f64,
    },
    /// Gradients of the joint and the own loss of each encoder joined without conflict: MMPareto.
    Pareto {
        /// The factor of the joined gradient.
        gamma: f64,
    },
}

impl Balance {
    /// Its name in the language.
    pub fn as_str(self) -> &'static str {
        match self {
            Balance::Blend { .. } => "blend",
            Balance::Ogm { .. } => "ogm",
            Balance::Agm { .. } => "agm",
            Balance::Pareto { .. } => "pareto",
        }
    }
}

/// The weights of classes in the training loss.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassWeights {
    /// Such that all classes weigh the same in total over the training rows.
    Balanced,
    /// One for each class, in order.
    Each(Vec<f64>),
}

impl ClassWeights {
    /// As the language writes them.
    pub fn show(&self) -> String {
        match self {
            ClassWeights::Balanced => "balanced".to_owned(),
            ClassWeights::Each(weights) => {
                let weights: Vec<String> = weights.iter().map(f64::to_string).collect();
                format!("[{}]", weights.join(", "))
            }
        }
    }
}

/// How reported probabilities are calibrated after training. No method changes a predicted class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CalibrationMethod {
    /// Not at all: `softmax(-l)`.
    None,
    /// One temperature for the class losses, with rows of different components present on one scale.
    #[default]
    Temperature,
    /// The same, and a temperature for each component's own probabilities.
    PerComponent,
}

impl CalibrationMethod {
    /// The words of the language, in the order of the variants.
    pub const WORDS: &[&str] = &["none", "temperature", "per_component"];

    /// The word of the language.
    pub fn as_str(self) -> &'static str {
        match self {
            CalibrationMethod::None => "none",
            CalibrationMethod::Temperature => "temperature",
            CalibrationMethod::PerComponent => "per_component",
        }
    }

    /// The method of a word.
    pub fn by_word(word: &str) -> Option<Self> {
        [Self::None, Self::Temperature, Self::PerComponent].into_iter().find(|method| method.as_str() == word)
    }
}

/// Longest duration of a training.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrainingLength {
    /// Number of passes over the training rows.
    Epochs(u64),
    /// Number of steps.
    Iterations(u64),
}

/// Schedule of the learning rate: a factor on it for every step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// Number of first steps in which the factor rises linearly from 0; 0 for none.
    pub warmup: u64,
    /// The curve that the warm-up multiplies.
    pub curve: Curve,
}

/// The curves of a schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Curve {
    /// 1 in every step.
    Constant,
    /// `factor^n` after n whole periods.
    Exponential {
        /// The factor.
        factor: f64,
        /// The length of a period.
        every: Period,
    },
    /// Multiplied by `factor` at each of these steps, counted from 1.
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
    /// Number of epochs.
    pub epochs: u64,
    /// The metric that must improve.
    pub metric: Metric,
    /// The span of the setting.
    #[serde(skip)]
    pub span: Span,
}

/// A metric, measured on a part of the data.
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
    /// Squared error of the reported class probabilities.
    Brier,
    /// Expected calibration error of the reported class probabilities.
    CalibrationError,
}

impl Metric {
    /// Every metric.
    pub const ALL: [Metric; 7] = [
        Metric::Error,
        Metric::Loss,
        Metric::Auc,
        Metric::F1,
        Metric::LogLoss,
        Metric::Brier,
        Metric::CalibrationError,
    ];

    /// Its name in the language.
    pub fn as_str(self) -> &'static str {
        match self {
            Metric::Error => "error",
            Metric::Loss => "loss",
            Metric::Auc => "auc",
            Metric::F1 => "f1",
            Metric::LogLoss => "log_loss",
            Metric::Brier => "brier",
            Metric::CalibrationError => "calibration_error",
        }
    }

    /// Description, one sentence without a capital and a period.
    pub fn doc(self) -> &'static str {
        match self {
            Metric::Error => "the share of rows that are predicted wrongly",
            Metric::Loss => {
                "the training objective of the combine, without weight decay: the only measurement that the weights of rows \
                 and classes enter"
            }
            Metric::Auc => {
                "the area under the receiver operating characteristic: of the second class for two classes, the mean \
                 over classes against the rest beyond"
            }
            Metric::F1 => "the harmonic mean of precision and recall, averaged over classes",
            Metric::LogLoss => "the cross-entropy of the reported class probabilities",
            Metric::Brier => {
                "the Brier score: the squared error of the reported class probabilities, halved for two classes"
            }
            Metric::CalibrationError => {
                "the expected calibration error: how far the probability of the predicted class is from the share of \
                 rows predicted correctly, over 15 bins of equal width"
            }
        }
    }

    /// Formula.
    pub fn equation(self) -> &'static str {
        match self {
            Metric::Error => "mean over rows of [argmin over k of l^k != y]",
            Metric::Loss => {
                "sum over rows of w l^y / sum over rows of w, with w = 1 unless rows or classes have weights"
            }
            Metric::Auc => "P(score of a row of the class > score of a row of another), ties counting half",
            Metric::F1 => "mean over classes of 2 TP / (2 TP + FP + FN)",
            Metric::LogLoss => "mean over rows of - log p^y, with p = softmax(-l / (s T))",
            Metric::Brier => "mean over rows of sum over k of (p^k - [k = y])^2, halved for two classes",
            Metric::CalibrationError => "sum over bins of (rows of the bin / all rows) |accuracy - mean confidence|",
        }
    }

    /// Whether a larger value is better.
    pub fn higher_is_better(self) -> bool {
        matches!(self, Metric::Auc | Metric::F1)
    }
}

/// Initialization of weight matrices; biases are initialized to 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Init {
    /// Uniform in `±sqrt(3 / fan_in)`: variance `1 / fan_in`, the authors' choice.
    Scaled,
    /// Uniform in `±sqrt(6 / fan_in)`.
    HeUniform,
    /// Normal with variance `2 / fan_in`.
    HeNormal,
    /// Normal with standard deviation `sqrt(2 / fan_out)`, truncated at two of them: the authors' initialization of
    /// convolutions.
    HeFanOut,
    /// Uniform in `±sqrt(6 / (fan_in + fan_out))`.
    XavierUniform,
    /// Normal with variance `2 / (fan_in + fan_out)`.
    XavierNormal,
    /// Uniform in `±sqrt(1 / fan_in)`, biases too: the default of PyTorch.
    Torch,
}

/// Initialization of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParamInit {
    /// Every element this number.
    Constant(f32),
    /// Drawn from a normal distribution around 0.
    Normal {
        /// Its standard deviation.
        std: f64,
    },
    /// A table of rows of this width: the first is zeros, the others are drawn by the scheme with a fan-in of 1.
    Table {
        /// The scheme.
        init: Init,
        /// Number of elements in a row.
        width: usize,
    },
    /// Drawn by this scheme.
    Random {
        /// The scheme.
        init: Init,
        /// Number of inputs of each output.
        fan_in: usize,
        /// Number of outputs of each input.
        fan_out: usize,
    },
}

/// A param that a sweep varies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SweepAxis {
    /// The name of the param.
    pub param: String,
    /// The values, each of the param's type and within its bounds, as written in the language and taken by `--set`.
    pub values: Vec<String>,
    /// The span of the entry.
    #[serde(skip)]
    pub span: Span,
}

/// A sweep, `sweep NAME { ... }`: a grid of trainings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SweepSpec {
    /// Its name.
    pub name: String,
    /// The params it varies.
    pub over: Vec<SweepAxis>,
    /// The combines to train.
    pub train: Vec<String>,
    /// The seeds of each training.
    pub seeds: Vec<u64>,
    /// The metric on the validation rows that selects the best point.
    pub select: Metric,
    /// The span of the declaration.
    #[serde(skip)]
    pub span: Span,
}
