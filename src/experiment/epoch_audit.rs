//! What choosing the epoch on the test rows would have reported, as published programs often do. It selects nothing: the
//! states that a training saves are measured, and the training does not see the numbers.

use super::rows::{PlanRows, SplitRows};
use crate::data::Dataset;
use crate::diag::Problem;
use crate::exec::{Engine, Params};
use crate::plan::Plan;
use crate::train::{Checkpoint, EpochTotals, Evaluation, FailureCause, evaluate, moved};
use std::cell::RefCell;
use std::sync::Arc;

/// The test rows, measured after every epoch of a training.
pub(crate) struct EpochAudit<'a> {
    plan: &'a Plan,
    engine: Box<dyn Engine>,
    test: PlanRows<'a>,
    found: RefCell<AuditedEpochs>,
}

/// The best epochs on the test rows.
#[derive(Default)]
struct AuditedEpochs {
    /// The least error of the whole.
    least: Option<f64>,
    /// Of each component that is trained separately, the least error and the weights that have it.
    components: Vec<Option<(f64, Arc<Params>)>>,
    /// Epochs of the loop that is running.
    epochs: usize,
    /// Whether epochs are missing, because the training was continued.
    incomplete: bool,
}

impl<'a> EpochAudit<'a> {
    /// `None` without test rows.
    pub(crate) fn new(plan: &'a Plan, data: &'a Dataset, engine: Box<dyn Engine>) -> Option<Self> {
        let test = data.test.as_ref().filter(|_| SplitRows::new(data, plan).is_some())?;
        Some(Self { plan, engine, test: PlanRows::new(data, test, plan)?, found: RefCell::default() })
    }

    /// Measures a state that ends an epoch; others are left out.
    ///
    /// # Errors
    /// If the device fails.
    pub(crate) fn observe(&self, checkpoint: &Checkpoint) -> Result<(), Problem> {
        let running = &checkpoint.running;
        let found = &mut *self.found.borrow_mut();
        let place = checkpoint.finished.as_ref().map(|finished| finished.count);
        if let Some(component) = place.filter(|component| found.components.len() <= *component) {
            found.incomplete |= found.components.len() < component;
            found.components.resize(component + 1, None);
            found.epochs = 0;
        }
        let epochs = running.history.len();
        if epochs == found.epochs || running.totals != EpochTotals::default() {
            return Ok(());
        }
        found.incomplete |= epochs != found.epochs + 1;
        found.epochs = epochs;
        let Some((component, finished)) = place.zip(checkpoint.finished.as_ref()) else {
            let error = self.measure(&running.params)?.scores.error;
            found.least = Some(found.least.map_or(error, |least| least.min(error)));
            return Ok(());
        };
        let whole = moved(&self.plan.subplan(component), &running.params, self.plan, finished.params.clone());
        let error = self.measure(&Arc::new(whole))?.scores.components[component].error;
        let best = &mut found.components[component];
        if best.as_ref().is_none_or(|(least, _)| error < *least) {
            *best = Some((error, Arc::clone(&running.params)));
        }
        Ok(())
    }

    /// The error on the test rows of the epoch that is best on them; of components that are trained separately, of the epoch
    /// that is best for each. `trained` are the weights of the whole training. `None` where epochs are missing.
    ///
    /// # Errors
    /// If the device fails.
    pub(crate) fn least_error(&self, trained: &Params) -> Result<Option<f64>, Problem> {
        let found = self.found.borrow();
        if found.incomplete || found.components.is_empty() {
            return Ok(found.least.filter(|_| !found.incomplete));
        }
        let mut params = trained.clone();
        for (component, best) in found.components.iter().enumerate() {
            let Some((_, best)) = best else { return Ok(None) };
            params = moved(&self.plan.subplan(component), best, self.plan, params);
        }
        Ok(Some(self.measure(&Arc::new(params))?.scores.error))
    }

    fn measure(&self, params: &Arc<Params>) -> Result<Evaluation, Problem> {
        evaluate(self.engine.as_ref(), params, &self.plan.loss, &self.test)
            .map_err(|error| FailureCause::Exec(error).problem(self.plan))
    }
}
