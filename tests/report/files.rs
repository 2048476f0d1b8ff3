//! The files of a run, written by a real training and read back by other readers.

use crate::train::softmax_regression::{Fault, Regression, Table, regression_plan};
use mmc::data::Preprocessing;
use mmc::diag::Span;
use mmc::exec::{ComponentDecisions, Decisions, Params};
use mmc::fusion::{Combination, Multiplicative, QGradient};
use mmc::plan::{LossSpec, Plan};
use mmc::report::{
    FirstSteps, Machine, Manifest, PlanSummary, Results, RunDir, Seconds, Status, Summary, TestPredictions, versions,
    write_components, write_metrics, write_predictions,
};
use mmc::spec::{CalibrationMethod, Curve, Init, OptimizerSpec, Schedule, SgdSpec, TrainSpec, TrainingLength};
use mmc::train::{
    ComponentScores, EpochRecord, ProbabilityScores, Scores, Trained, Training, TrainingFailure, read_model, train,
};
use std::fs;
use std::sync::atomic::AtomicBool;
use std::time::SystemTime;

fn spec() -> TrainSpec {
    TrainSpec {
        combine: None,
        optimizer: OptimizerSpec::Sgd(SgdSpec { lr: 0.1, momentum: 0.9, nesterov: false, weight_decay: 2e-5 }),
        schedule: Schedule { warmup: 0, curve: Curve::Constant },
        clip_norm: None,
        batch_size: 32,
        length: TrainingLength::Epochs(3),
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

fn trained(plan: &Plan, spec: &TrainSpec, test: &Table, fault: Fault) -> Result<Trained, Box<TrainingFailure>> {
    let mut engine = Regression::new(2, 3);
    engine.fault = fault;
    let training = Training {
        plan,
        spec,
        train: &Table::clouds(100, 3, 1),
        valid: Some(&Table::clouds(60, 3, 2)),
        calib: None,
        test: Some(test),
        interrupt: &AtomicBool::new(false),
        resume: None,
        checkpoints: None,
    };
    train(&mut engine, Params::zeros(plan), training, &mut |_| {})
}

fn manifest(plan: &Plan, spec: &TrainSpec, history: &[EpochRecord]) -> Manifest {
    Manifest {
        pipeline: plan.pipeline.clone(),
        combine: plan.combine.clone(),
        params: [("beta".to_string(), 0.5.into())].into(),
        set: [("beta".to_string(), "50%".to_string())].into(),
        warm_start: None,
        tags: vec![],
        train: spec.clone(),
        data: serde_json::json!({ "fingerprint": "abc", "rows": { "train": 100 } }),
        plan: PlanSummary::new(plan),
        decision: None,
        calibration: None,
        versions: versions(),
        machine: Machine::new("cpu".into(), 2, SystemTime::UNIX_EPOCH),
        seconds: Seconds::new(0.25, history),
    }
}

/// The preprocessing of a label alone.
fn preprocessing() -> Preprocessing {
    let column = r#"{"name":"y","position":0,"cells":"word"}"#;
    let label = format!(r#"{{"name":"y","column":{column},"classes":["a","b","c"],"cells":"names"}}"#);
    let text = format!(r#"{{"version":1,"label":{label},"modalities":[]}}"#);
    Preprocessing::from_json(&text, "preprocessing.json").unwrap()
}

/// Lines of cells, the header first.
fn read_csv(text: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text);
    reader.records().map(|record| record.unwrap().iter().map(String::from).collect()).collect()
}

#[test]
fn a_run_leaves_its_files_behind() {
    let (plan, spec, test) = (regression_plan(2, 3), spec(), Table::clouds(70, 3, 3));
    let trained = trained(&plan, &spec, &test, Fault::None).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut run = RunDir::create(folder.path(), "little").unwrap();
    let evaluation = trained.test.as_ref().unwrap();
    let row_ids: Vec<u64> = (1000..1070).collect();
    let path = run.path().to_path_buf();
    let summary = Summary::of_trained(&plan, spec.seed, path.display().to_string(), &trained);
    run.save(&Results {
        plan: &plan,
        params: &trained.params,
        preprocessing: &preprocessing(),
        history: &trained.history,
        predictions: Some(TestPredictions {
            ids: None,
            row_ids: &row_ids,
            labels: &test.labels,
            decisions: &evaluation.decisions,
        }),
        first_steps: &FirstSteps::default(),
        manifest: &manifest(&plan, &spec, &trained.history),
        summary: &summary,
    })
    .unwrap();
    drop(run);

    let mut names: Vec<_> = fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    let expected = [
        "checksums.txt",
        "components.csv",
        "first_steps.csv",
        "metrics.csv",
        "model.safetensors",
        "predictions.csv",
        "preprocessing.json",
        "run.yaml",
        "summary.json",
    ];
    assert_eq!(names, expected);

    assert_eq!(read_model(&path.join("model.safetensors"), &plan).unwrap(), *trained.params);

    let metrics = read_csv(&fs::read(path.join("metrics.csv")).unwrap());
    assert_eq!(metrics.len(), 4);
    let column = |name: &str| metrics[0].iter().position(|header| header == name).unwrap();
    for (line, record) in metrics[1..].iter().zip(&trained.history) {
        assert_eq!(line[column("epoch")].parse::<u64>().unwrap(), record.epoch);
        assert_eq!(line[column("train_loss")].parse::<f64>().unwrap().to_bits(), record.train_loss.to_bits());
        let valid = record.valid.as_ref().unwrap();
        assert_eq!(line[column("valid_auc")].parse::<f64>().unwrap(), valid.auc.unwrap());
        assert_eq!(line[column("valid_net_cross_entropy")].parse::<f64>().unwrap(), valid.components[0].cross_entropy);
        assert_eq!(line[column("best")] == "1", record.best);
    }

    let predictions = read_csv(&fs::read(path.join("predictions.csv")).unwrap());
    assert_eq!(predictions.len(), 71);
    let wrong = predictions[1..].iter().filter(|line| line[1] != line[2]).count();
    assert_eq!(wrong as f64 / 70.0, evaluation.scores.error);
    assert_eq!(predictions[1][0], "1000");

    let yaml: serde_yaml::Value = serde_yaml::from_str(&fs::read_to_string(path.join("run.yaml")).unwrap()).unwrap();
    assert_eq!(yaml["train"]["optimizer"]["sgd"]["weight_decay"].as_f64(), Some(2e-5));
    assert_eq!(yaml["plan"]["parameters"].as_u64(), Some(9));
    let fitted = fs::read_to_string(path.join("preprocessing.json")).unwrap();
    assert_eq!(Preprocessing::from_json(&fitted, "preprocessing.json").unwrap(), preprocessing());
    assert_eq!(yaml["data"]["rows"]["train"].as_u64(), Some(100));
    assert_eq!(yaml["machine"]["threads"].as_u64(), Some(2));
    assert_eq!(yaml["seconds"]["epochs"].as_sequence().unwrap().len(), 3);
    assert_eq!(yaml["params"]["beta"].as_f64(), Some(0.5));
    assert_eq!(yaml["set"]["beta"].as_str(), Some("50%"));

    let json: serde_json::Value = serde_json::from_slice(&fs::read(path.join("summary.json")).unwrap()).unwrap();
    assert_eq!(json["status"], "completed");
    assert_eq!(json["test"]["rows"], 70);
    assert_eq!(json["parameters"], 9);
    assert_eq!(json["best_epoch"], trained.best_epoch);
    assert_eq!(json["problem"], serde_json::Value::Null);
}

#[test]
fn yaml_holds_no_tags_that_only_one_reader_knows() {
    let (plan, spec) = (regression_plan(2, 3), spec());
    let mut text = vec![];
    mmc::report::write_yaml(&mut text, &manifest(&plan, &spec, &[])).unwrap();
    assert!(!String::from_utf8(text).unwrap().contains('!'));
}

#[test]
fn a_failed_run_reports_its_error_and_keeps_its_model() {
    let (plan, spec, test) = (regression_plan(2, 3), spec(), Table::clouds(70, 3, 3));
    let failure = trained(&plan, &spec, &test, Fault::Loss(5)).unwrap_err();
    let problem = failure.cause.problem(&plan);
    let summary = Summary::of_failure(&plan, spec.seed, "runs/little-0001".into(), &failure, &problem);
    assert_eq!((summary.status, summary.best_epoch, summary.epochs), (Status::Failed, Some(1), 1));
    assert_eq!(summary.valid, failure.history[0].valid);
    let json = serde_json::to_value(&summary).unwrap();
    assert_eq!(json["problem"]["code"], "MMC0601");
    assert_eq!(json["problem"]["message"], problem.message);

    let folder = tempfile::tempdir().unwrap();
    let mut run = RunDir::create(folder.path(), "little").unwrap();
    let path = run.path().to_path_buf();
    run.save(&Results {
        plan: &plan,
        params: &failure.kept.as_ref().unwrap().params,
        preprocessing: &preprocessing(),
        history: &failure.history,
        predictions: None,
        first_steps: &FirstSteps::default(),
        manifest: &manifest(&plan, &spec, &failure.history),
        summary: &summary,
    })
    .unwrap();
    drop(run);
    assert!(path.join("model.safetensors").exists() && !path.join("predictions.csv").exists());
}

/// Two classes with awkward names, two components of which the second is missing on the second row.
fn awkward() -> (LossSpec, Decisions) {
    let boosted = Combination::Multiplicative(Multiplicative {
        beta: 1.0,
        gradient: QGradient::Detached,
        boost: Some(0.0),
        normalize: false,
        ..Multiplicative::CROSS_ENTROPY
    });
    let mut loss = crate::train::softmax_regression::loss_of(2, &["low", "low+high"], boosted);
    loss.classes = vec!["no, never".into(), "a \"b\"".into()];
    let component = |probabilities: Vec<f64>, q: Vec<f64>| {
        let neg_log_p = probabilities.iter().map(|p| -p.ln()).collect();
        let present = probabilities.contains(&0.0).then(|| vec![true, false]);
        ComponentDecisions { probabilities, neg_log_p, q, factor: 1.0, present }
    };
    let decisions = Decisions {
        rows: 2,
        classes: 2,
        class_losses: vec![0.25, 0.75, 2.0, 1.0],
        predicted: vec![0, 1],
        factors: vec![1.0; 2],
        probabilities: vec![0.625, 0.375, 0.25, 0.75],
        components: vec![
            component(vec![0.1, 0.9, 0.3, 0.7], vec![0.5, 0.6, 0.7, 0.8]),
            component(vec![0.2, 0.8, 0.0, 0.0], vec![0.9, 1.0, 0.0, 0.0]),
        ],
    };
    (loss, decisions)
}

#[test]
fn predictions_hold_names_and_components_the_weights_of_the_predicted_class() {
    let (loss, decisions) = awkward();
    let (mut text, mut components) = (vec![], vec![]);
    let predictions = TestPredictions { row_ids: &[7, 3], ids: None, labels: &[1, 1], decisions: &decisions };
    write_predictions(&mut text, &loss, predictions).unwrap();
    write_components(&mut components, &loss, predictions).unwrap();
    let (never, b) = ("no, never", "a \"b\"");
    let lines = read_csv(&text);
    assert_eq!(lines[0], ["row", "label", "prediction", "p_no, never", "p_a \"b\"", "margin"]);
    assert_eq!(lines[1], ["7", b, never, "0.625", "0.375", "0.5"]);
    assert_eq!(lines[2], ["3", b, b, "0.25", "0.75", "1"]);
    let lines = read_csv(&components);
    let header = [
        "row",
        "p_low_no, never",
        "p_low_a \"b\"",
        "p_low+high_no, never",
        "p_low+high_a \"b\"",
        "q_low",
        "q_low+high",
    ];
    assert_eq!(lines[0], header);
    assert_eq!(lines[1], ["7", "0.1", "0.9", "0.2", "0.8", "0.5", "0.9"]);
    assert_eq!(lines[2], ["3", "0.3", "0.7", "", "", "0.8", ""]);
}

fn some_scores(violations: Option<u64>) -> Scores {
    let component = |name: &str| ComponentScores {
        name: name.into(),
        rows: 40,
        cross_entropy: 0.5,
        log_loss: 0.5,
        error: 0.25,
        auc: None,
        mean_q: 0.75,
    };
    Scores {
        rows: 40,
        error: 0.125,
        loss: 1.5,
        auc: None,
        f1: 0.875,
        probabilities: ProbabilityScores { log_loss: 0.375, brier: 0.25, calibration_error: 0.125 },
        uncalibrated: None,
        violations,
        components: vec![component("low"), component("low+high")],
    }
}

#[test]
fn metrics_leave_empty_what_was_not_measured() {
    let (loss, _) = awkward();
    let record = |epoch, valid| EpochRecord {
        component: None,
        epoch,
        step: 10 * epoch,
        lr: 0.1,
        train_loss: 0.5,
        train_error: 0.25,
        violations: Some(9),
        valid,
        seconds: 1.0,
        best: epoch == 1,
    };
    let mut text = vec![];
    write_metrics(&mut text, &loss, &[record(1, Some(some_scores(Some(4)))), record(2, None)]).unwrap();
    let lines = read_csv(&text);
    let measured = "1,10,0.1,0.5,0.25,9,1.5,0.125,,0.875,0.375,4,0.5,0.25,0.75,0.5,0.25,0.75,1";
    assert_eq!(lines[1].join(","), measured);
    assert_eq!(lines[2].join(","), format!("2,20,0.1,0.5,0.25,9{}0", ",".repeat(13)));
    assert_eq!(lines[0][12], "valid_low_cross_entropy");
    assert_eq!(lines[0].last().unwrap(), "best");
}
