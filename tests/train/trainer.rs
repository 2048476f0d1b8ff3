//! The training loop: learning, selection of the best epoch, early stopping, failures, repeatability.

use super::softmax_regression::{Fault, Regression, Table, regression_plan};
use mmc::diag::{Code, Span};
use mmc::exec::Params;
use mmc::plan::Plan;
use mmc::spec::{
    CalibrationMethod, Curve, Init, Metric, OptimizerSpec, Patience, Period, Schedule, SgdSpec, TrainSpec,
    TrainingLength,
};
use mmc::train::{BatchSource, Event, StopReason, Trained, Training, TrainingFailure, train};
use std::sync::atomic::{AtomicBool, Ordering};

fn spec(length: TrainingLength) -> TrainSpec {
    TrainSpec {
        combine: None,
        optimizer: OptimizerSpec::Sgd(SgdSpec { lr: 0.2, momentum: 0.9, nesterov: false, weight_decay: 1e-4 }),
        schedule: Schedule { warmup: 0, curve: Curve::Exponential { factor: 0.5, every: Period::Epoch } },
        clip_norm: Some(5.0),
        batch_size: 32,
        length,
        stop: None,
        seed: 3,
        init: Init::Scaled,
        calibrate: CalibrationMethod::None,
        modality_dropout: 0.0,
        class_weights: None,
        balance: None,
        cml: None,
        span: Span::default(),
    }
}

fn patience(epochs: u64, metric: Metric) -> Option<Patience> {
    Some(Patience { epochs, metric, span: Span::default() })
}

/// A training on three Gaussian clouds, with the settings that tests change.
struct Case {
    plan: Plan,
    spec: TrainSpec,
    engine: Regression,
    train: Table,
    valid: Option<Table>,
    test: Option<Table>,
    interrupt_after: Option<u64>,
    steps: Vec<(u64, u64, usize)>,
    started: Option<(u64, u64)>,
    ended: Option<StopReason>,
}

impl Case {
    fn new(length: TrainingLength) -> Self {
        Self {
            plan: regression_plan(2, 3),
            spec: spec(length),
            engine: Regression::new(2, 3),
            train: Table::clouds(200, 3, 1),
            valid: Some(Table::clouds(90, 3, 2)),
            test: Some(Table::clouds(120, 3, 3)),
            interrupt_after: None,
            steps: vec![],
            started: None,
            ended: None,
        }
    }

    fn run(&mut self) -> Result<Trained, Box<TrainingFailure>> {
        let interrupt = AtomicBool::new(false);
        let Self { plan, spec, engine, train: rows, valid, test, interrupt_after, steps, started, ended } = self;
        let training = Training {
            plan,
            spec,
            train: rows,
            valid: valid.as_ref().map(|table| table as &dyn BatchSource),
            calib: None,
            test: test.as_ref().map(|table| table as &dyn BatchSource),
            interrupt: &interrupt,
            resume: None,
            checkpoints: None,
        };
        train(engine, Params::zeros(plan), training, &mut |event| match event {
            Event::Started { epochs, steps_per_epoch } => *started = Some((epochs, steps_per_epoch)),
            Event::Stepped { epoch, step, rows, .. } => {
                steps.push((epoch, step, rows));
                interrupt.store(interrupt_after.is_some_and(|after| steps.len() as u64 >= after), Ordering::Relaxed);
            }
            Event::EpochEnded(_) | Event::Component { .. } | Event::CheckpointSaved | Event::CheckpointFailed(_) => {}
            Event::Ended(reason) => *ended = Some(reason),
        })
    }
}

#[test]
fn learns_to_separate_the_clouds() {
    let mut case = Case::new(TrainingLength::Epochs(8));
    let trained = case.run().unwrap();
    let scores = trained.test.unwrap().scores;
    assert!(scores.error < 0.2, "error {}", scores.error);
    assert!(scores.auc.unwrap() > 0.9);
    assert!(trained.history[7].train_loss < trained.history[0].train_loss);
    assert_eq!((trained.stop, case.ended), (StopReason::Completed, Some(StopReason::Completed)));
}

#[test]
fn an_epoch_reads_every_row_once_and_keeps_the_last_partial_batch() {
    let mut case = Case::new(TrainingLength::Epochs(2));
    let trained = case.run().unwrap();
    let rows: Vec<usize> = case.steps.iter().map(|(_, _, rows)| *rows).collect();
    assert_eq!(rows, [32, 32, 32, 32, 32, 32, 8, 32, 32, 32, 32, 32, 32, 8]);
    assert_eq!(case.started, Some((2, 7)));
    assert_eq!(case.steps[7], (2, 1, 32));
    assert_eq!(trained.history.iter().map(|record| record.step).collect::<Vec<_>>(), [7, 14]);
    assert!(case.engine.keys.iter().enumerate().all(|(at, key)| key.step == at as u64 && key.seed == 3));
}

#[test]
fn the_learning_rate_follows_the_schedule() {
    let trained = Case::new(TrainingLength::Epochs(3)).run().unwrap();
    assert_eq!(trained.history.iter().map(|record| record.lr).collect::<Vec<_>>(), [0.2, 0.1, 0.05]);
}

#[test]
fn iterations_end_within_an_epoch_which_is_then_measured() {
    let mut case = Case::new(TrainingLength::Iterations(10));
    let trained = case.run().unwrap();
    assert_eq!(case.started, Some((2, 7)));
    assert_eq!(case.steps.len(), 10);
    assert_eq!(trained.history.iter().map(|record| record.step).collect::<Vec<_>>(), [7, 10]);
}

#[test]
fn the_same_inputs_give_the_same_bits_and_another_seed_others() {
    let weights = |seed| {
        let mut case = Case::new(TrainingLength::Epochs(3));
        case.spec.seed = seed;
        let trained = case.run().unwrap();
        let losses: Vec<u64> = trained.history.iter().map(|record| record.train_loss.to_bits()).collect();
        (trained.params.values.iter().map(|w| w.to_bits()).collect::<Vec<_>>(), losses)
    };
    assert_eq!(weights(3), weights(3));
    assert_ne!(weights(3), weights(4));
}

#[test]
fn the_best_epoch_by_validation_is_kept_and_tested_once() {
    let mut case = Case::new(TrainingLength::Epochs(12));
    // The learning rate is so large that the loss oscillates and the best epoch is not the last.
    case.spec.optimizer = OptimizerSpec::Sgd(SgdSpec { lr: 30.0, momentum: 0.9, nesterov: false, weight_decay: 0.0 });
    case.spec.schedule.curve = Curve::Constant;
    case.spec.clip_norm = None;
    let trained = case.run().unwrap();
    let errors: Vec<f64> = trained.history.iter().map(|record| record.valid.as_ref().unwrap().error).collect();
    let least = errors.iter().copied().fold(f64::INFINITY, f64::min);
    let first = errors.iter().position(|error| *error == least).unwrap();
    assert_eq!(trained.best_epoch, first as u64 + 1);
    assert!(trained.best_epoch < 12, "the case must have its best epoch before the last");
    assert_eq!(trained.history.iter().rposition(|record| record.best), Some(first));
    assert_eq!(case.engine.evaluated.load(Ordering::Relaxed), 12 * 90 + 120);

    // The same training cut off at the best epoch ends with the weights that were kept.
    let mut short = Case::new(TrainingLength::Epochs(trained.best_epoch));
    short.spec = TrainSpec { length: short.spec.length, ..case.spec.clone() };
    assert_eq!(short.run().unwrap().params, trained.params);
}

#[test]
fn without_validation_the_last_epoch_is_kept() {
    let mut case = Case::new(TrainingLength::Epochs(3));
    case.valid = None;
    case.test = None;
    case.spec.stop = patience(1, Metric::Error);
    let trained = case.run().unwrap();
    assert_eq!((trained.best_epoch, trained.stop), (3, StopReason::Completed));
    assert!(trained.test.is_none() && trained.history.iter().all(|record| record.best && record.valid.is_none()));
}

#[test]
fn patience_stops_after_as_many_epochs_without_improvement() {
    let mut case = Case::new(TrainingLength::Epochs(50));
    // With a learning rate of 0 every epoch equals the first, which is kept.
    case.spec.optimizer = OptimizerSpec::Sgd(SgdSpec { lr: 0.0, momentum: 0.0, nesterov: false, weight_decay: 0.0 });
    for metric in Metric::ALL {
        case.spec.stop = patience(4, metric);
        let trained = case.run().unwrap();
        assert_eq!((trained.best_epoch, trained.history.len()), (1, 5), "{}", metric.as_str());
        assert_eq!(trained.stop, StopReason::Patience);
    }
}

#[test]
fn an_interrupt_ends_after_the_step_and_keeps_what_was_learned() {
    let mut case = Case::new(TrainingLength::Epochs(50));
    case.interrupt_after = Some(10);
    let trained = case.run().unwrap();
    assert_eq!((case.steps.len(), trained.stop), (10, StopReason::Interrupted));
    assert_eq!(trained.history.iter().map(|record| record.step).collect::<Vec<_>>(), [7, 10]);
    assert!(trained.test.is_some());

    let mut case = Case::new(TrainingLength::Epochs(50));
    case.interrupt_after = Some(1);
    assert_eq!(case.run().unwrap().best_epoch, 1);
}

#[test]
fn a_loss_that_is_not_finite_halts_and_keeps_the_best_model_so_far() {
    let mut case = Case::new(TrainingLength::Epochs(50));
    case.engine.fault = Fault::Loss(9);
    let halted = case.run().unwrap_err();
    let problem = halted.cause.problem(&case.plan);
    assert_eq!(problem.code, Code::NonFinite);
    assert_eq!(problem.message, "the training loss became infinite or not a number at step 10 (epoch 2)");
    assert_eq!(problem.place(), Some(case.plan.steps[1].span));
    assert!(problem.labels[0].message.contains("`net.0 linear`"));
    assert_eq!(halted.history.len(), 1);
    let kept = halted.kept.unwrap();
    assert_eq!(kept.epoch, Some(1));
    assert_eq!(kept.params, Case::new(TrainingLength::Epochs(1)).run().unwrap().params);
}

#[test]
fn before_any_epoch_is_measured_the_weights_before_the_failing_step_are_kept() {
    let mut case = Case::new(TrainingLength::Epochs(50));
    case.engine.fault = Fault::Loss(3);
    let kept = case.run().unwrap_err().kept.unwrap();
    assert_eq!(kept.epoch, None);
    assert_eq!(kept.params, Case::new(TrainingLength::Iterations(3)).run().unwrap().params);
}

#[test]
fn a_gradient_that_is_not_finite_halts_and_names_the_parameter() {
    let mut case = Case::new(TrainingLength::Epochs(50));
    case.engine.fault = Fault::Gradient(8);
    let halted = case.run().unwrap_err();
    let problem = halted.cause.problem(&case.plan);
    assert_eq!(problem.message, "the gradient became infinite or not a number at step 9 (epoch 2)");
    assert_eq!(problem.labels[0].message, "the gradient of `net.0.bias` is not finite");
    assert!(halted.kept.unwrap().params.values.iter().all(|value| value.is_finite()));

    case.engine.fault = Fault::Gradient(2);
    assert!(case.run().unwrap_err().kept.is_none());
}

#[test]
fn running_out_of_memory_points_at_the_line() {
    let mut case = Case::new(TrainingLength::Epochs(2));
    case.engine.fault = Fault::Memory(0);
    let problem = case.run().unwrap_err().cause.problem(&case.plan);
    assert_eq!((problem.code, problem.place()), (Code::OutOfMemory, Some(case.plan.steps[1].span)));
}

#[test]
fn no_rows_to_train_on_is_a_problem() {
    let mut case = Case::new(TrainingLength::Epochs(2));
    case.train = Table::clouds(0, 3, 1);
    assert_eq!(case.run().unwrap_err().cause.problem(&case.plan).code, Code::TooFewRows);
}

#[test]
fn moments_are_folded_into_the_buffers() {
    let mut case = Case::new(TrainingLength::Iterations(2));
    case.spec.batch_size = 200;
    case.valid = None;
    let trained = case.run().unwrap();
    // Both batches hold all rows, and the momentum of the statistics is a quarter.
    for input in 0..2 {
        let mean = case.train.cells.iter().skip(input).step_by(2).sum::<f32>() / 200.0;
        let expected = mean * (0.25 + 0.75 * 0.25);
        assert!((trained.params.buffer(0)[input] - expected).abs() < 1e-6);
    }
}
