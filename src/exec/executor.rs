//! The executor of one plan on one backend: cuts batches, runs passes over the shards, and combines the results in
//! order.

use super::backend::Backend;
use super::engine::{ComponentSums, Engine, ExecError, Logits, StepKey, StepResult};
use super::gradients::ParamGradients;
use super::kernels::compute;
use super::kernels::kernel::{Compute, KernelCall};
use super::kernels::loss_targets::Targets;
use super::params::Params;
use super::pass::{Pass, TrainingKey};
use super::shards;
use super::value::Value;
use super::workers::Workers;
use crate::ops::Op;
use crate::plan::{Batch, BufferId, Plan};
use crate::spec::ModalityKind;
use dfdx::tensor::{NoneTape, OwnedTape, PutTape, Tape};
use dfdx::tensor_ops::Backward;
use rayon::prelude::*;
use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

/// Rows of a product that one thread computes at a time, where a batch cannot be cut into shards.
const BAND: usize = 64;

/// A plan, where it runs, and the gradients of its last step.
pub(super) struct Executor<B: Backend> {
    plan: Arc<Plan>,
    backend: B,
    pool: Arc<rayon::ThreadPool>,
    gradients: Vec<Vec<f32>>,
    /// For each slot, the last step that reads it; the loss reads its components after every step.
    last_read: Vec<usize>,
}

/// The result of one shard.
struct ShardResult {
    loss: f64,
    errors: usize,
    violations: usize,
    moments: Vec<(BufferId, Vec<f32>)>,
    components: Vec<ComponentSums>,
    row_losses: Vec<Vec<f32>>,
}

/// The values of the slots after a pass, and the components' among them.
type Slots<B> = Vec<Option<Value<<B as Backend>::Device>>>;

impl<B: Compute> Executor<B> {
    /// An executor of `plan`.
    pub(super) fn new(plan: Arc<Plan>, backend: B, pool: Arc<rayon::ThreadPool>) -> Self {
        let mut last_read = vec![0; plan.slots];
        for (index, step) in plan.steps.iter().enumerate() {
            last_read[step.makes] = index;
            for slot in &step.reads {
                last_read[*slot] = index;
            }
        }
        for component in &plan.loss.components {
            last_read[component.logits] = usize::MAX;
        }
        Self { plan, backend, pool, gradients: Vec::new(), last_read }
    }

    /// Runs every step for some rows. `visit` sees each value as it is made.
    fn forward<T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        mut visit: impl FnMut(usize, &mut Pass<'_, B, T>, &Value<B::Device>),
    ) -> Result<Slots<B>, ExecError> {
        let mut slots: Slots<B> = vec![None; self.plan.slots];
        for (index, step) in self.plan.steps.iter().enumerate() {
            let reads: Option<Vec<&Value<B::Device>>> = step.reads.iter().map(|slot| slots[*slot].as_ref()).collect();
            let reads = reads.ok_or_else(|| ExecError::Internal(format!("`{}` reads an empty slot", step.name)))?;
            let computed = compute(pass, &KernelCall { index, step, reads: &reads });
            let computed = computed.ok_or_else(|| ExecError::Internal(format!("`{}` is no step", step.name)))?;
            let value = computed.map_err(|error| self.failure(index, &error))?;
            visit(index, pass, &value);
            for slot in step.reads.iter().filter(|slot| self.last_read[**slot] == index) {
                slots[*slot] = None;
            }
            slots[step.makes] = Some(value);
        }
        Ok(slots)
    }

    /// The values the loss reads.
    fn components<'s>(&self, slots: &'s Slots<B>) -> Result<Vec<&'s Value<B::Device>>, ExecError> {
        let values = self.plan.loss.components.iter().map(|component| slots[component.logits].as_ref());
        values.collect::<Option<_>>().ok_or_else(|| ExecError::Internal("the loss reads an empty slot".into()))
    }

    /// A pass over some rows, and over the last of them again up to `width` rows.
    fn pass<'p, T: Tape<f32, B::Device>>(
        &self,
        params: &'p Arc<Params>,
        batch: &Batch,
        rows: &Range<usize>,
        width: usize,
    ) -> Result<Pass<'p, B, T>, ExecError> {
        let places = || rows.clone().chain(std::iter::repeat_n(rows.end.saturating_sub(1), width - rows.len()));
        Ok(Pass {
            device: self.backend.open()?,
            params,
            gradients: None,
            tape: T::default(),
            training: None,
            workers: if self.plan.shardable { Workers::One } else { Workers::Bands(BAND) },
            rows: width,
            inputs: batch.inputs.iter().map(|input| columns(input, batch.rows, width, places())).collect(),
            present: (batch.present.iter())
                .map(|mask| mask.as_ref().map(|mask| places().map(|row| mask[row]).collect()))
                .collect(),
            moments: Vec::new(),
        })
    }

    fn learn(
        &self,
        params: &Arc<Params>,
        batch: &Batch,
        key: StepKey,
        factors: &[f64],
        rows: &Range<usize>,
        gradients: &mut Vec<f32>,
    ) -> Result<ShardResult, ExecError> {
        let mut pass: Pass<'_, B, OwnedTape<f32, B::Device>> = self.pass(params, batch, rows, rows.len())?;
        let written = Rc::new(ParamGradients::new(params, std::mem::take(gradients)));
        pass.gradients = Some(Rc::clone(&written));
        pass.training = Some(TrainingKey { key, first_row: rows.start });
        // The step that the backward pass is at, so that exhausted memory there is reported with a step too.
        let place = Rc::new(Cell::new(self.plan.steps.len().saturating_sub(1)));
        let slots = self.forward(&mut pass, |index, pass, _| {
            let place = Rc::clone(&place);
            pass.tape.add_backward_op(move |_| {
                place.set(index);
                Ok(())
            });
        })?;
        let targets = Targets {
            loss: &self.plan.loss,
            labels: &batch.labels[rows.clone()],
            present: self.present(batch, rows),
            factors,
            past: batch.past.iter().map(|past| &past[rows.clone()]).collect(),
            epoch: key.epoch,
            row_weights: batch.weights.get(rows.clone()).unwrap_or_default(),
            batch: batch.weight(),
        };
        let node = B::class_loss(&mut pass, &self.components(&slots)?, &targets)
            .map_err(|error| self.failure(place.get(), &error))?;
        drop(slots);
        node.tensor.put_tape(pass.tape).try_backward().map_err(|error| self.failure(place.get(), &error))?;
        *gradients = written.finish();
        let (loss, errors, violations, moments) = (node.loss, node.errors, node.violations, pass.moments);
        let (components, row_losses) = (node.components, node.row_losses);
        Ok(ShardResult { loss, errors, violations, moments, components, row_losses })
    }

    /// The logits of some rows, one array per component, classes x padded rows. The one place where rows are padded.
    fn evaluate(&self, params: &Arc<Params>, batch: &Batch, rows: &Range<usize>) -> Result<Vec<Vec<f32>>, ExecError> {
        let mut pass: Pass<'_, B, NoneTape> = self.pass(params, batch, rows, shards::padded(rows.len()))?;
        let slots = self.forward(&mut pass, |_, _, _| ())?;
        Ok(self.components(&slots)?.iter().map(|value| value.host().to_vec()).collect())
    }

    /// The first step that makes a number that is not finite, for some rows of a training step.
    fn examine(
        &self,
        params: &Arc<Params>,
        batch: &Batch,
        key: StepKey,
        rows: &Range<usize>,
    ) -> Result<Option<usize>, ExecError> {
        let mut pass: Pass<'_, B, NoneTape> = self.pass(params, batch, rows, rows.len())?;
        pass.training = Some(TrainingKey { key, first_row: rows.start });
        let mut first = None;
        self.forward(&mut pass, |index, _, value| {
            // The padding of a sequence comes as not-a-number.
            let is_padded = |input: usize| self.plan.inputs[input].kind == ModalityKind::PaddedSequence;
            let is_padded = matches!(self.plan.steps[index].op, Op::Input(input) if is_padded(input.0));
            if first.is_none() && !is_padded && value.host().iter().any(|number| !number.is_finite()) {
                first = Some(index);
            }
        })?;
        Ok(first)
    }

    /// Calls `work` for every part, on the threads of the pool or here, and gives the results in the order of parts.
    fn each<I: Send, R: Send>(&self, parts: Vec<I>, work: impl Fn(I) -> R + Send + Sync) -> Vec<R> {
        if self.backend.threaded() {
            self.pool.install(|| parts.into_par_iter().with_max_len(1).map(work).collect())
        } else {
            parts.into_iter().map(work).collect()
        }
    }

    fn training_shards(&self, batch: &Batch) -> Vec<Range<usize>> {
        shards::training(batch.rows, self.plan.shardable && self.backend.threaded())
    }

    /// For each component, on which of some rows it is present.
    fn present(&self, batch: &Batch, rows: &Range<usize>) -> Vec<Option<Vec<bool>>> {
        let of = |component: &crate::plan::Component| {
            let masks: Vec<&Vec<bool>> = component.inputs.iter().filter_map(|at| batch.present[*at].as_ref()).collect();
            let all = |row: usize| masks.iter().all(|mask| mask[row]);
            (!masks.is_empty()).then(|| rows.clone().map(all).collect())
        };
        self.plan.loss.components.iter().map(of).collect()
    }

    fn failure(&self, index: usize, error: &(impl std::fmt::Debug + std::fmt::Display)) -> ExecError {
        let step = self.plan.steps.get(index).map_or_else(String::new, |step| step.name.clone());
        let words = format!("{error:?}");
        if words.contains("OutOfMemory") || words.contains("OUT_OF_MEMORY") {
            ExecError::OutOfMemory { index, step }
        } else {
            ExecError::Internal(format!("`{step}`: {words}"))
        }
    }

    /// Whether a batch matches the inputs of the plan.
    fn check(&self, params: &Params, batch: &Batch, labelled: bool) -> Result<(), ExecError> {
        let wrong = |what: &str| Err(ExecError::Internal(format!("a batch with the wrong {what}")));
        let plan = &self.plan;
        let sizes = || plan.inputs.iter().map(|input| input.shape.size() * batch.rows);
        if params.count() != plan.params.len() || params.buffers.len() != plan.buffers.len() {
            return Err(ExecError::Internal("parameters of another plan".into()));
        }
        if batch.inputs.len() != plan.inputs.len() || !batch.inputs.iter().map(Vec::len).eq(sizes()) {
            return wrong("inputs");
        }
        if batch.present.len() != plan.inputs.len() || batch.present.iter().flatten().any(|p| p.len() != batch.rows) {
            return wrong("presence masks");
        }
        let classes = plan.loss.classes.len();
        if labelled && (batch.labels.len() != batch.rows || batch.labels.iter().any(|l| *l as usize >= classes)) {
            return wrong("labels");
        }
        let past = |of: &Vec<f32>| of.len() == batch.rows;
        if !batch.past.is_empty() && (batch.past.len() != plan.loss.components.len() || !batch.past.iter().all(past)) {
            return wrong("past losses");
        }
        if labelled && !batch.weights.is_empty() && batch.weights.len() != batch.rows {
            return wrong("weights of rows");
        }
        if labelled && batch.rows == 0 { wrong("number of rows") } else { Ok(()) }
    }
}

impl<B: Compute> Engine for Executor<B> {
    fn device(&self) -> String {
        self.backend.name()
    }

    fn pool(&self) -> Arc<rayon::ThreadPool> {
        Arc::clone(&self.pool)
    }

    fn step(&mut self, params: &Arc<Params>, batch: &Batch, key: StepKey) -> Result<StepResult<'_>, ExecError> {
        self.step_weighted(params, batch, key, &[])
    }

    fn step_weighted(
        &mut self,
        params: &Arc<Params>,
        batch: &Batch,
        key: StepKey,
        factors: &[f64],
    ) -> Result<StepResult<'_>, ExecError> {
        self.check(params, batch, true)?;
        let shards = self.training_shards(batch);
        let count = shards.len();
        let mut gradients = std::mem::take(&mut self.gradients);
        gradients.resize_with(gradients.len().max(count), Vec::new);
        let parts = shards.into_iter().zip(&mut gradients).collect();
        let results = self.each(parts, |(rows, gradients)| self.learn(params, batch, key, factors, &rows, gradients));
        self.gradients = gradients;

        let (mut loss, mut errors, mut violations, mut moments) = (0.0, 0, 0, Vec::new());
        let mut components = vec![ComponentSums::default(); self.plan.loss.components.len()];
        let mut row_losses: Vec<Vec<f32>> = vec![];
        for result in results {
            let shard = result?;
            loss += shard.loss;
            errors += shard.errors;
            violations += shard.violations;
            moments.extend(shard.moments);
            components.iter_mut().zip(shard.components).for_each(|(all, own)| *all += own);
            row_losses.resize_with(shard.row_losses.len(), Vec::new);
            row_losses.iter_mut().zip(shard.row_losses).for_each(|(all, own)| all.extend(own));
        }
        let gradients = &mut self.gradients[..count];
        Ok(StepResult { loss, errors, violations, gradients, moments, components, row_losses })
    }

    fn logits(&self, params: &Arc<Params>, batch: &Batch) -> Result<Logits, ExecError> {
        self.check(params, batch, false)?;
        let numbers = self.plan.loss.width();
        let mut components = vec![vec![0.0; batch.rows * numbers]; self.plan.loss.components.len()];
        let chunks = shards::evaluation(batch.rows);
        let results = self.each(chunks.clone(), |rows| self.evaluate(params, batch, &rows));
        for (rows, result) in chunks.iter().zip(results) {
            let width = shards::padded(rows.len());
            for (to, from) in components.iter_mut().zip(result?) {
                for (row, to) in to[rows.start * numbers..rows.end * numbers].chunks_exact_mut(numbers).enumerate() {
                    for (at, to) in to.iter_mut().enumerate() {
                        *to = from[at * width + row];
                    }
                }
            }
        }
        Ok(Logits { rows: batch.rows, components, present: self.present(batch, &(0..batch.rows)) })
    }

    fn first_non_finite(&self, params: &Arc<Params>, batch: &Batch, key: StepKey) -> Result<Option<usize>, ExecError> {
        self.check(params, batch, true)?;
        let results = self.each(self.training_shards(batch), |rows| self.examine(params, batch, key, &rows));
        let mut first: Option<usize> = None;
        for result in results {
            first = match (first, result?) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
        }
        Ok(first)
    }
}

/// `width` rows of a row-major array, as features x rows.
fn columns(values: &[f32], all_rows: usize, width: usize, rows: impl Iterator<Item = usize> + Clone) -> Vec<f32> {
    let features = values.len().checked_div(all_rows).unwrap_or(0);
    let mut columns = Vec::with_capacity(features * width);
    for feature in 0..features {
        columns.extend(rows.clone().map(|row| values[row * features + feature]));
    }
    columns
}
