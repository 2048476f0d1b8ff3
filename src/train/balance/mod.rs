//! Balance of components in training: one hook of the loop, which makes a step and changes its gradient by what each
//! component lost in it. Sums are made in a fixed order, and noise is a function of the seed and the step, so that the bits
//! do not depend on the number of threads.

mod agm;
mod blend;
mod ogm;
mod pareto;
mod parts;

use super::BatchSource;
use crate::exec::{Engine, ExecError, Params, StepKey, StepResult};
use crate::plan::{Batch, Plan};
use crate::spec::{Balance, TrainSpec};
use blend::Losses;
use parts::{ComponentParts, gathered};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The hook, and its state.
pub(super) struct Balancer<'a> {
    plan: &'a Plan,
    method: Option<Balance>,
    seed: u64,
    parts: ComponentParts,
    /// The gradient of the first of two passes.
    own: Vec<f32>,
    pub(super) state: BalanceState,
}

/// The state of a balance between steps. Empty without one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BalanceState {
    /// The factor on the weight of each component.
    pub factors: Vec<f64>,
    /// The losses that the next estimate of the factors is compared with.
    pub before: Vec<Losses>,
    /// The running mean of the loss of each component over the steps that had it, and the number of these steps.
    pub means: Vec<(f64, u64)>,
}

impl BalanceState {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl<'a> Balancer<'a> {
    pub(super) fn new(plan: &'a Plan, spec: &TrainSpec) -> Self {
        let method = spec.balance.as_ref().map(|balance| balance.value);
        let parts = if method.is_some() { ComponentParts::of(plan) } else { ComponentParts::default() };
        Self { plan, method, seed: spec.seed, parts, own: vec![], state: BalanceState::default() }
    }

    /// Makes a step and balances its gradient.
    pub(super) fn step<'e>(
        &mut self,
        engine: &'e mut dyn Engine,
        params: &Arc<Params>,
        batch: &Batch,
        key: StepKey,
    ) -> Result<StepResult<'e>, ExecError> {
        match self.method {
            None => engine.step(params, batch, key),
            Some(Balance::Blend { .. }) => engine.step_weighted(params, batch, key, &self.state.factors),
            Some(Balance::Ogm { alpha, noise }) => {
                let result = gathered(engine.step(params, batch, key)?);
                let factors = ogm::factors(&result.components, alpha);
                let noise = noise.then_some((self.seed, key.step));
                if let Some(gradient) = result.gradients.first_mut() {
                    ogm::modulate(gradient, &self.parts.encoder_matrices, &factors, noise);
                }
                Ok(result)
            }
            Some(Balance::Agm { alpha }) => {
                let result = gathered(engine.step(params, batch, key)?);
                let factors = agm::factors(&result.components, &mut self.state.means, alpha);
                if let Some(gradient) = result.gradients.first_mut() {
                    parts::scale(gradient, &self.parts.all, &factors);
                }
                Ok(result)
            }
            Some(Balance::Pareto { gamma }) => {
                let joint = self.plan.loss.components.len() - 1;
                let only = |wanted: bool| -> Vec<f64> {
                    (0..=joint).map(|component| if (component == joint) == wanted { 1.0 } else { 0.0 }).collect()
                };
                let own = gathered(engine.step_weighted(params, batch, key, &only(false))?);
                let loss = own.loss;
                self.own.clear();
                self.own.extend(own.gradients.first().into_iter().flatten());
                let mut result = gathered(engine.step_weighted(params, batch, key, &only(true))?);
                result.loss += loss;
                if let Some(gradient) = result.gradients.first_mut() {
                    pareto::join(gradient, &self.own, &self.parts.encoders, gamma);
                }
                Ok(result)
            }
        }
    }

    /// Called before the first step and after every whole epoch: measures the losses that factors are estimated from.
    pub(super) fn after_epoch(
        &mut self,
        engine: &dyn Engine,
        params: &Arc<Params>,
        epoch: u64,
        train: &dyn BatchSource,
        valid: Option<&dyn BatchSource>,
    ) -> Result<(), ExecError> {
        let (Some(Balance::Blend { every }), Some(valid)) = (self.method, valid) else { return Ok(()) };
        if !epoch.is_multiple_of(every.max(1)) || epoch == 0 && !self.state.before.is_empty() {
            return Ok(());
        }
        let now = blend::measure(engine, params, &self.plan.loss, train, valid)?;
        if let Some(factors) = blend::factors(&self.state.before, &now) {
            self.state.factors = factors;
        }
        self.state.before = now;
        Ok(())
    }
}
