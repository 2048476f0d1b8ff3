//! Calibrated probabilities of whole trainings: better on rows that nothing was fitted to, the same decisions, and saved with
//! the model.

use mmc::train::SplitScores;
use mmc::{NoFiles, Pipeline, TrainOptions, TrainedModel};
use std::fs;

/// Three components whose evidence is nearly the same: the product is far too sure.
fn pipeline(split: &str, train: &str) -> String {
    format!(
        "pipeline sure\n\
         data {{ source = synthetic(\"collider\", rows: 3_000, seed: 7)\n split = {{ {split} }} }}\n\
         label process: class[\"background\", \"signal\"] = column(\"process\")\n\
         modality low:  dense[21] = columns(\"low_*\")  |> standardize\n\
         modality high: dense[7]  = columns(\"high_*\") |> standardize\n\
         combine all = mulmix(low |> mlp([16]), high |> mlp([16])) {{ head = mlp([16]) }}\n\
         train {{ optimizer = adam(lr: 0.01)\n seed = 2\n {train} }}\n"
    )
}

fn trained(split: &str, train: &str) -> TrainedModel {
    let options = TrainOptions { threads: Some(1), ..TrainOptions::default() };
    Pipeline::from_text(&pipeline(split, train), NoFiles).unwrap().train(&options, |_| ()).unwrap()
}

const SPLIT: &str = "test: last(1_000), valid: fraction(20%)";

fn summary(model: &TrainedModel) -> serde_json::Value {
    let folder = tempfile::tempdir().unwrap();
    model.save(folder.path()).unwrap();
    serde_json::from_slice(&fs::read(folder.path().join("summary.json")).unwrap()).unwrap()
}

#[test]
fn a_temperature_makes_probabilities_better_and_changes_no_decision() {
    let (plain, calibrated) = (trained(SPLIT, "calibrate = none"), trained(SPLIT, ""));
    let (before, after) = (plain.test().unwrap(), calibrated.test().unwrap());
    assert_eq!((before.error, before.f1, before.loss), (after.error, after.f1, after.loss));
    assert_eq!(before.uncalibrated, None);
    assert_eq!(after.uncalibrated, Some(before.probabilities));
    let (before, after) = (before.probabilities, after.probabilities);
    assert!(after.log_loss < before.log_loss && after.brier < before.brier, "{after:?} {before:?}");
    assert!(after.calibration_error < before.calibration_error, "{after:?} {before:?}");
    assert!(summary(&plain)["calibration"].is_null());
    let calibration = &summary(&calibrated)["calibration"];
    assert_eq!(calibration["part"], "valid");
    assert!(calibration["temperature"].as_f64().unwrap() > 1.0, "{calibration}");
    // The scores of the whole are what a comparison reports.
    assert_eq!(SplitScores::of(calibrated.test().unwrap()).probabilities, after);
}

#[test]
fn the_calib_part_is_used_where_there_is_one() {
    let model = trained("test: last(1_000), valid: fraction(10%), calib: fraction(10%)", "");
    let calibration = &summary(&model)["calibration"];
    assert_eq!((calibration["part"].as_str(), calibration["rows"].as_u64()), (Some("calib"), Some(300)));
    // Without either there is nothing to fit to.
    assert!(summary(&trained("test: last(1_000)", ""))["calibration"].is_null());
}

#[test]
fn every_component_has_its_own_temperature_on_request() {
    let model = trained(SPLIT, "calibrate = per_component\n epochs = 25");
    let test = model.test().unwrap();
    let calibration = &summary(&model)["calibration"];
    let temperatures = calibration["components"].as_array().unwrap();
    assert_eq!(temperatures.len(), 3);
    let lower = test.components.iter().filter(|component| component.log_loss < component.cross_entropy).count();
    let changed = temperatures.iter().filter(|temperature| temperature.as_f64() != Some(1.0)).count();
    assert!(changed > 0 && lower > 0, "{temperatures:?} {test:?}");
    assert_eq!(test.error, trained(SPLIT, "epochs = 25").test().unwrap().error);
}
