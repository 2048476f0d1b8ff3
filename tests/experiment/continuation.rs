//! Runs over every kind of modality continue with the same bits: images that change at random, texts, categories, rows that
//! lack a modality, and modalities that are left out at random.

use super::prediction::{folder, pipeline};
use crate::support::process::{mmc, names};
use std::fs;

#[test]
fn every_kind_of_modality_continues_from_an_earlier_epoch() {
    let folder = folder();
    let text = pipeline(folder.path(), "combine all = multiplicative(size_net, color_net, note_net, photo_net)");
    let text = text.replace("train {", "train {\n  modality_dropout = 0.2");
    fs::write(folder.path().join("mixed.mmc"), text).unwrap();
    let run = |arguments: &[&str]| {
        mmc(folder.path()).args(["run", "--no-cache", "--quiet"]).args(arguments).assert().success();
    };
    run(&["mixed.mmc", "--epochs", "1", "--resume", "continued"]);
    run(&["mixed.mmc", "--epochs", "2", "--resume", "continued", "--threads", "1"]);
    run(&["--resume", "continued", "--epochs", "4", "--checkpoint", "1 step"]);
    run(&["mixed.mmc", "--epochs", "4", "--resume", "whole"]);
    let [continued, whole] = ["continued", "whole"].map(|name| folder.path().join(name));
    assert_eq!(names(&continued), names(&whole));
    for file in ["model.safetensors", "predictions.csv", "components.csv", "metrics.csv", "first_steps.csv"] {
        assert!(fs::read(continued.join(file)).unwrap() == fs::read(whole.join(file)).unwrap(), "{file} differs");
    }
    mmc(folder.path()).args(["verify", "continued", "--no-cache"]).assert().success();
}
