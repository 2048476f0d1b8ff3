//! `summary.json`: the results of a run, in one object. The same object ends the output of `--json`.

use crate::diag::{Code, Problem};
use crate::plan::Plan;
use crate::train::{
    CalibrationRecord, DecisionRecord, EpochRecord, Scores, StopReason, Trained, TrainingFailure, outdone,
};
use indexmap::IndexMap;
use serde::Serialize;

/// The results of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// The pipeline's name.
    pub pipeline: String,
    /// The combine that was trained.
    pub combine: String,
    /// Where the run is.
    pub run: String,
    /// How it ended.
    pub status: Status,
    /// The error, if the training failed.
    pub problem: Option<SummaryProblem>,
    /// Numbers learned.
    pub parameters: usize,
    /// The seed of weights, row order and dropout.
    pub seed: u64,
    /// Epochs that were measured; the sum over the components where these are trained separately.
    pub epochs: usize,
    /// Epochs of each component, where they are trained separately.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub component_epochs: IndexMap<String, usize>,
    /// Steps until the last epoch that was measured; the sum over the components where these are trained separately.
    pub steps: u64,
    /// The epoch of the model that was kept; none where it is from before the first measurement.
    pub best_epoch: Option<u64>,
    /// The kept model on the validation split.
    pub valid: Option<Scores>,
    /// The kept model on the test split.
    pub test: Option<Scores>,
    /// Sentences for the user that the measurements give rise to.
    pub notes: Vec<String>,
    /// How decisions were fitted to held-out rows, if they were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionRecord>,
    /// How the reported probabilities were calibrated, if they were.
    pub calibration: Option<CalibrationRecord>,
    /// Seconds of the whole training, with all measurements; of all components where these are trained separately.
    pub seconds: f64,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// All epochs or iterations were made.
    Completed,
    /// No improvement for as long as the patience lasts.
    Patience,
    /// It was interrupted.
    Interrupted,
    /// It failed; the model is the last good one.
    Failed,
}

/// The error that ended a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SummaryProblem {
    /// The stable code.
    pub code: Code,
    /// The message.
    pub message: String,
}

impl Summary {
    /// Of a training that completed.
    pub fn of_trained(plan: &Plan, seed: u64, run: String, trained: &Trained) -> Self {
        let status = match trained.stop {
            StopReason::Completed => Status::Completed,
            StopReason::Patience => Status::Patience,
            StopReason::Interrupted => Status::Interrupted,
        };
        let test = trained.test.as_ref().map(|test| test.scores.clone());
        let best = Some(trained.best_epoch).filter(|epoch| *epoch > 0);
        let valid = trained.valid.clone();
        let notes = valid.iter().filter_map(|valid| outdone(&plan.combine, &plan.loss, valid)).collect();
        Self {
            valid,
            test,
            notes,
            decision: trained.decision.clone(),
            calibration: trained.calibration.clone(),
            seconds: trained.seconds,
            ..Self::new(plan, seed, run, status, &trained.history, best)
        }
    }

    /// Of a training that failed.
    pub fn of_failure(plan: &Plan, seed: u64, run: String, failure: &TrainingFailure, problem: &Problem) -> Self {
        let best = failure.kept.as_ref().and_then(|kept| kept.epoch);
        let problem = Some(SummaryProblem { code: problem.code, message: problem.message.clone() });
        Self { problem, ..Self::new(plan, seed, run, Status::Failed, &failure.history, best) }
    }

    fn new(
        plan: &Plan,
        seed: u64,
        run: String,
        status: Status,
        history: &[EpochRecord],
        best_epoch: Option<u64>,
    ) -> Self {
        let best = history.iter().find(|record| Some(record.epoch) == best_epoch);
        Self {
            pipeline: plan.pipeline.clone(),
            combine: plan.combine.clone(),
            run,
            status,
            problem: None,
            parameters: plan.parameter_count(),
            seed,
            epochs: history.len(),
            component_epochs: component_epochs(history),
            steps: steps(history),
            best_epoch,
            valid: best.and_then(|record| record.valid.clone()),
            test: None,
            notes: vec![],
            decision: None,
            calibration: None,
            seconds: history.last().map_or(0.0, |record| record.seconds),
        }
    }
}

/// The number of epochs of each component, in the order of training; empty where all are trained together.
fn component_epochs(history: &[EpochRecord]) -> IndexMap<String, usize> {
    let mut epochs = IndexMap::new();
    for component in history.iter().filter_map(|record| record.component.as_ref()) {
        *epochs.entry(component.clone()).or_insert(0) += 1;
    }
    epochs
}

/// The steps of all components: each counts its own.
fn steps(history: &[EpochRecord]) -> u64 {
    let mut last = IndexMap::new();
    for record in history {
        last.insert(record.component.as_ref(), record.step);
    }
    last.values().sum()
}
