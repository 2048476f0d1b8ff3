//! Trials: many trainings, run concurrently. Their results do not depend on the number of threads.

use super::error::Error;
use super::model::TrainedModel;
use crate::report::TestDecisions;
use crate::train::SplitScores;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

/// Trains the trial of this index on so many threads; `None` where it was interrupted.
pub(crate) type TrainTrial<'a> = dyn Fn(usize, usize) -> Option<Result<SavedModel, Error>> + Sync + 'a;

/// A model that a trial made.
pub(crate) struct SavedModel {
    /// The model with the record of its training.
    pub(crate) trained: TrainedModel,
    /// Why it could not be saved, if so.
    pub(crate) unsaved: Option<Error>,
    /// The error on the test rows of the epoch that is best on them, where that was measured.
    pub(crate) least_test_error: Option<f64>,
}

/// The result of a trial.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialResult {
    /// The measurements.
    pub scores: TrialScores,
    /// The classes predicted for the test rows.
    pub decisions: TestDecisions,
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
    /// Epochs that were measured; the sum over the components where these are trained separately.
    pub epochs: usize,
    /// Epochs of each component, where they are trained separately.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub component_epochs: IndexMap<String, usize>,
    /// Seconds of the whole training, on some of the threads where trials ran side by side.
    pub seconds: f64,
    /// The error on the test rows of the epoch that is best on them, where `--audit` measured it. It selects nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least_test_error: Option<f64>,
}

impl TrialScores {
    /// The measurements of a model.
    pub(crate) fn of(trained: &TrainedModel) -> Self {
        let summary = &trained.summary;
        Self {
            valid: summary.valid.as_ref().map(SplitScores::of),
            test: summary.test.as_ref().map(SplitScores::of),
            parameters: summary.parameters,
            epochs: summary.epochs,
            component_epochs: summary.component_epochs.clone(),
            seconds: summary.seconds,
            least_test_error: None,
        }
    }
}

/// The classes that a model and its components predict for the test rows.
pub(crate) fn test_decisions(trained: &TrainedModel) -> TestDecisions {
    let Some(test) = &trained.test else { return TestDecisions::default() };
    let decisions = &test.evaluation.decisions;
    let components = decisions.components.iter().map(|component| {
        let rows = component.probabilities.chunks_exact(decisions.classes.max(1));
        rows.map(most_probable).collect()
    });
    TestDecisions { predicted: decisions.predicted.clone(), components: components.collect() }
}

/// The class of largest probability, the first of several; `None` where the component is absent, which leaves zeros.
fn most_probable(probabilities: &[f64]) -> Option<u32> {
    let mut best = 0;
    for (class, p) in probabilities.iter().enumerate() {
        if *p > probabilities[best] {
            best = class;
        }
    }
    (probabilities.get(best)? > &0.0).then_some(best as u32)
}

/// Runs `count` trials concurrently on `threads` threads, in order, and calls `finished` for each as it ends, with its
/// index and result. Once `interrupt` is set no further trial is started, and those in progress are discarded.
pub(crate) fn run_trials(
    count: usize,
    threads: usize,
    train: &TrainTrial<'_>,
    interrupt: &AtomicBool,
    finished: &mut dyn FnMut(usize, Result<SavedModel, Error>),
) {
    let side_by_side = threads.clamp(1, count.max(1));
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
                    if index >= count || interrupt.load(Ordering::Relaxed) {
                        break;
                    }
                    if let Some(result) = train(index, each)
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
