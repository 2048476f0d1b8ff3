//! The training loop: shuffled batches, steps, measurements, selection of the best model, checkpoints. Prints nothing, and
//! reads the clock only for the duration of epochs and to decide when a checkpoint is due.

use super::balance::Balancer;
use super::checkpoint::{BestModel, Checkpoint, CheckpointTimer, EpochTotals, LoopState};
use super::conclude::{Concluded, conclude};
use super::failure::{FailureCause, LastModel, NonFinite, TrainingFailure};
use super::modality_dropout::ModalityDropout;
use super::past_losses::PastLosses;
use super::{EpochRecord, Event, Optimizer, Selection, StopReason, Trained, Training, evaluate};
use crate::data::{Draw, order};
use crate::exec::{Engine, ExecError, Params, StepKey};
use crate::fusion::log_prior;
use crate::optim::{TrainingSteps, update_rule};
use crate::plan::{Batch, BufferId, ParamId, Plan};
use crate::spec::TrainingLength;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// Trains, selects by the validation split and evaluates the selected model on the test split.
///
/// Every epoch reads all training rows once, in an order decided by the seed, its last batch as small as what is left.
/// With [`TrainingLength::Iterations`] epochs end the same way, and once more at the last iteration. After each epoch the
/// validation split is measured; the best epoch is selected by the metric that `stop` names, else by the validation
/// error, else it is the last. The same inputs give the same bits, also where the training was interrupted and continued
/// from a checkpoint.
pub fn train(
    engine: &mut dyn Engine,
    params: Params,
    training: Training<'_>,
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<Trained, Box<TrainingFailure>> {
    let resumed = training.resume.map(|checkpoint| checkpoint.running.clone());
    let mut training_loop = TrainingLoop::new(resumed, params, training);
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
    balancer: Balancer<'a>,
    past: PastLosses,
    selection: Selection,
    params: Arc<Params>,
    /// Whether `params` are those of a successful step.
    sound: bool,
    best: Option<BestModel>,
    step: u64,
    /// Of the epoch that is running.
    totals: EpochTotals,
    history: Vec<EpochRecord>,
    began: Instant,
    /// Seconds of training before `began`.
    seconds_before: f64,
    timer: Option<CheckpointTimer>,
}

impl<'a> TrainingLoop<'a> {
    fn new(resumed: Option<LoopState>, params: Params, training: Training<'a>) -> Self {
        let Training { plan, spec, train, .. } = training;
        let steps_per_epoch = train.len().div_ceil(spec.batch_size.max(1)) as u64;
        let steps = match spec.length {
            TrainingLength::Epochs(epochs) => epochs.saturating_mul(steps_per_epoch),
            TrainingLength::Iterations(iterations) => iterations,
        };
        let mut training_loop = Self {
            training,
            extent: TrainingSteps { steps_per_epoch, steps },
            optimizer: Optimizer::new(&spec.optimizer, spec.clip_norm, plan),
            balancer: Balancer::new(plan, spec),
            past: PastLosses::new(plan, train.len()),
            selection: Selection::new(spec),
            params: Arc::new(params),
            sound: true,
            best: None,
            step: 0,
            totals: EpochTotals::default(),
            history: vec![],
            began: Instant::now(),
            seconds_before: 0.0,
            timer: training.checkpoints.map(|policy| CheckpointTimer::new(policy.interval)),
        };
        if let Some(LoopState { params, optimizer, balance, past, step, totals, best, history, seconds }) = resumed {
            training_loop.selection = Selection::resume(spec, best.as_ref().map(|best| best.selected));
            training_loop.optimizer.state = optimizer;
            training_loop.balancer.state = balance;
            training_loop.past = past;
            training_loop.params = params;
            training_loop.best = best;
            training_loop.step = step;
            training_loop.totals = totals;
            training_loop.history = history;
            training_loop.seconds_before = seconds;
        }
        training_loop.count_prior();
        training_loop
    }

    /// Gives the model the shares of the classes among the training rows, where decisions count them once: a checkpoint does
    /// not hold them.
    fn count_prior(&mut self) {
        let Training { plan, train, .. } = self.training;
        if plan.loss.combination.counts_prior_once() {
            let prior = log_prior(plan.loss.classes.len(), train.labels(), train.weights());
            if let Some(best) = &mut self.best {
                Arc::make_mut(&mut best.params).decision.log_prior.clone_from(&prior);
            }
            Arc::make_mut(&mut self.params).decision.log_prior = prior;
        }
    }

    fn fit(&mut self, engine: &mut dyn Engine, observe: &mut dyn FnMut(Event<'_>)) -> Result<StopReason, FailureCause> {
        let TrainingSteps { steps_per_epoch, steps } = self.extent;
        if steps_per_epoch == 0 {
            return Err(FailureCause::NoRows);
        }
        observe(Event::Started { epochs: steps.div_ceil(steps_per_epoch), steps_per_epoch });
        if self.step == 0 {
            self.balance(engine, 0)?;
        }
        loop {
            let epoch = self.history.len() as u64;
            let stop = if self.selection.exhausted(epoch) {
                Some(StopReason::Patience)
            } else if self.step >= steps && self.totals.rows == 0 {
                Some(StopReason::Completed)
            } else {
                None
            };
            if let Some(stop) = stop {
                // A last epoch that is partial has been saved before its measurement.
                if self.step.is_multiple_of(steps_per_epoch) {
                    self.save_checkpoint(observe);
                }
                return Ok(stop);
            }
            let epoch = epoch + 1;
            let interrupted = self.epoch(engine, epoch, observe)?;
            let partial = self.totals.rows < self.training.train.len();
            if interrupted || partial {
                // The measurement of a partial epoch is no part of a training that continues.
                self.save_checkpoint(observe);
            }
            self.measure(engine, epoch, observe)?;
            if !partial {
                self.balance(engine, epoch)?;
            }
            if interrupted {
                return Ok(StopReason::Interrupted);
            }
            if !partial && self.timer.is_some_and(|timer| timer.due_after_epoch(epoch)) {
                self.save_checkpoint(observe);
            }
        }
    }

    /// Makes the steps of one epoch that are left, and returns whether it was interrupted.
    fn epoch(
        &mut self,
        engine: &mut dyn Engine,
        epoch: u64,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<bool, FailureCause> {
        let Training { plan, spec, train, interrupt, .. } = self.training;
        let dropout = ModalityDropout::new(plan, spec.modality_dropout, spec.seed);
        let order = order(train.len(), spec.seed, epoch);
        let mut batch = Batch::default();
        if self.totals.rows == 0 {
            self.past.begin_epoch();
        }
        let done = self.step - self.history.last().map_or(0, |record| record.step);
        let batches = order.chunks(spec.batch_size.max(1)).zip(1..);
        for (rows, number) in batches.skip(usize::try_from(done).unwrap_or(usize::MAX)) {
            if self.step >= self.extent.steps {
                break;
            }
            train.fill_training(rows, &mut batch, Draw { seed: spec.seed, epoch });
            dropout.apply(&mut batch, self.step);
            self.past.fill(rows, &mut batch);
            let step_loss = self.advance(engine, epoch, rows, &batch)?;
            observe(Event::Stepped {
                epoch,
                step: number,
                rows: rows.len(),
                loss: self.totals.mean_loss(),
                error: self.totals.errors as f64 / self.totals.rows as f64,
                step_loss,
            });
            if interrupt.load(Ordering::Relaxed) {
                return Ok(true);
            }
            if self.timer.is_some_and(|timer| timer.due_after_step(self.step)) {
                self.save_checkpoint(observe);
            }
        }
        Ok(false)
    }

    /// Saves the state, where that is wanted.
    fn save_checkpoint(&mut self, observe: &mut dyn FnMut(Event<'_>)) {
        let (Some(policy), Some(timer)) = (self.training.checkpoints, &mut self.timer) else { return };
        let running = LoopState {
            params: Arc::clone(&self.params),
            optimizer: self.optimizer.state.clone(),
            balance: self.balancer.state.clone(),
            past: self.past.clone(),
            step: self.step,
            totals: self.totals,
            best: self.best.clone(),
            history: self.history.clone(),
            seconds: self.seconds_before + self.began.elapsed().as_secs_f64(),
        };
        match (policy.save)(Checkpoint { finished: None, running, first_losses: vec![] }) {
            Ok(()) => observe(Event::CheckpointSaved),
            Err(problem) => observe(Event::CheckpointFailed(&problem)),
        }
        timer.restart();
    }

    /// Makes one step, and returns the mean loss of its rows.
    fn advance(
        &mut self,
        engine: &mut dyn Engine,
        epoch: u64,
        rows: &[u32],
        batch: &Batch,
    ) -> Result<f64, FailureCause> {
        let Training { plan, spec, .. } = self.training;
        let key = StepKey { seed: spec.seed, step: self.step, epoch };
        let non_finite = |place| FailureCause::NonFinite { epoch, step: key.step + 1, place };
        let pool = engine.pool();
        let result = self.balancer.step(engine, &self.params, batch, key)?;
        if !result.loss.is_finite() {
            let place = engine.first_non_finite(&self.params, batch, key)?;
            return Err(non_finite(NonFinite::Loss(place)));
        }
        let loss = result.loss;
        let totals = &mut self.totals;
        totals.rows += batch.rows;
        let weight = batch.weight();
        totals.weight += weight;
        totals.loss += loss * weight;
        totals.errors += result.errors;
        totals.violations += result.violations;
        totals.lr = update_rule(&spec.optimizer).learning_rate() * spec.schedule.factor(key.step, self.extent);

        // The engine no longer holds the weights, so this changes them in place; if the best model shares
        // them, they are copied here.
        let params = Arc::make_mut(&mut self.params);
        let norm = pool.install(|| self.optimizer.step(&mut params.values, result.gradients, self.totals.lr));
        if !norm.is_finite() {
            self.sound = false;
            return Err(non_finite(NonFinite::Gradient(first_non_finite(plan, result.gradients))));
        }
        fold_moments(plan, params, &result.moments);
        self.past.add(rows, &result.row_losses);
        self.step += 1;
        Ok(loss)
    }

    /// Estimates anew how components are balanced, where that is due.
    fn balance(&mut self, engine: &dyn Engine, epoch: u64) -> Result<(), ExecError> {
        let Training { train, valid, .. } = self.training;
        self.balancer.after_epoch(engine, &self.params, epoch, train, valid)
    }

    /// Ends an epoch: measures the validation split, and keeps the model if it is the best so far.
    fn measure(
        &mut self,
        engine: &dyn Engine,
        epoch: u64,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), ExecError> {
        let valid = match self.training.valid {
            Some(rows) => Some(evaluate(engine, &self.params, &self.training.plan.loss, rows)?.scores),
            None => None,
        };
        let best = self.selection.observe(epoch, valid.as_ref());
        if best && let Some(selected) = self.selection.best() {
            self.best = Some(BestModel { selected, params: Arc::clone(&self.params) });
        }
        let totals = std::mem::take(&mut self.totals);
        let boosted = self.training.plan.loss.combination.is_boosted();
        let record = EpochRecord {
            component: None,
            epoch,
            step: self.step,
            lr: totals.lr,
            train_loss: totals.mean_loss(),
            train_error: totals.errors as f64 / totals.rows as f64,
            violations: boosted.then_some(totals.violations as u64),
            valid,
            seconds: self.seconds_before + self.began.elapsed().as_secs_f64(),
            best,
        };
        observe(Event::EpochEnded(&record));
        self.history.push(record);
        Ok(())
    }

    fn finish(
        self,
        engine: &dyn Engine,
        stop: StopReason,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<Trained, Box<TrainingFailure>> {
        observe(Event::Ended(stop));
        let (best_epoch, params) = match &self.best {
            Some(best) => (best.selected.epoch, Arc::clone(&best.params)),
            None => (0, Arc::clone(&self.params)),
        };
        let best = self.history.iter().find(|record| record.epoch == best_epoch);
        let measured = best.and_then(|record| record.valid.clone());
        match conclude(engine, params, &self.training, measured) {
            Ok(Concluded { params, decision, calibration, valid, test }) => {
                let seconds = self.seconds_before + self.began.elapsed().as_secs_f64();
                let history = self.history;
                Ok(Trained { params, best_epoch, history, stop, seconds, decision, calibration, valid, test })
            }
            Err(error) => Err(self.fail(error.into())),
        }
    }

    fn fail(self, cause: FailureCause) -> Box<TrainingFailure> {
        let finite = self.sound && self.params.values.iter().all(|value| value.is_finite());
        let kept = match self.best {
            Some(best) => Some(LastModel { params: best.params, epoch: Some(best.selected.epoch) }),
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
