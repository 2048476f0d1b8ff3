//! Checkpoints: a training that continues from any of them gives the bits of one that was never interrupted, and a file
//! with a changed byte is rejected.

use super::softmax_regression::{Fault, Regression, Table, regression_plan};
use mmc::diag::{Code, Problem, Span};
use mmc::exec::Params;
use mmc::plan::Plan;
use mmc::spec::{
    AdamSpec, CalibrationMethod, Curve, Init, Metric, OptimizerSpec, Patience, Schedule, SgdSpec, TrainSpec,
    TrainingLength,
};
use mmc::train::{
    BatchSource, Checkpoint, CheckpointInterval, CheckpointPolicy, Event, StopReason, Trained, Training,
    checkpoint_bytes, read_checkpoint, train,
};
use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

fn sgd() -> OptimizerSpec {
    OptimizerSpec::Sgd(SgdSpec { lr: 0.2, momentum: 0.9, nesterov: false, weight_decay: 1e-4 })
}

fn adam() -> OptimizerSpec {
    OptimizerSpec::Adam(AdamSpec { lr: 0.05, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 1e-3, decoupled: true })
}

fn spec(optimizer: OptimizerSpec, length: TrainingLength) -> TrainSpec {
    TrainSpec {
        combine: None,
        optimizer,
        schedule: Schedule { warmup: 3, curve: Curve::Cosine { floor: 0.1 } },
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

/// A training with everything that tests vary.
struct Case {
    plan: Plan,
    spec: TrainSpec,
    valid: bool,
    /// Whether rows weigh 0 to 4.
    weighted: bool,
    interval: CheckpointInterval,
}

/// The results of a run of a case.
struct Outcome {
    trained: Trained,
    checkpoints: Vec<Checkpoint>,
    failures: usize,
}

impl Case {
    fn new(spec: TrainSpec) -> Self {
        Self { plan: regression_plan(2, 3), spec, valid: true, weighted: false, interval: CheckpointInterval::Steps(1) }
    }

    /// Trains from `resume`, and is interrupted after so many steps.
    fn run(&self, resume: Option<&Checkpoint>, interrupt_after: Option<usize>) -> Outcome {
        let saved = RefCell::new(vec![]);
        let save = |checkpoint: Checkpoint| {
            saved.borrow_mut().push(checkpoint);
            Ok(())
        };
        let mut outcome = self.run_saving(resume, interrupt_after, &save);
        outcome.checkpoints = saved.into_inner();
        outcome
    }

    fn run_saving(
        &self,
        resume: Option<&Checkpoint>,
        interrupt_after: Option<usize>,
        save: &dyn Fn(Checkpoint) -> Result<(), Problem>,
    ) -> Outcome {
        let interrupt = AtomicBool::new(false);
        let (mut rows, valid, test) = (Table::clouds(200, 3, 1), Table::clouds(90, 3, 2), Table::clouds(120, 3, 3));
        if self.weighted {
            rows.weights = (0..200).map(|row| f64::from(row % 5)).collect();
        }
        let mut engine = Regression::new(2, 3);
        engine.fault = Fault::None;
        let training = Training {
            plan: &self.plan,
            spec: &self.spec,
            train: &rows,
            valid: self.valid.then_some(&valid as &dyn BatchSource),
            calib: None,
            test: Some(&test),
            interrupt: &interrupt,
            resume,
            checkpoints: Some(CheckpointPolicy { interval: self.interval, save }),
        };
        let (mut steps, mut failures) = (0, 0);
        let trained = train(&mut engine, Params::zeros(&self.plan), training, &mut |event| match event {
            Event::Stepped { .. } => {
                steps += 1;
                interrupt.store(interrupt_after.is_some_and(|after| steps >= after), Ordering::Relaxed);
            }
            Event::CheckpointFailed(_) => failures += 1,
            _ => {}
        });
        Outcome { trained: trained.unwrap(), checkpoints: vec![], failures }
    }
}

/// All bits of a result except its times.
fn bits(trained: &Trained) -> (Vec<u32>, Vec<String>, u64, StopReason, String) {
    let params = trained.params.values.iter().chain(trained.params.buffers.iter().flatten());
    let history = trained.history.iter().map(|record| {
        let mut record = record.clone();
        record.seconds = 0.0;
        format!("{record:?}")
    });
    let scores = format!("{:?} {:?}", trained.valid, trained.test.as_ref().map(|test| &test.scores));
    (params.map(|number| number.to_bits()).collect(), history.collect(), trained.best_epoch, trained.stop, scores)
}

/// A checkpoint read back from its file.
fn through_file(plan: &Plan, checkpoint: &Checkpoint) -> Checkpoint {
    let bytes = checkpoint_bytes(plan, "key", checkpoint).unwrap();
    let read = read_checkpoint(&bytes, plan, "key").unwrap();
    assert_eq!(format!("{read:?}"), format!("{checkpoint:?}"));
    read
}

/// Continues from every checkpoint, and compares with the training that was not interrupted.
#[track_caller]
fn assert_every_checkpoint_continues(case: &Case, least: usize) {
    let whole = case.run(None, None);
    let expected = bits(&whole.trained);
    assert!(whole.checkpoints.len() >= least, "{}", whole.checkpoints.len());
    for (at, checkpoint) in whole.checkpoints.iter().enumerate() {
        let read = through_file(&case.plan, checkpoint);
        let resumed = case.run(Some(&read), None);
        assert_eq!(bits(&resumed.trained), expected, "from checkpoint {at}");
    }
}

#[test]
fn every_step_of_sgd_continues_with_the_same_bits() {
    assert_every_checkpoint_continues(&Case::new(spec(sgd(), TrainingLength::Epochs(4))), 28);
}

#[test]
fn every_step_of_adam_continues_with_the_same_bits() {
    assert_every_checkpoint_continues(&Case::new(spec(adam(), TrainingLength::Epochs(3))), 21);
}

#[test]
fn a_last_epoch_that_is_partial_continues() {
    assert_every_checkpoint_continues(&Case::new(spec(sgd(), TrainingLength::Iterations(17))), 17);
}

#[test]
fn the_mean_loss_of_weighted_rows_continues_within_an_epoch() {
    let mut case = Case::new(spec(sgd(), TrainingLength::Epochs(3)));
    let plain = case.run(None, None).trained.history[0].train_loss;
    case.weighted = true;
    assert_ne!(case.run(None, None).trained.history[0].train_loss, plain);
    assert_every_checkpoint_continues(&case, 21);
}

#[test]
fn early_stopping_continues() {
    let mut case = Case::new(spec(sgd(), TrainingLength::Epochs(40)));
    case.spec.stop = Some(Patience { epochs: 2, metric: Metric::Error, span: Span::default() });
    assert_eq!(case.run(None, None).trained.stop, StopReason::Patience, "the case must stop early");
    assert_every_checkpoint_continues(&case, 14);
}

#[test]
fn without_validation_rows_the_last_epoch_continues() {
    let mut case = Case::new(spec(sgd(), TrainingLength::Epochs(2)));
    case.valid = false;
    // A value that was never measured is NaN, and stays so.
    assert!(case.run(None, None).checkpoints.last().unwrap().running.best.as_ref().unwrap().selected.value.is_nan());
    assert_every_checkpoint_continues(&case, 14);
}

#[test]
fn an_interrupt_at_any_step_continues_also_twice_within_one_epoch() {
    let case = Case::new(TrainSpec { batch_size: 50, ..spec(adam(), TrainingLength::Epochs(2)) });
    let expected = bits(&case.run(None, None).trained);
    for first in 1..=7 {
        let interrupted = case.run(None, Some(first));
        assert_eq!(interrupted.trained.stop, StopReason::Interrupted);
        let checkpoint = through_file(&case.plan, interrupted.checkpoints.last().unwrap());
        assert_eq!(checkpoint.running.step, first as u64);
        let again = case.run(Some(&checkpoint), Some(1));
        let checkpoint = through_file(&case.plan, again.checkpoints.last().unwrap());
        assert_eq!(checkpoint.running.step, first as u64 + 1);
        assert_eq!(bits(&case.run(Some(&checkpoint), None).trained), expected, "interrupted after step {first}");
    }
}

#[test]
fn more_epochs_continue_a_training_that_has_ended() {
    let with = |length| {
        let mut case = Case::new(spec(sgd(), length));
        case.spec.schedule = Schedule { warmup: 3, curve: Curve::Constant };
        case
    };
    for (short, long) in [
        (TrainingLength::Epochs(2), TrainingLength::Epochs(5)),
        (TrainingLength::Iterations(10), TrainingLength::Epochs(3)),
    ] {
        let ended = with(short).run(None, None).checkpoints.pop().unwrap();
        let long = with(long);
        assert_eq!(bits(&long.run(Some(&ended), None).trained), bits(&long.run(None, None).trained));
    }
}

#[test]
fn the_interval_decides_when_a_state_is_saved() {
    let mut case = Case::new(spec(sgd(), TrainingLength::Epochs(4)));
    let mut steps = |interval| {
        case.interval = interval;
        case.run(None, None).checkpoints.iter().map(|checkpoint| checkpoint.running.step).collect::<Vec<_>>()
    };
    // The last one is from the end of the training.
    assert_eq!(steps(CheckpointInterval::Steps(10)), [10, 20, 28]);
    assert_eq!(steps(CheckpointInterval::Epochs(2)), [14, 28, 28]);
    assert_eq!(steps(CheckpointInterval::Time(Duration::from_secs(1_000_000))), [28]);
    assert_eq!(steps(CheckpointInterval::Time(Duration::ZERO)).len(), 28 + 4 + 1);
}

#[test]
fn a_checkpoint_that_cannot_be_saved_changes_nothing_else() {
    let case = Case::new(spec(sgd(), TrainingLength::Epochs(2)));
    let failing = case.run_saving(None, None, &|_| Err(Problem::error(Code::WriteFailed, "no room")));
    assert_eq!(failing.failures, 15);
    assert_eq!(bits(&failing.trained), bits(&case.run(None, None).trained));
}

#[test]
fn a_file_with_any_byte_changed_or_cut_off_is_refused() {
    let case = Case::new(spec(adam(), TrainingLength::Epochs(1)));
    let checkpoint = case.run(None, None).checkpoints.pop().unwrap();
    let bytes = checkpoint_bytes(&case.plan, "key", &checkpoint).unwrap();
    for at in 0..bytes.len() {
        for flip in [0x01, 0x80] {
            let mut changed = bytes.clone();
            changed[at] ^= flip;
            let found = read_checkpoint(&changed, &case.plan, "key");
            assert!(found.is_err(), "byte {at} of {}: {found:?}", bytes.len());
        }
    }
    for length in 0..bytes.len() {
        assert!(read_checkpoint(&bytes[..length], &case.plan, "key").is_err(), "cut to {length} bytes");
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    assert!(read_checkpoint(&longer, &case.plan, "key").is_err());
}

#[test]
fn a_checkpoint_of_another_training_or_plan_is_refused() {
    let case = Case::new(spec(sgd(), TrainingLength::Epochs(1)));
    let checkpoint = case.run(None, None).checkpoints.pop().unwrap();
    let bytes = checkpoint_bytes(&case.plan, "key", &checkpoint).unwrap();
    assert!(read_checkpoint(&bytes, &case.plan, "other").unwrap_err().contains("another training"));
    assert!(read_checkpoint(&bytes, &regression_plan(3, 3), "key").unwrap_err().contains("another shape"));
}

#[test]
fn the_same_state_is_the_same_file() {
    let case = Case::new(spec(sgd(), TrainingLength::Epochs(1)));
    let checkpoint = case.run(None, None).checkpoints.pop().unwrap();
    let bytes = || checkpoint_bytes(&case.plan, "key", &checkpoint).unwrap();
    assert_eq!(bytes(), bytes());
}
