//! The line printed for each finished trial of a comparison or a sweep.

use super::numbers::{duration, percent};
use super::output::Output;
use crate::experiment::{Error, TrialId, TrialResult, TrialSet};
use std::time::Duration;

/// Shows the trials of a set as they end, and records whether one failed.
pub(super) struct TrialLines<'a> {
    trials: &'a TrialSet,
    output: &'a Output,
    quiet: bool,
    /// Number of trials to run.
    total: usize,
    done: usize,
    /// Whether a trial failed.
    pub(super) failed: bool,
}

impl<'a> TrialLines<'a> {
    /// Lines for `total` trials; only failures are shown if `quiet`.
    pub(super) fn new(trials: &'a TrialSet, total: usize, quiet: bool, output: &'a Output) -> Self {
        if !quiet {
            let (models, seeds) = (trials.configurations.len(), trials.seeds.len());
            output.err.line(&format!("training {models} models with {seeds} seeds"));
        }
        Self { trials, output, quiet, total, done: 0, failed: false }
    }

    /// Shows the result of a trial.
    pub(super) fn show(&mut self, (configuration, seed): TrialId, result: &Result<TrialResult, Error>) {
        self.done += 1;
        let (name, seed) = (&self.trials.configurations[configuration].name, self.trials.seeds[seed]);
        match result {
            Err(error) => {
                self.failed = true;
                self.output.err.line(&format!("{name}  seed {seed}  failed:"));
                self.output.error(error);
            }
            Ok(_) if self.quiet => {}
            Ok(result) => {
                let scores = &result.scores;
                let (split, of) = match (&scores.test, &scores.valid) {
                    (Some(test), _) => (test, "test"),
                    (None, Some(valid)) => (valid, "valid"),
                    (None, None) => return,
                };
                self.output.err.line(&format!(
                    "{}/{}  {name}  seed {seed}  {of} error {}%  AUC {}%  {} epochs  {}",
                    self.done,
                    self.total,
                    percent(split.error),
                    percent(split.auc.unwrap_or(f64::NAN)),
                    scores.epochs,
                    duration(Duration::try_from_secs_f64(scores.seconds).unwrap_or_default()),
                ));
            }
        }
    }
}
