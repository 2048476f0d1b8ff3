//! The checkpoints of a run on disk: two are kept, damaged ones are skipped.

use crate::train::softmax_regression::regression_plan;
use mmc::diag::Code;
use mmc::exec::Params;
use mmc::plan::Plan;
use mmc::report::CheckpointFolder;
use mmc::train::{BalanceState, Checkpoint, EpochTotals, LoopState, OptimizerState, PastLosses};
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// The state after so many steps.
fn checkpoint(plan: &Plan, step: u64) -> Checkpoint {
    let mut params = Params::zeros(plan);
    params.values.fill(step as f32);
    let moments = vec![0.5; params.values.len()];
    let running = LoopState {
        params: Arc::new(params),
        optimizer: OptimizerState { steps: step, first: moments, second: vec![] },
        balance: BalanceState::default(),
        past: PastLosses::default(),
        step,
        totals: EpochTotals::default(),
        best: None,
        history: vec![],
        seconds: 1.5,
    };
    Checkpoint { finished: None, running, first_losses: vec![0.25, f64::INFINITY] }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder.join("checkpoints")).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The step of the checkpoint that is found, and the number of notes.
fn found(folder: &CheckpointFolder, plan: &Plan) -> (Option<u64>, usize) {
    let found = folder.latest(plan).unwrap();
    (found.checkpoint.map(|checkpoint| checkpoint.running.step), found.notes.len())
}

#[test]
fn the_last_two_are_kept_and_the_last_is_found() {
    let (run, plan) = (tempfile::tempdir().unwrap(), regression_plan(2, 3));
    let folder = CheckpointFolder::new(run.path(), "key".into());
    assert!(!CheckpointFolder::has_any(run.path()));
    assert_eq!(found(&folder, &plan), (None, 0));
    for step in 1..=4 {
        folder.save(&plan, &checkpoint(&plan, step)).unwrap();
    }
    assert!(CheckpointFolder::has_any(run.path()));
    assert_eq!(names(run.path()), ["000003.safetensors", "000004.safetensors"]);
    let again = CheckpointFolder::new(run.path(), "key".into());
    assert_eq!(again.latest(&plan).unwrap().checkpoint, Some(checkpoint(&plan, 4)));
    again.save(&plan, &checkpoint(&plan, 5)).unwrap();
    assert_eq!(names(run.path()), ["000004.safetensors", "000005.safetensors"]);
    again.keep_last(1);
    assert_eq!(names(run.path()), ["000005.safetensors"]);
}

#[test]
fn a_damaged_one_is_skipped_and_removed_by_the_next() {
    let (run, plan) = (tempfile::tempdir().unwrap(), regression_plan(2, 3));
    let folder = CheckpointFolder::new(run.path(), "key".into());
    for step in 1..=2 {
        folder.save(&plan, &checkpoint(&plan, step)).unwrap();
    }
    let last = run.path().join("checkpoints/000002.safetensors");
    let bytes = fs::read(&last).unwrap();
    fs::write(&last, &bytes[..bytes.len() - 1]).unwrap();
    let again = CheckpointFolder::new(run.path(), "key".into());
    assert_eq!(found(&again, &plan), (Some(1), 1));
    again.save(&plan, &checkpoint(&plan, 2)).unwrap();
    assert_eq!(names(run.path()), ["000001.safetensors", "000003.safetensors"]);
    assert_eq!(found(&again, &plan), (Some(2), 0));
}

#[test]
fn where_none_is_whole_or_all_are_of_another_training_there_is_a_problem() {
    let (run, plan) = (tempfile::tempdir().unwrap(), regression_plan(2, 3));
    CheckpointFolder::new(run.path(), "key".into()).save(&plan, &checkpoint(&plan, 1)).unwrap();
    let problem = CheckpointFolder::new(run.path(), "other".into()).latest(&plan).unwrap_err();
    assert_eq!(problem.code, Code::BadCheckpoint);
    assert!(problem.message.contains("000001.safetensors") && problem.message.contains("another training"));
    fs::write(run.path().join("checkpoints/000001.safetensors"), "").unwrap();
    let problem = CheckpointFolder::new(run.path(), "key".into()).latest(&plan).unwrap_err();
    assert!(problem.message.contains("damaged") && problem.help.unwrap().contains("starts again"));
}

#[test]
fn what_a_killed_write_left_is_removed_and_is_no_checkpoint() {
    let (run, plan) = (tempfile::tempdir().unwrap(), regression_plan(2, 3));
    let folder = CheckpointFolder::new(run.path(), "key".into());
    folder.save(&plan, &checkpoint(&plan, 1)).unwrap();
    fs::write(run.path().join("checkpoints/.mmc-a1b2.part"), "half").unwrap();
    fs::write(run.path().join("checkpoints/mine.part"), "not of a run").unwrap();
    assert_eq!(found(&folder, &plan), (Some(1), 0));
    folder.remove_leftovers();
    assert_eq!(names(run.path()), ["000001.safetensors", "mine.part"]);
}
