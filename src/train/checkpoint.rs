//! The complete state of a training between two steps, from which it continues with the same bits.
//!
//! No random generator is part of it: row order, dropout and augmentation are functions of the seed, the epoch, the
//! step and the row.

use super::balance::BalanceState;
use super::optimizer::OptimizerState;
use super::past_losses::PastLosses;
use super::selection::SelectedEpoch;
use super::{EpochRecord, StopReason};
use crate::diag::Problem;
use crate::exec::Params;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The state of a training.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// In late fusion, the components that have been trained; `None` where all components are trained jointly.
    pub finished: Option<FinishedComponents>,
    /// The current loop: of the whole training, or of the component after the finished ones. A loop that has made
    /// all of its steps ends when it is resumed.
    pub running: LoopState,
    /// The losses of the first steps of the training, as many as its observer keeps; the training leaves them empty.
    pub first_losses: Vec<f64>,
}

/// The components of a late fusion that have been trained.
#[derive(Clone, Debug, PartialEq)]
pub struct FinishedComponents {
    /// How many, in the order of the plan.
    pub count: usize,
    /// The parameters of the whole plan; those of the other components are the initial ones.
    pub params: Params,
    /// Their epochs.
    pub history: Vec<EpochRecord>,
    /// The reason that the training of the last of them ended.
    pub stop: StopReason,
}

/// The state of one training loop.
#[derive(Clone, Debug, PartialEq)]
pub struct LoopState {
    /// The parameters and buffers after the last step.
    pub params: Arc<Params>,
    /// The moments of the optimizer and its step count.
    pub optimizer: OptimizerState,
    /// The state of the balance of components.
    pub balance: BalanceState,
    /// What each component lost on each training row, where a loss reads it.
    pub past: PastLosses,
    /// Steps made.
    pub step: u64,
    /// The sums over the steps of an epoch that has not been measured; all zero between epochs.
    pub totals: EpochTotals,
    /// The best epoch so far with its model.
    pub best: Option<BestModel>,
    /// The epochs that were measured.
    pub history: Vec<EpochRecord>,
    /// Seconds of training so far.
    pub seconds: f64,
}

/// The sums over the steps of one epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EpochTotals {
    /// Rows seen.
    pub rows: usize,
    /// Sum of the weights of these rows.
    pub weight: f64,
    /// Sum of the training loss over the rows, each times its weight.
    pub loss: f64,
    /// Rows predicted wrongly.
    pub errors: usize,
    /// Rows that a boosted loss counted.
    pub violations: usize,
    /// The learning rate of the last step.
    pub lr: f64,
}

impl EpochTotals {
    /// The training loss: the mean over the rows, weighted; 0 as long as all rows weigh 0.
    pub fn mean_loss(&self) -> f64 {
        if self.weight == 0.0 && self.rows > 0 { 0.0 } else { self.loss / self.weight }
    }
}

/// The model of the best epoch so far.
#[derive(Clone, Debug, PartialEq)]
pub struct BestModel {
    /// The epoch, with the values it was selected by.
    pub selected: SelectedEpoch,
    /// Its parameters and buffers.
    pub params: Arc<Params>,
}

/// How often a training saves its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckpointInterval {
    /// After the first step that ends this long after the last checkpoint.
    Time(Duration),
    /// After every so many steps.
    Steps(u64),
    /// After every so many epochs.
    Epochs(u64),
}

/// When and where a training saves its state.
#[derive(Clone, Copy)]
pub struct CheckpointPolicy<'a> {
    /// How often, in addition to the end and an interrupt of the training, when the state is always saved.
    pub interval: CheckpointInterval,
    /// Saves a state. A problem is reported as [`Event::CheckpointFailed`](super::Event::CheckpointFailed), and
    /// training continues.
    pub save: &'a dyn Fn(Checkpoint) -> Result<(), Problem>,
}

/// Decides when a checkpoint is due. Reads the clock, which affects when states are saved, never their content.
#[derive(Clone, Copy, Debug)]
pub(super) struct CheckpointTimer {
    interval: CheckpointInterval,
    last: Instant,
}

impl CheckpointTimer {
    pub(super) fn new(interval: CheckpointInterval) -> Self {
        Self { interval, last: Instant::now() }
    }

    /// Whether one is due after step `step` of the loop, counted from 1.
    pub(super) fn due_after_step(&self, step: u64) -> bool {
        match self.interval {
            CheckpointInterval::Time(time) => self.last.elapsed() >= time,
            CheckpointInterval::Steps(steps) => step.is_multiple_of(steps.max(1)),
            CheckpointInterval::Epochs(_) => false,
        }
    }

    /// Whether one is due after the measurement of epoch `epoch`, counted from 1.
    pub(super) fn due_after_epoch(&self, epoch: u64) -> bool {
        match self.interval {
            CheckpointInterval::Time(time) => self.last.elapsed() >= time,
            CheckpointInterval::Steps(_) => false,
            CheckpointInterval::Epochs(epochs) => epoch.is_multiple_of(epochs.max(1)),
        }
    }

    /// Records that one was saved now.
    pub(super) fn restart(&mut self) {
        self.last = Instant::now();
    }
}

impl Checkpoint {
    /// Epochs that have been measured, over all components.
    pub fn epochs(&self) -> usize {
        let finished = self.finished.as_ref().map_or(0, |finished| finished.history.len());
        finished + self.running.history.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_and_epochs_are_counted_from_one() {
        let steps = CheckpointTimer::new(CheckpointInterval::Steps(3));
        assert_eq!([1, 2, 3, 4, 6].map(|step| steps.due_after_step(step)), [false, false, true, false, true]);
        assert!(!steps.due_after_epoch(3));
        let epochs = CheckpointTimer::new(CheckpointInterval::Epochs(2));
        assert_eq!([1, 2, 3, 4].map(|epoch| epochs.due_after_epoch(epoch)), [false, true, false, true]);
        assert!(!epochs.due_after_step(2));
    }

    #[test]
    fn time_counts_from_the_last_checkpoint() {
        let mut never = CheckpointTimer::new(CheckpointInterval::Time(Duration::from_secs(1_000_000)));
        assert!(!never.due_after_step(1) && !never.due_after_epoch(1));
        never.restart();
        let always = CheckpointTimer::new(CheckpointInterval::Time(Duration::ZERO));
        assert!(always.due_after_step(1) && always.due_after_epoch(1));
    }
}
