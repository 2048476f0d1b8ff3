//! The first steps of a training made again.

use super::error::Error;
use super::rows::SplitRows;
use super::run::Run;
use crate::diag::{Code, Problem};
use crate::exec::{Params, engine};
use crate::report::FirstSteps;
use crate::spec::{CalibrationMethod, TrainSpec};
use crate::train::{Event, Training, fit};
use std::sync::atomic::{AtomicBool, Ordering};

impl Run {
    /// Makes the first `steps` steps of the training, at least one and at most as many as [`FirstSteps`] keeps, and returns
    /// their losses: fewer where the training ends or fails before.
    ///
    /// # Errors
    /// If the data lacks a modality of the plan.
    pub(crate) fn replay(&self, initial: Params, steps: usize) -> Result<FirstSteps, Error> {
        let (plan, spec) = (self.pipeline().plan(), &self.pipeline().compiled.hir.train);
        let Some(rows) = SplitRows::new(&self.data, plan) else {
            let problem = Problem::error(Code::Internal, "the data was loaded without a modality of the plan");
            return Err(self.pipeline().error(problem));
        };
        // What follows the steps is not compared.
        let spec = &TrainSpec { calibrate: CalibrationMethod::None, ..spec.clone() };
        let enough = AtomicBool::new(false);
        let training = Training {
            plan,
            spec,
            train: &rows.train,
            valid: rows.valid(),
            calib: None,
            test: None,
            interrupt: &enough,
            resume: None,
            checkpoints: None,
        };
        let mut first = FirstSteps::default();
        let mut observe = |event: Event<'_>| {
            first.observe(&event);
            if first.losses.len() >= steps {
                enough.store(true, Ordering::Relaxed);
            }
        };
        let start = |plan| engine(plan, self.options.device, Some(self.options.thread_count()));
        // A training that fails has made the steps before.
        let _ = fit(&start, initial, training, &mut observe);
        first.losses.truncate(steps);
        Ok(first)
    }
}
