//! Weights of rows and classes from the file to the results: a weight is as many rows, for every way of fusing.

use crate::support::process::{folder, mmc, plain};
use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// A pipeline over rows of several parts, in steps of all rows.
fn pipeline(combine: &str, data: &str, train: &str) -> String {
    format!(
        "pipeline small\n\
         data {{ source = csv(\"rows.csv\")\n split = by_column(\"part\")\n {data} }}\n\
         label y: class[\"no\", \"yes\"] = column(\"y\")\n\
         modality a: dense[2] = columns([\"a\", \"b\"])\n\
         modality b: dense[1] = columns([\"c\"])\n\
         encoder a_net = a |> linear(4) |> tanh\n\
         encoder b_net = b |> linear(4) |> tanh\n\
         combine fuse = {combine}\n\
         train {{ optimizer = adam(lr: 0.05)\n batch_size = 1_000\n epochs = 8\n seed = 3\n calibrate = none\n {train} }}\n"
    )
}

/// Rows with their weight; each as often as it weighs where `repeat` is set.
fn rows(weight: impl Fn(usize, usize) -> usize, repeat: bool) -> String {
    let mut text = String::from("a,b,c,y,part,w\n");
    let noise = |row: usize, by: usize| (row * by % 101) as f64 / 101.0 - 0.5;
    for row in 0..120 {
        let label = row * 7 % 10 / 7;
        let part = if row % 3 == 0 { "valid" } else { "train" };
        let cells = [noise(row, 13) + 0.4 * label as f64, noise(row, 29), noise(row, 47) - 0.3 * label as f64];
        let weight = weight(row, label);
        for _ in 0..if repeat { weight } else { 1 } {
            let name = ["no", "yes"][label];
            let _ = writeln!(text, "{},{},{},{name},{part},{weight}", cells[0], cells[1], cells[2]);
        }
    }
    text
}

/// The training and validation losses of every epoch, and the summary.
fn run(pipeline: &str, rows: &str) -> (Vec<f64>, Value, tempfile::TempDir) {
    let folder = folder(pipeline);
    fs::write(folder.path().join("rows.csv"), rows).unwrap();
    mmc(folder.path()).args(["run", "small.mmc", "--no-cache", "--quiet"]).assert().success();
    let run = folder.path().join("runs/small-0001");
    let text = fs::read_to_string(run.join("metrics.csv")).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let places: Vec<usize> =
        ["train_loss", "valid_loss"].iter().map(|name| header.iter().position(|cell| cell == name).unwrap()).collect();
    let losses =
        lines.flat_map(|line| places.iter().map(|at| line[*at].parse().unwrap()).collect::<Vec<f64>>()).collect();
    let summary = serde_json::from_str(&fs::read_to_string(run.join("summary.json")).unwrap()).unwrap();
    (losses, summary, folder)
}

const COMBINES: [&str; 5] = [
    "mulmix(a_net, b_net) { beta = 0.5 }",
    "multiplicative(a_net, b_net) { boost = margin(0.1)\n beta = 0.0 }",
    "multiplicative(a_net, b_net) { normalize = true }",
    "late(a_net, b_net) { by = average }",
    "late(a_net, b_net) { by = learned }",
];

fn apart(one: &[f64], other: &[f64]) -> f64 {
    assert_eq!(one.len(), other.len());
    one.iter().zip(other).map(|(one, other)| (one - other).abs()).fold(0.0, f64::max)
}

#[test]
fn a_weight_is_as_many_rows_in_every_fusion() {
    let weight = |row: usize, _| row % 4;
    for combine in COMBINES {
        let (weighted, summary, folder) = run(&pipeline(combine, "weight = column(\"w\")", ""), &rows(weight, false));
        let (repeated, of_repeated, _) = run(&pipeline(combine, "", ""), &rows(weight, true));
        let (plain_losses, ..) = run(&pipeline(combine, "", ""), &rows(weight, false));
        assert!(apart(&weighted, &repeated) < 1e-4, "{combine}: {weighted:?} {repeated:?}");
        assert!(apart(&weighted, &plain_losses) > 1e-3, "{combine}: the weights do something");
        // The loss is weighted, the other scores count rows.
        let of = |summary: &Value, name: &str| summary["valid"][name].as_f64().unwrap();
        assert!((of(&summary, "loss") - of(&of_repeated, "loss")).abs() < 1e-4, "{combine}");
        assert_eq!(summary["valid"]["rows"], 40);
        everything_agrees(folder.path(), combine);
    }
}

#[test]
fn the_weight_of_a_class_is_that_of_its_rows() {
    let by_class = |_, label: usize| [1, 3][label];
    let combine = COMBINES[0];
    let (by_column, ..) = run(&pipeline(combine, "weight = column(\"w\")", ""), &rows(by_class, false));
    for weights in ["[1, 3]", "{ yes: 3 }"] {
        let set = format!("class_weights = {weights}");
        let (found, _, folder) = run(&pipeline(combine, "", &set), &rows(by_class, false));
        assert_eq!(found, by_column, "{weights}");
        everything_agrees(folder.path(), weights);
        let plan = mmc(folder.path()).args(["plan", "small.mmc"]).assert().success();
        assert!(plain(&plan.get_output().stdout).contains("weights      [1, 3] by class\n"));
    }
    let (_, _, folder) = run(&pipeline(combine, "", "class_weights = balanced"), &rows(by_class, false));
    everything_agrees(folder.path(), "balanced");
    let fitted = fs::read_to_string(folder.path().join("runs/small-0001/preprocessing.json")).unwrap();
    let fitted: Value = serde_json::from_str(&fitted).unwrap();
    // 80 training rows of two classes.
    let count = rows(by_class, false).lines().filter(|line| line.contains("yes,train")).count() as f64;
    let expected = [80.0 / (2.0 * (80.0 - count)), 80.0 / (2.0 * count)];
    assert_eq!(fitted["label"]["weights"]["classes"], serde_json::json!(expected));
}

/// The run has the same bits when it is computed again, on its own rows and on the same rows as new ones.
fn everything_agrees(folder: &Path, what: &str) {
    let done = mmc(folder).args(["verify", "small-0001", "--no-cache"]).assert().success();
    assert!(!plain(&done.get_output().stdout).contains("differs"), "{what}");
    let eval = |arguments: &[&str]| -> Value {
        let done = mmc(folder)
            .args(["eval", "small-0001", "--no-cache", "--format", "json"])
            .args(arguments)
            .assert()
            .success();
        serde_json::from_str(&plain(&done.get_output().stdout)).unwrap()
    };
    let own = eval(&["--on", "valid"]);
    let text = fs::read_to_string(folder.join("rows.csv")).unwrap();
    let valid: Vec<&str> = text.lines().filter(|line| line.contains("valid") || line.starts_with("a,")).collect();
    fs::write(folder.join("new.csv"), valid.join("\n") + "\n").unwrap();
    let new = eval(&["--data", "new.csv"]);
    assert_eq!(own["scores"], new["scores"], "{what}");
}
