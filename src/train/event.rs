//! The events of a training, and the measurements they carry.

use crate::diag::Problem;
use crate::spec::Metric;
use serde::{Deserialize, Serialize};

/// One event of a training.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// The training of one component of a late fusion begins.
    Component {
        /// Its name.
        name: &'a str,
        /// Its number, counted from 1.
        number: usize,
        /// Their number.
        of: usize,
    },
    /// Training begins: epochs at most, steps in each.
    Started {
        /// How many epochs at most.
        epochs: u64,
        /// Steps in each.
        steps_per_epoch: u64,
    },
    /// A step was made.
    Stepped {
        /// The epoch, counted from 1.
        epoch: u64,
        /// The step within the epoch, counted from 1.
        step: u64,
        /// Rows in the step.
        rows: usize,
        /// A running mean of the training loss over this epoch.
        loss: f64,
        /// A running share of wrong predictions over this epoch.
        error: f64,
        /// The mean loss of the rows of this step alone.
        step_loss: f64,
    },
    /// An epoch ended and was measured.
    EpochEnded(&'a EpochRecord),
    /// The state of the training was saved; it can be resumed from there.
    CheckpointSaved,
    /// The state of the training could not be saved. The training continues.
    CheckpointFailed(&'a Problem),
    /// Training ended.
    Ended(StopReason),
}

/// The measurements of one epoch: one line of `metrics.csv`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// The component that was trained, in late fusion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// Counted from 1.
    pub epoch: u64,
    /// Steps made so far.
    pub step: u64,
    /// The learning rate of the last step.
    pub lr: f64,
    /// Mean training loss over the epoch, as the steps saw it.
    pub train_loss: f64,
    /// Share of wrong predictions over the epoch, as the steps saw it.
    pub train_error: f64,
    /// Rows a boosted loss counted, over the epoch; `None` without boosting.
    pub violations: Option<u64>,
    /// The validation split's measurements, if there is one.
    pub valid: Option<Scores>,
    /// Seconds since training began; where components are trained separately, since the first of them began.
    pub seconds: f64,
    /// Whether this is the best epoch so far.
    pub best: bool,
}

/// The measurements on one part of the data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Number of rows.
    pub rows: usize,
    /// See [`Metric`].
    pub error: f64,
    /// See [`Metric`].
    pub loss: f64,
    /// See [`Metric`]; `None` where a class is absent, so that it is not defined.
    pub auc: Option<f64>,
    /// See [`Metric`].
    pub f1: f64,
    /// Of the reported probabilities.
    #[serde(flatten)]
    pub probabilities: ProbabilityScores,
    /// Of the probabilities before calibration; `None` where they were not calibrated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uncalibrated: Option<ProbabilityScores>,
    /// Rows not yet right by the margin; `None` without boosting.
    pub violations: Option<u64>,
    /// The components, each alone.
    pub components: Vec<ComponentScores>,
}

impl Scores {
    /// One of the measurements; not a number where it is not defined.
    pub fn get(&self, metric: Metric) -> f64 {
        SplitScores::of(self).get(metric)
    }
}

/// The measurements of a whole combination on one split, without those of its components.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SplitScores {
    /// See [`Metric`].
    pub error: f64,
    /// See [`Metric`].
    pub loss: f64,
    /// See [`Metric`].
    pub auc: Option<f64>,
    /// See [`Metric`].
    pub f1: f64,
    /// Of the reported probabilities.
    #[serde(flatten)]
    pub probabilities: ProbabilityScores,
    /// Of the probabilities before calibration; `None` where they were not calibrated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uncalibrated: Option<ProbabilityScores>,
}

/// How good probabilities are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ProbabilityScores {
    /// See [`Metric`].
    pub log_loss: f64,
    /// See [`Metric`].
    pub brier: f64,
    /// See [`Metric`].
    pub calibration_error: f64,
}

impl SplitScores {
    /// Those of `scores` that are about the whole combination.
    pub fn of(scores: &Scores) -> Self {
        let Scores { error, loss, auc, f1, probabilities, uncalibrated, .. } = *scores;
        Self { error, loss, auc, f1, probabilities, uncalibrated }
    }

    /// One of the measurements; NaN where it is not defined.
    pub fn get(&self, metric: Metric) -> f64 {
        match metric {
            Metric::Error => self.error,
            Metric::Loss => self.loss,
            Metric::Auc => self.auc.unwrap_or(f64::NAN),
            Metric::F1 => self.f1,
            Metric::LogLoss => self.probabilities.log_loss,
            Metric::Brier => self.probabilities.brier,
            Metric::CalibrationError => self.probabilities.calibration_error,
        }
    }
}

/// The measurements of one component alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComponentScores {
    /// Its name.
    pub name: String,
    /// How many rows have it; the others are in none of its measurements.
    pub rows: usize,
    /// Mean cross-entropy of its own probabilities, before calibration.
    pub cross_entropy: f64,
    /// Mean cross-entropy of its own reported probabilities; equal to the other where they are not calibrated.
    pub log_loss: f64,
    /// Area under the curve of its own probabilities; `None` where a class is absent, so that it is not defined.
    pub auc: Option<f64>,
    /// Share of rows its own most probable class is wrong on.
    pub error: f64,
    /// Mean of its `q` for the label: the weight the others leave it.
    pub mean_q: f64,
}

/// The reason that training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// All epochs or iterations were made.
    Completed,
    /// No improvement for as long as the patience lasts.
    Patience,
    /// It was interrupted.
    Interrupted,
}
