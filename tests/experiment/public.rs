//! A pipeline opened, changed, checked, trained and saved by a program.

use crate::support::process::{SMALL, folder, mmc, names};
use mmc::{Event, NoFiles, Pipeline, Severity, StopReason, TrainOptions};
use std::fs;
use std::sync::atomic::Ordering;

fn one_thread() -> TrainOptions {
    TrainOptions { threads: Some(1), ..TrainOptions::default() }
}

#[test]
fn a_program_trains_what_the_command_line_trains() {
    let folder = folder(SMALL);
    mmc(folder.path()).args(["run", "small.mmc", "--no-cache", "--quiet", "--seed", "9"]).assert().success();
    let pipeline = Pipeline::open(folder.path().join("small.mmc")).unwrap().seed(9);
    let mut epochs = 0;
    let trained = pipeline
        .train(&one_thread(), |event| {
            epochs += usize::from(matches!(event, Event::EpochEnded(_)));
        })
        .unwrap();
    assert_eq!((epochs, trained.history().len()), (3, 3));
    let [own, run] = [folder.path().join("deep/own"), folder.path().join("runs/small-0001")];
    trained.save(&own).unwrap();
    // The command line saves its state as it trains, a program does not.
    let saved: Vec<String> = names(&run).into_iter().filter(|name| name != "checkpoints").collect();
    assert_eq!(names(&own), saved);
    for file in ["model.safetensors", "predictions.csv", "metrics.csv", "preprocessing.json"] {
        assert!(fs::read(own.join(file)).unwrap() == fs::read(run.join(file)).unwrap(), "{file}");
    }
    let summary: serde_json::Value = serde_json::from_slice(&fs::read(own.join("summary.json")).unwrap()).unwrap();
    assert_eq!(summary["run"], own.display().to_string());
    assert_eq!(summary["test"]["error"].as_f64(), trained.test().map(|test| test.error));
    // A folder that is not empty is not overwritten.
    assert!(trained.save(&own).unwrap_err().to_string().contains("MMC0604"));
}

#[test]
fn a_changed_pipeline_is_compiled_anew() {
    let text = SMALL.replace("mlp([16])", "mlp([width])").replace("label ", "param width = 16 in 1..=64\n\nlabel ");
    let pipeline = Pipeline::from_text(&text, NoFiles).unwrap();
    assert_eq!(pipeline.combines().collect::<Vec<_>>(), ["mul", "low_only"]);
    assert_eq!((pipeline.name(), pipeline.plan().combine.as_str()), ("small", "mul"));
    let before = pipeline.plan().parameter_count();
    let pipeline = pipeline.seed(5).epochs(1).set("width", "4").unwrap().combine("low_only").unwrap();
    assert!(pipeline.plan().parameter_count() < before);
    // Seed and epochs stay.
    let trained = pipeline.train(&one_thread(), |_| ()).unwrap();
    assert_eq!(trained.history().len(), 1);
}

#[test]
fn lint_asks_the_text_and_the_data() {
    let pipeline = Pipeline::from_text(&SMALL.replace("\"signal\"]", "\"signal\", \"neither\"]"), NoFiles).unwrap();
    let (text, all) = (pipeline.problems().clone(), pipeline.lint());
    assert!(all.problems.len() > text.len(), "{all}");
    assert!(all.problems.iter().all(|problem| problem.severity == Severity::Warning), "{all}");
    assert!(all.to_string().contains("warning"), "{all}");
    assert_eq!(Pipeline::from_text(SMALL, NoFiles).unwrap().lint().to_string(), "");
}

#[test]
fn an_interrupt_ends_the_training_with_a_model() {
    let options = one_thread();
    let pipeline = Pipeline::from_text(SMALL, NoFiles).unwrap();
    let mut reason = None;
    let trained = pipeline
        .train(&options, |event| match event {
            Event::Stepped { step: 2, .. } => options.interrupt.store(true, Ordering::SeqCst),
            Event::Ended(stop) => reason = Some(stop),
            _ => {}
        })
        .unwrap();
    assert_eq!((reason, trained.history().len()), (Some(StopReason::Interrupted), 1));
}
