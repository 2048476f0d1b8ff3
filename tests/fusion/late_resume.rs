//! Late fusion continues from a checkpoint within a component, between two of them, and before the combiner is fitted.

use super::late::{Table, pipeline};
use mmc::exec::{DeviceChoice, engine, initialize};
use mmc::train::{
    Checkpoint, CheckpointInterval, CheckpointPolicy, Event, FailureCause, Trained, Training, TrainingFailure,
    checkpoint_bytes, fit, read_checkpoint,
};
use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};

/// Trains from `resume`, is interrupted after so many steps, and gives every checkpoint.
fn trained(
    combine: &str,
    resume: Option<&Checkpoint>,
    interrupt_after: Option<usize>,
) -> (Result<Trained, Box<TrainingFailure>>, Vec<Checkpoint>) {
    let (plan, spec) = pipeline(combine);
    let (rows, valid) = (Table::new(90, 3, 1), Table::new(40, 4, 2));
    let saved = RefCell::new(vec![]);
    let save = |checkpoint: Checkpoint| {
        // Each one read back from its file.
        let bytes = checkpoint_bytes(&plan, "key", &checkpoint)?;
        saved.borrow_mut().push(read_checkpoint(&bytes, &plan, "key").unwrap());
        Ok(())
    };
    let interrupt = AtomicBool::new(false);
    let training = Training {
        plan: &plan,
        spec: &spec,
        train: &rows,
        valid: Some(&valid),
        calib: None,
        test: Some(&valid),
        interrupt: &interrupt,
        resume,
        checkpoints: Some(CheckpointPolicy { interval: CheckpointInterval::Steps(5), save: &save }),
    };
    let start = |plan| engine(plan, DeviceChoice::Cpu, Some(1));
    let mut steps = 0;
    let result = fit(&start, initialize(&plan, spec.seed), training, &mut |event| {
        if let Event::Stepped { .. } = event {
            steps += 1;
            interrupt.store(interrupt_after.is_some_and(|after| steps >= after), Ordering::Relaxed);
        }
    });
    (result, saved.into_inner())
}

fn bits(trained: &Trained) -> (Vec<u32>, Vec<String>, String) {
    let params = trained.params.values.iter().chain(trained.params.buffers.iter().flatten());
    let history = trained.history.iter().map(|record| {
        let mut record = record.clone();
        record.seconds = 0.0;
        format!("{record:?}")
    });
    let test = format!("{:?}", trained.test.as_ref().map(|test| &test.decisions.probabilities));
    (params.map(|number| number.to_bits()).collect(), history.collect(), test)
}

#[test]
fn every_checkpoint_of_a_late_fusion_continues_with_the_same_bits() {
    for combine in ["late(a_net, b_net)", "late(a_net, b_net) { by = learned }"] {
        let (whole, checkpoints) = trained(combine, None, None);
        let expected = bits(&whole.unwrap());
        let counts: Vec<usize> = checkpoints.iter().map(|found| found.finished.as_ref().unwrap().count).collect();
        assert!(counts.contains(&0) && counts.contains(&1), "{counts:?}");
        for (at, checkpoint) in checkpoints.iter().enumerate() {
            let (resumed, _) = trained(combine, Some(checkpoint), None);
            assert_eq!(bits(&resumed.unwrap()), expected, "{combine}: from checkpoint {at}");
        }
    }
}

#[test]
fn an_interrupt_before_all_components_are_trained_continues() {
    let combine = "late(a_net, b_net) { by = learned }";
    let expected = bits(&trained(combine, None, None).0.unwrap());
    // Within the first component there is no model yet.
    let (interrupted, checkpoints) = trained(combine, None, Some(7));
    assert!(matches!(interrupted.unwrap_err().cause, FailureCause::Interrupted { .. }));
    let (again, more) = trained(combine, checkpoints.last(), Some(9));
    assert!(again.is_err());
    assert_eq!(more.last().unwrap().running.step, 16);
    assert_eq!(bits(&trained(combine, more.last(), None).0.unwrap()), expected);
}
