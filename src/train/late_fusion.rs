//! Late fusion: each component is trained separately, on the rows that have its modalities, with its own clipping, its
//! own stopping and its own best epoch; the combiner is fitted afterwards, on held-out rows.

use super::checkpoint::{Checkpoint, CheckpointPolicy, FinishedComponents};
use super::conclude::{Concluded, conclude};
use super::failure::{FailureCause, NonFinite, TrainingFailure};
use super::{BatchSource, Event, StopReason, Trained, Training, evaluate, train};
use crate::data::Draw;
use crate::exec::{Engine, ExecError, Params};
use crate::fusion::HeldOutRows;
use crate::plan::{Batch, Component, ParamId, Plan};
use crate::spec::{CalibrationMethod, TrainSpec};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// Starts an engine for a plan.
pub type Start<'a> = dyn Fn(Arc<Plan>) -> Result<Box<dyn Engine>, ExecError> + 'a;

/// Trains a plan as its combination requires: `late` one component after the other, everything else as a whole.
pub fn fit(
    start: &Start<'_>,
    params: Params,
    training: Training<'_>,
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<Trained, Box<TrainingFailure>> {
    if training.plan.loss.combination.trains_components_separately() {
        return train_components(start, params, training, observe);
    }
    match start(Arc::new(training.plan.clone())) {
        Ok(mut engine) => train(engine.as_mut(), params, training, observe),
        Err(error) => Err(failed(FailureCause::Exec(error))),
    }
}

fn train_components(
    start: &Start<'_>,
    params: Params,
    training: Training<'_>,
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<Trained, Box<TrainingFailure>> {
    let Training { plan, interrupt, resume, checkpoints, .. } = training;
    if let Some(cause) = shared(plan) {
        return Err(failed(cause));
    }
    let components = plan.loss.components.len();
    let none = || FinishedComponents { count: 0, params, history: vec![], stop: StopReason::Completed };
    let mut finished = resume.and_then(|checkpoint| checkpoint.finished.clone()).unwrap_or_else(none);
    let mut resume = resume;
    // A component counts its own seconds from 0; those of the whole training go on.
    let mut seconds = finished.history.last().map_or(0.0, |record| record.seconds);
    for (index, component) in plan.loss.components.iter().enumerate().skip(finished.count) {
        if interrupt.load(Ordering::Relaxed) {
            return Err(failed(FailureCause::Interrupted { component: component.name.clone() }));
        }
        observe(Event::Component { name: &component.name, number: index + 1, of: components });
        let alone = plan.subplan(index);
        let with_inputs = |rows| ComponentRows::new(rows, plan, component, &alone);
        let (train_rows, valid) = (with_inputs(training.train), training.valid.map(with_inputs));
        let valid = valid.as_ref().map(|rows| rows as &dyn BatchSource).filter(|rows| !rows.is_empty());
        let save = checkpoints.map(|CheckpointPolicy { save, .. }| {
            let finished = &finished;
            move |own: Checkpoint| save(Checkpoint { finished: Some(finished.clone()), ..own })
        });
        // Only the whole is calibrated.
        let spec = &TrainSpec { calibrate: CalibrationMethod::None, ..training.spec.clone() };
        let own = Training {
            plan: &alone,
            spec,
            train: &train_rows,
            valid,
            calib: None,
            test: None,
            resume: resume.take(),
            checkpoints: checkpoints
                .zip(save.as_ref())
                .map(|(policy, save)| CheckpointPolicy { interval: policy.interval, save }),
            ..training
        };
        let begin = moved(plan, &finished.params, &alone, Params::zeros(&alone));
        let mut engine = start(Arc::new(alone.clone())).map_err(|error| failed(FailureCause::Exec(error)))?;
        let trained = train(engine.as_mut(), begin, own, &mut |event| match event {
            Event::EpochEnded(record) => {
                let mut record = record.clone();
                record.component = Some(component.name.clone());
                record.seconds += seconds;
                observe(Event::EpochEnded(&record));
            }
            event => observe(event),
        });
        let trained = trained.map_err(|failure| of_component(*failure, &alone, plan))?;
        let own = trained.history.into_iter().map(|mut record| {
            record.component = Some(component.name.clone());
            record.seconds += seconds;
            record.best = record.epoch == trained.best_epoch;
            record
        });
        finished.count += 1;
        finished.stop = trained.stop;
        finished.history.extend(own);
        seconds += trained.seconds;
        finished.params = moved(&alone, &trained.params, plan, finished.params);
    }
    let FinishedComponents { mut params, history, stop, .. } = finished;
    let began = Instant::now();
    let engine = start(Arc::new(plan.clone())).map_err(|error| failed(FailureCause::Exec(error)))?;
    if let Some((weight, bias)) = plan.loss.combiner {
        let Some(valid) = training.valid.filter(|rows| !rows.is_empty()) else {
            return Err(failed(FailureCause::NoHeldOut));
        };
        let found = measured(engine.as_ref(), &params, plan, valid)?;
        let held_out = HeldOutRows {
            classes: found.decisions.classes,
            neg_log_p: found.decisions.components.iter().map(|component| component.neg_log_p.as_slice()).collect(),
            labels: valid.labels(),
            weights: valid.weights(),
        };
        let fitted = plan.loss.combination.fit(&held_out).unwrap_or_default();
        for (id, numbers) in [(weight, fitted.weights), (bias, fitted.bias)] {
            let range = params.range(id);
            params.values[range].iter_mut().zip(numbers).for_each(|(to, from)| *to = from as f32);
        }
    }
    let concluded = conclude(engine.as_ref(), Arc::new(params), &training, None);
    let Concluded { params, decision, calibration, valid, test } = concluded.map_err(|error| failed(error.into()))?;
    let seconds = seconds + began.elapsed().as_secs_f64();
    Ok(Trained { params, best_epoch: 0, history, stop, seconds, decision, calibration, valid, test })
}

/// The failure of a component's training as one of the whole: its model is not one of the whole, and its parameters and
/// steps have other numbers there.
fn of_component(failure: TrainingFailure, alone: &Plan, plan: &Plan) -> Box<TrainingFailure> {
    let param = |id: ParamId| {
        let own = alone.params.get(id)?;
        plan.params.iter().position(|other| other.name == own.name)
    };
    let step = |index: usize| {
        let own = alone.steps.get(index)?;
        plan.steps.iter().position(|other| other.makes == own.makes)
    };
    let cause = match failure.cause {
        FailureCause::NonFinite { epoch, step: at, place } => {
            let place = match place {
                NonFinite::Loss(index) => NonFinite::Loss(index.and_then(step)),
                NonFinite::Gradient(id) => NonFinite::Gradient(id.and_then(param)),
            };
            FailureCause::NonFinite { epoch, step: at, place }
        }
        FailureCause::Exec(ExecError::OutOfMemory { index, step: name }) => {
            let index = step(index).unwrap_or(plan.steps.len());
            FailureCause::Exec(ExecError::OutOfMemory { index, step: name })
        }
        cause => cause,
    };
    Box::new(TrainingFailure { cause, kept: None, ..failure })
}

fn measured(
    engine: &dyn Engine,
    params: &Params,
    plan: &Plan,
    rows: &dyn BatchSource,
) -> Result<super::Evaluation, Box<TrainingFailure>> {
    evaluate(engine, &Arc::new(params.clone()), &plan.loss, rows).map_err(|error| failed(FailureCause::Exec(error)))
}

/// Two components that need one parameter.
fn shared(plan: &Plan) -> Option<FailureCause> {
    let mut owners: Vec<Option<usize>> = vec![None; plan.params.len()];
    for index in 0..plan.loss.components.len() {
        for spec in plan.subplan(index).params {
            let param = plan.params.iter().position(|other| other.name == spec.name)?;
            let owner = *owners[param].get_or_insert(index);
            if owner != index {
                let components = [owner, index].map(|index| plan.loss.components[index].name.clone());
                return Some(FailureCause::Shared { components, param });
            }
        }
    }
    None
}

fn failed(cause: FailureCause) -> Box<TrainingFailure> {
    Box::new(TrainingFailure { cause, history: vec![], kept: None })
}

/// The weights and buffers of one plan under the same names in another.
pub fn moved(from: &Plan, params: &Params, to: &Plan, mut into: Params) -> Params {
    for (id, spec) in to.params.iter().enumerate() {
        if let Some(source) = from.params.iter().position(|other| other.name == spec.name) {
            let range = into.range(id);
            into.values[range].copy_from_slice(params.get(source));
        }
    }
    for (spec, buffer) in to.buffers.iter().zip(&mut into.buffers) {
        if let Some(source) = from.buffers.iter().position(|other| other.name == spec.name) {
            buffer.clone_from(&params.buffers[source]);
        }
    }
    into
}

/// The rows that have all that a component needs, with the inputs that its plan reads.
struct ComponentRows<'a> {
    rows: &'a dyn BatchSource,
    which: Vec<u32>,
    labels: Vec<u32>,
    weights: Vec<f64>,
    /// The inputs of the component's plan by their places in the whole plan.
    inputs: Vec<usize>,
}

impl<'a> ComponentRows<'a> {
    fn new(rows: &'a dyn BatchSource, plan: &Plan, component: &Component, alone: &Plan) -> Self {
        let inputs = alone.inputs.iter().filter_map(|own| plan.inputs.iter().position(|input| input.name == own.name));
        let inputs = inputs.collect();
        let mut which: Vec<u32> = (0..u32::try_from(rows.len()).unwrap_or(u32::MAX)).collect();
        if component.inputs.iter().any(|input| plan.inputs[*input].optional) {
            const AT_ONCE: usize = 1024;
            let mut batch = Batch::default();
            which = which
                .chunks(AT_ONCE)
                .flat_map(|part| {
                    rows.fill(part, &mut batch);
                    let has = |row: usize| {
                        component.inputs.iter().all(|input| batch.present[*input].as_ref().is_none_or(|mask| mask[row]))
                    };
                    part.iter().enumerate().filter(|(row, _)| has(*row)).map(|(_, id)| *id).collect::<Vec<_>>()
                })
                .collect();
        }
        let labels = which.iter().map(|row| rows.labels()[*row as usize]).collect();
        let weights = match rows.weights() {
            [] => vec![],
            weights => which.iter().map(|row| weights[*row as usize]).collect(),
        };
        Self { rows, which, labels, weights, inputs }
    }
}

impl BatchSource for ComponentRows<'_> {
    fn len(&self) -> usize {
        self.which.len()
    }

    fn labels(&self) -> &[u32] {
        &self.labels
    }

    fn weights(&self) -> &[f64] {
        &self.weights
    }

    fn fill(&self, rows: &[u32], batch: &mut Batch) {
        self.part_of(rows, batch, |rows, whole| self.rows.fill(rows, whole));
    }

    fn fill_training(&self, rows: &[u32], batch: &mut Batch, draw: Draw) {
        self.part_of(rows, batch, |rows, whole| self.rows.fill_training(rows, whole, draw));
    }
}

impl ComponentRows<'_> {
    /// The part of a batch of all inputs that the component's plan reads.
    fn part_of(&self, rows: &[u32], batch: &mut Batch, fill: impl FnOnce(&[u32], &mut Batch)) {
        let rows: Vec<u32> = rows.iter().map(|row| self.which[*row as usize]).collect();
        let mut whole = Batch::default();
        fill(&rows, &mut whole);
        batch.rows = whole.rows;
        batch.labels = whole.labels;
        batch.weights = whole.weights;
        batch.inputs = self.inputs.iter().map(|input| std::mem::take(&mut whole.inputs[*input])).collect();
        batch.present = self.inputs.iter().map(|input| whole.present[*input].take()).collect();
    }
}
