//! What a training is given and what it gives, whatever way it goes.

use super::checkpoint::{Checkpoint, CheckpointPolicy};
use super::{BatchSource, CalibrationRecord, DecisionRecord, EpochRecord, Evaluation, Scores, StopReason};
use crate::exec::Params;
use crate::plan::Plan;
use crate::spec::TrainSpec;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The inputs of a training besides the engine and the initial weights.
#[derive(Clone, Copy)]
pub struct Training<'a> {
    /// The plan to train.
    pub plan: &'a Plan,
    /// The training settings.
    pub spec: &'a TrainSpec,
    /// The rows that the weights are fitted on.
    pub train: &'a dyn BatchSource,
    /// The rows that the best epoch is selected on.
    pub valid: Option<&'a dyn BatchSource>,
    /// The rows that its probabilities are calibrated on; the validation rows for `None`.
    pub calib: Option<&'a dyn BatchSource>,
    /// The rows that the selected model is measured on, once.
    pub test: Option<&'a dyn BatchSource>,
    /// Checked after every step: set by another thread, it ends the training as if all epochs were done.
    pub interrupt: &'a AtomicBool,
    /// The state to continue from, of a training with the same plan, settings and rows; without one, training begins with
    /// the first weights.
    pub resume: Option<&'a Checkpoint>,
    /// When and where its state is saved; never if `None`.
    pub checkpoints: Option<CheckpointPolicy<'a>>,
}

/// A finished training.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The selected model.
    pub params: Arc<Params>,
    /// The epoch it is from, counted from 1; 0 where each component was trained separately and has its own epoch.
    pub best_epoch: u64,
    /// Every epoch in order, the last one partial where it was interrupted.
    pub history: Vec<EpochRecord>,
    /// The reason that it ended.
    pub stop: StopReason,
    /// Seconds of the whole training, with all measurements; where components are trained separately, of all of them and
    /// of their combination.
    pub seconds: f64,
    /// How its decisions were fitted to held-out rows, if they were.
    pub decision: Option<DecisionRecord>,
    /// How its probabilities were calibrated, if they were.
    pub calibration: Option<CalibrationRecord>,
    /// The selected model on the validation split, if there is one.
    pub valid: Option<Scores>,
    /// The selected model on the test split, if there is one.
    pub test: Option<Evaluation>,
}
