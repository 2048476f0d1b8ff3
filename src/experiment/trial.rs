//! Trials: many trainings over the same rows, run concurrently. Their results do not depend on the number of threads.

use crate::diag::Problem;
use crate::exec::{Engine, ExecError, initialize};
use crate::plan::Plan;
use crate::spec::TrainSpec;
use crate::train::{BatchSource, Evaluation, Event, SplitScores, StopReason, Trained, Training, fit};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

/// Starts an engine for a plan on so many threads.
pub type StartEngine<'a> = dyn Fn(Arc<Plan>, usize) -> Result<Box<dyn Engine>, ExecError> + Sync + 'a;

/// One training of many.
pub struct Trial<'a> {
    /// The plan to train.
    pub plan: &'a Plan,
    /// The training settings, with the seed of this trial.
    pub spec: &'a TrainSpec,
    /// The rows that the weights are fitted on.
    pub train: &'a dyn BatchSource,
    /// The rows that the best epoch is selected on.
    pub valid: Option<&'a dyn BatchSource>,
    /// The rows that its probabilities are calibrated on; the validation rows for `None`.
    pub calib: Option<&'a dyn BatchSource>,
    /// The rows that the selected model is measured on, once.
    pub test: Option<&'a dyn BatchSource>,
}

/// The result of a trial.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialResult {
    /// The measurements.
    pub scores: TrialScores,
    /// The class predicted for each test row.
    pub predicted: Vec<u32>,
    /// One for each component: the class that it alone predicts for each test row; `None` where it is absent.
    pub components: Vec<Vec<Option<u32>>>,
}

/// The measurements of a trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrialScores {
    /// The selected model on the validation split.
    pub valid: Option<SplitScores>,
    /// The selected model on the test split.
    pub test: Option<SplitScores>,
    /// Numbers learned.
    pub parameters: usize,
    /// Epochs made.
    pub epochs: usize,
    /// Seconds of training, on one thread of several where trials ran side by side.
    pub seconds: f64,
}

/// Runs all trials concurrently on `threads` threads, in order, and calls `finished` for each as it ends, with its
/// index and result. Once `interrupt` is set no further trial is started, and those in progress are discarded.
pub fn run_trials(
    trials: &[Trial<'_>],
    threads: usize,
    engines: &StartEngine<'_>,
    interrupt: &AtomicBool,
    finished: &mut dyn FnMut(usize, Result<TrialResult, Problem>),
) {
    let side_by_side = threads.clamp(1, trials.len().max(1));
    let each = (threads / side_by_side).max(1);
    let next = AtomicUsize::new(0);
    let (sender, results) = mpsc::channel();
    // Plain threads and a counter: a thread of a rayon pool that waits for the pool of its engine would begin other
    // trials meanwhile, one inside of the other.
    std::thread::scope(|scope| {
        for _ in 0..side_by_side {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(trial) = trials.get(index).filter(|_| !interrupt.load(Ordering::Relaxed)) else { break };
                    if let Some(result) = run(trial, each, engines, interrupt)
                        && sender.send((index, result)).is_err()
                    {
                        break;
                    }
                }
            });
        }
        drop(sender);
        for (index, result) in results {
            finished(index, result);
        }
    });
}

/// Runs one trial; `None` where it was interrupted.
fn run(
    trial: &Trial<'_>,
    threads: usize,
    engines: &StartEngine<'_>,
    interrupt: &AtomicBool,
) -> Option<Result<TrialResult, Problem>> {
    let Trial { plan, spec, train, valid, calib, test } = *trial;
    let training = Training { plan, spec, train, valid, calib, test, interrupt, resume: None, checkpoints: None };
    let params = initialize(plan, spec.seed);
    let trained = fit(&|plan| engines(plan, threads), params, training, &mut |_: Event<'_>| ());
    match trained {
        _ if interrupt.load(Ordering::Relaxed) => None,
        Ok(trained) if trained.stop == StopReason::Interrupted => None,
        Ok(trained) => Some(Ok(result_of(plan, trained))),
        Err(failure) => Some(Err(failure.cause.problem(plan))),
    }
}

fn result_of(plan: &Plan, trained: Trained) -> TrialResult {
    let last = trained.history.last();
    let scores = TrialScores {
        valid: trained.valid.as_ref().map(SplitScores::of),
        test: trained.test.as_ref().map(|test| SplitScores::of(&test.scores)),
        parameters: plan.parameter_count(),
        epochs: trained.history.len(),
        seconds: last.map_or(0.0, |record| record.seconds),
    };
    let Some(Evaluation { decisions, .. }) = trained.test else {
        return TrialResult { scores, predicted: vec![], components: vec![] };
    };
    let components = decisions.components.iter().map(|component| {
        let rows = component.probabilities.chunks_exact(decisions.classes.max(1)).enumerate();
        rows.map(|(row, p)| component.is_present(row).then(|| most_probable(p))).collect()
    });
    let components = components.collect();
    TrialResult { scores, predicted: decisions.predicted, components }
}

/// The class of largest probability, the first of several.
fn most_probable(probabilities: &[f64]) -> u32 {
    let mut best = 0;
    for (class, p) in probabilities.iter().enumerate() {
        if *p > probabilities[best] {
            best = class;
        }
    }
    best as u32
}
