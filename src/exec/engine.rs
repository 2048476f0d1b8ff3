//! The interface between training and the executor: one device, behind one object-safe trait.

use super::params::Params;
use crate::plan::{Batch, BufferId};
use std::sync::Arc;

/// The place of one training step: the key of its randomness (dropout), so that it repeats on any number of threads, and its
/// epoch, for losses that change with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepKey {
    /// The training's seed.
    pub seed: u64,
    /// Which step of the training, counted from 0.
    pub step: u64,
    /// The epoch, counted from 1.
    pub epoch: u64,
}

/// Executes one plan on one device.
pub trait Engine: Send {
    /// The display name of the device: `cpu`, `cuda:0`.
    fn device(&self) -> String;

    /// The threads it computes on, for other work of the same training, such as the optimizer's.
    fn pool(&self) -> Arc<rayon::ThreadPool>;

    /// Forward, loss and backward over one batch.
    fn step(&mut self, params: &Arc<Params>, batch: &Batch, key: StepKey) -> Result<StepResult<'_>, ExecError>;

    /// The same with the weight of each component multiplied by its factor; without factors, [`Engine::step`].
    fn step_weighted(
        &mut self,
        params: &Arc<Params>,
        batch: &Batch,
        key: StepKey,
        factors: &[f64],
    ) -> Result<StepResult<'_>, ExecError> {
        match factors {
            [] => self.step(params, batch, key),
            _ => Err(ExecError::Internal("this engine cannot weight components anew".into())),
        }
    }

    /// Forward without randomness and with running statistics: the logits of every component.
    fn logits(&self, params: &Arc<Params>, batch: &Batch) -> Result<Logits, ExecError>;

    /// Computes `batch` again as [`Engine::step`] did and names the first step of the plan that made a number that is
    /// not finite; `None` if every step is finite and only the loss is not.
    fn first_non_finite(&self, params: &Arc<Params>, batch: &Batch, key: StepKey) -> Result<Option<usize>, ExecError>;
}

/// The result of one training step. Nothing here depends on the number of threads.
#[derive(Debug)]
pub struct StepResult<'a> {
    /// The loss: the mean over the batch, weighted by its rows, without decay.
    pub loss: f64,
    /// Rows predicted wrongly (by the smallest class loss), before the step.
    pub errors: usize,
    /// Rows that a boosted loss counts: those not yet right by the margin. All rows without boosting.
    pub violations: usize,
    /// Gradient of the mean loss, laid out as [`Params::values`], cut into shards whose sum it is; the optimizer adds
    /// them up in this order and may use the first as scratch space.
    pub gradients: &'a mut [Vec<f32>],
    /// Statistics of this batch for running buffers: which, and the batch's value.
    pub moments: Vec<(BufferId, Vec<f32>)>,
    /// One per component of the plan's loss: its sums over the rows of the batch.
    pub components: Vec<ComponentSums>,
    /// One per component: what it lost on each row of the batch, `-log p^y`, and 0 where it is absent. Empty unless the
    /// combination orders rows by their past losses.
    pub row_losses: Vec<Vec<f32>>,
}

/// Sums over the rows of a batch that have a component, each times its weight.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ComponentSums {
    /// Of 1.
    pub weight: f64,
    /// Of `-log p^y`, with `y` the class of the row.
    pub neg_log_p: f64,
    /// Of `p^y`.
    pub p: f64,
}

impl std::ops::AddAssign for ComponentSums {
    fn add_assign(&mut self, other: Self) {
        self.weight += other.weight;
        self.neg_log_p += other.neg_log_p;
        self.p += other.p;
    }
}

/// The logits of every component.
#[derive(Clone, Debug, PartialEq)]
pub struct Logits {
    /// Number of rows.
    pub rows: usize,
    /// One array per component of the plan's loss, row-major, `rows` times the width of the loss: see `LossSpec::width`.
    pub components: Vec<Vec<f32>>,
    /// One per component: the rows on which it is present; `None` for all of them.
    pub present: Vec<Option<Vec<bool>>>,
}

/// An error of the execution of a plan.
#[derive(Debug, thiserror::Error)]
pub enum ExecError {
    /// The device cannot be used.
    #[error("the device `{device}` is not available: {reason}")]
    NoDevice {
        /// The name of the device.
        device: String,
        /// The reason.
        reason: String,
    },
    /// The device has not enough memory for a value of the step.
    #[error("out of memory in `{step}`")]
    OutOfMemory {
        /// The step's index in the plan.
        index: usize,
        /// The step's name.
        step: String,
    },
    /// A failure that a checked plan rules out.
    #[error("internal error: {0}")]
    Internal(String),
}
