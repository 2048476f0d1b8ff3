//! The training loop: shuffled batches, steps, measurements, selection of the best model. Prints nothing, and reads the
//! clock only for the duration of epochs.

use super::failure::{FailureCause, LastModel, NonFinite, TrainingFailure};
use super::modality_dropout::ModalityDropout;
use super::{BatchSource, EpochRecord, Evaluation, Event, Optimizer, Scores, Selection, StopReason, evaluate};
use crate::data::{Draw, order};
use crate::exec::{Engine, ExecError, Params, StepKey};
use crate::optim::{TrainingSteps, update_rule};
use crate::plan::{Batch, BufferId, ParamId, Plan};
use crate::spec::{TrainSpec, TrainingLength};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// The inputs of a training besides the engine and the initial weights.
#[derive(Clone, Copy)]
pub struct Training<'a> {
    /// The plan to train.
    pub plan: &'a Plan,
    /// The training settings.
    pub spec: &'a TrainSpec,
    /// The rows that the weights are fitted on.
    pub train: &'a dyn BatchSource,
    /// The rows that the best epoch is selected on.
    pub valid: Option<&'a dyn BatchSource>,
    /// The rows that the selected model is measured on, once.
    pub test: Option<&'a dyn BatchSource>,
    /// Checked after every step: set by another thread, it ends the training as if all epochs were done.
    pub interrupt: &'a AtomicBool,
}

/// A finished training.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The selected model.
    pub params: Arc<Params>,
    /// The epoch it is from, counted from 1; 0 where each component was trained separately and has its own epoch.
    pub best_epoch: u64,
    /// Every epoch in order, the last one partial where it was interrupted.
    pub history: Vec<EpochRecord>,
    /// The reason that it ended.
    pub stop: StopReason,
    /// The selected model on the validation split, if there is one.
    pub valid: Option<Scores>,
    /// The selected model on the test split, if there is one.
    pub test: Option<Evaluation>,
}

/// Trains, selects by the validation split and evaluates the selected model on the test split.
///
/// Every epoch reads all training rows once, in an order decided by the seed, its last batch as small as what is left.
/// With [`TrainingLength::Iterations`] epochs end the same way, and once more at the last iteration. After each epoch
/// the validation split is measured; the best epoch is selected by the metric that `stop` names, else by the validation
/// error, else it is the last. The same inputs give the same bits.
pub fn train(
    engine: &mut dyn Engine,
    params: Params,
    training: Training<'_>,
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<Trained, Box<TrainingFailure>> {
    let mut training_loop = TrainingLoop::new(params, training);
    match training_loop.fit(engine, observe) {
        Ok(stop) => training_loop.finish(engine, stop, observe),
        Err(cause) => Err(training_loop.fail(cause)),
    }
}

/// A training in progress.
struct TrainingLoop<'a> {
    training: Training<'a>,
    extent: TrainingSteps,
    optimizer: Optimizer,
    selection: Selection,
    params: Arc<Params>,
    /// Whether `params` are those of a successful step.
    sound: bool,
    best: Option<(u64, Arc<Params>)>,
    step: u64,
    history: Vec<EpochRecord>,
    began: Instant,
}

/// Running sums over the steps of one epoch.
#[derive(Default)]
struct EpochTotals {
    rows: usize,
    loss: f64,
    errors: usize,
    violations: usize,
    lr: f64,
}

impl<'a> TrainingLoop<'a> {
    fn new(params: Params, training: Training<'a>) -> Self {
        let Training { plan, spec, train, .. } = training;
        let steps_per_epoch = train.len().div_ceil(spec.batch_size.max(1)) as u64;
        let steps = match spec.length {
            TrainingLength::Epochs(epochs) => epochs.saturating_mul(steps_per_epoch),
            TrainingLength::Iterations(iterations) => iterations,
        };
        Self {
            training,
            extent: TrainingSteps { steps_per_epoch, steps },
            optimizer: Optimizer::new(&spec.optimizer, spec.clip_norm, plan),
            selection: Selection::new(spec),
            params: Arc::new(params),
            sound: true,
            best: None,
            step: 0,
            history: vec![],
            began: Instant::now(),
        }
    }

    fn fit(&mut self, engine: &mut dyn Engine, observe: &mut dyn FnMut(Event<'_>)) -> Result<StopReason, FailureCause> {
        let TrainingSteps { steps_per_epoch, steps } = self.extent;
        if steps_per_epoch == 0 {
            return Err(FailureCause::NoRows);
        }
        observe(Event::Started { epochs: steps.div_ceil(steps_per_epoch), steps_per_epoch });
        let mut epoch = 0;
        while self.step < steps {
            epoch += 1;
            let (totals, interrupted) = self.epoch(engine, epoch, observe)?;
            self.measure(engine, epoch, &totals, observe)?;
            if interrupted {
                return Ok(StopReason::Interrupted);
            }
            if self.selection.exhausted(epoch) {
                return Ok(StopReason::Patience);
            }
        }
        Ok(StopReason::Completed)
    }

    /// Makes the steps of one epoch, and returns whether it was interrupted.
    fn epoch(
        &mut self,
        engine: &mut dyn Engine,
        epoch: u64,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<(EpochTotals, bool), FailureCause> {
        let Training { plan, spec, train, interrupt, .. } = self.training;
        let dropout = ModalityDropout::new(plan, spec.modality_dropout, spec.seed);
        let order = order(train.len(), spec.seed, epoch);
        let mut totals = EpochTotals::default();
        let mut batch = Batch::default();
        for (rows, number) in order.chunks(spec.batch_size.max(1)).zip(1..) {
            if self.step == self.extent.steps {
                break;
            }
            train.fill_training(rows, &mut batch, Draw { seed: spec.seed, epoch });
            dropout.apply(&mut batch, self.step);
            self.advance(engine, epoch, &batch, &mut totals)?;
            observe(Event::Stepped {
                epoch,
                step: number,
                rows: rows.len(),
                loss: totals.loss / totals.rows as f64,
                error: totals.errors as f64 / totals.rows as f64,
            });
            if interrupt.load(Ordering::Relaxed) {
                return Ok((totals, true));
            }
        }
        Ok((totals, false))
    }

    /// Makes one step.
    fn advance(
        &mut self,
        engine: &mut dyn Engine,
        epoch: u64,
        batch: &Batch,
        totals: &mut EpochTotals,
    ) -> Result<(), FailureCause> {
        let Training { plan, spec, .. } = self.training;
        let key = StepKey { seed: spec.seed, step: self.step };
        let non_finite = |place| FailureCause::NonFinite { epoch, step: key.step + 1, place };
        let pool = engine.pool();
        let result = engine.step(&self.params, batch, key)?;
        if !result.loss.is_finite() {
            let place = engine.first_non_finite(&self.params, batch, key)?;
            return Err(non_finite(NonFinite::Loss(place)));
        }
        totals.rows += batch.rows;
        totals.loss += result.loss * batch.rows as f64;
        totals.errors += result.errors;
        totals.violations += result.violations;
        totals.lr = update_rule(&spec.optimizer).learning_rate() * spec.schedule.factor(key.step, self.extent);

        // The engine no longer holds the weights, so this changes them in place; if the best model shares
        // them, they are copied here.
        let params = Arc::make_mut(&mut self.params);
        let norm = pool.install(|| self.optimizer.step(&mut params.values, result.gradients, totals.lr));
        if !norm.is_finite() {
            self.sound = false;
            return Err(non_finite(NonFinite::Gradient(first_non_finite(plan, result.gradients))));
        }
        fold_moments(plan, params, &result.moments);
        self.step += 1;
        Ok(())
    }

    /// Ends an epoch: measures the validation split, and keeps the model if it is the best so far.
    fn measure(
        &mut self,
        engine: &dyn Engine,
        epoch: u64,
        totals: &EpochTotals,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), ExecError> {
        let valid = match self.training.valid {
            Some(rows) => Some(self.evaluate(engine, &self.params, rows)?.scores),
            None => None,
        };
        let best = self.selection.observe(epoch, valid.as_ref());
        if best {
            self.best = Some((epoch, Arc::clone(&self.params)));
        }
        let boosted = self.training.plan.loss.combination.is_boosted();
        let record = EpochRecord {
            component: None,
            epoch,
            step: self.step,
            lr: totals.lr,
            train_loss: totals.loss / totals.rows as f64,
            train_error: totals.errors as f64 / totals.rows as f64,
            violations: boosted.then_some(totals.violations as u64),
            valid,
            seconds: self.began.elapsed().as_secs_f64(),
            best,
        };
        observe(Event::EpochEnded(&record));
        self.history.push(record);
        Ok(())
    }

    fn evaluate(
        &self,
        engine: &dyn Engine,
        params: &Arc<Params>,
        rows: &dyn BatchSource,
    ) -> Result<Evaluation, ExecError> {
        evaluate(engine, params, &self.training.plan.loss, rows)
    }

    fn finish(
        mut self,
        engine: &dyn Engine,
        stop: StopReason,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<Trained, Box<TrainingFailure>> {
        observe(Event::Ended(stop));
        let (best_epoch, params) = self.best.take().unwrap_or((0, Arc::clone(&self.params)));
        let test = match self.training.test.map(|rows| self.evaluate(engine, &params, rows)).transpose() {
            Ok(test) => test,
            Err(error) => {
                self.best = Some((best_epoch, params));
                return Err(self.fail(error.into()));
            }
        };
        let best = self.history.iter().find(|record| record.epoch == best_epoch);
        let valid = best.and_then(|record| record.valid.clone());
        Ok(Trained { params, best_epoch, history: self.history, stop, valid, test })
    }

    fn fail(self, cause: FailureCause) -> Box<TrainingFailure> {
        let finite = self.sound && self.params.values.iter().all(|value| value.is_finite());
        let kept = match self.best {
            Some((epoch, params)) => Some(LastModel { params, epoch: Some(epoch) }),
            None => finite.then_some(LastModel { params: self.params, epoch: None }),
        };
        Box::new(TrainingFailure { cause, history: self.history, kept })
    }
}

/// `new = (1 - momentum) old + momentum batch`, for every buffer the step had statistics of.
fn fold_moments(plan: &Plan, params: &mut Params, moments: &[(BufferId, Vec<f32>)]) {
    for (id, moment) in moments {
        if let (Some(spec), Some(buffer)) = (plan.buffers.get(*id), params.buffers.get_mut(*id)) {
            let momentum = spec.momentum as f32;
            for (value, new) in buffer.iter_mut().zip(moment) {
                *value = (1.0 - momentum) * *value + momentum * new;
            }
        }
    }
}

/// The first parameter, in the order of the plan, whose gradient holds a number that is not finite.
fn first_non_finite(plan: &Plan, gradients: &[Vec<f32>]) -> Option<ParamId> {
    plan.params.iter().position(|param| {
        let range = param.offset..param.offset + param.shape.size();
        gradients.iter().any(|shard| shard.get(range.clone()).is_some_and(|g| g.iter().any(|g| !g.is_finite())))
    })
}
