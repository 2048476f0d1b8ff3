//! `summary.json`: the results of a run, in one object. The same object ends the output of `--json`.

use crate::diag::{Code, Problem};
use crate::plan::Plan;
use crate::train::{CalibrationRecord, EpochRecord, Scores, StopReason, Trained, TrainingFailure, outdone};
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
    /// Epochs that were measured.
    pub epochs: usize,
    /// Steps until the last of them.
    pub steps: u64,
    /// The epoch of the model that was kept; none where it is from before the first measurement.
    pub best_epoch: Option<u64>,
    /// The kept model on the validation split.
    pub valid: Option<Scores>,
    /// The kept model on the test split.
    pub test: Option<Scores>,
    /// Sentences for the user that the measurements give rise to.
    pub notes: Vec<String>,
    /// How the reported probabilities were calibrated, if they were.
    pub calibration: Option<CalibrationRecord>,
    /// How long the training took.
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
            calibration: trained.calibration.clone(),
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
        let last = history.last();
        Self {
            pipeline: plan.pipeline.clone(),
            combine: plan.combine.clone(),
            run,
            status,
            problem: None,
            parameters: plan.parameter_count(),
            seed,
            epochs: history.len(),
            steps: last.map_or(0, |record| record.step),
            best_epoch,
            valid: best.and_then(|record| record.valid.clone()),
            test: None,
            notes: vec![],
            calibration: None,
            seconds: last.map_or(0.0, |record| record.seconds),
        }
    }
}
