//! Decisions that are fitted after a training: chosen by rows they were not fitted to, saved with the run, and the same
//! everywhere a run is used.

use crate::support::process::{folder, mmc, plain};
use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// A training whose second input is wide noise that is learned by heart: sure, and worth nothing on held-out rows.
fn pipeline(combine: &str) -> String {
    format!(
        "pipeline small\n\
         data {{ source = csv(\"rows.csv\")\n split = {{ test: last(400), valid: fraction(30%) }} }}\n\
         label kind: class[\"no\", \"yes\"] = column(\"kind\")\n\
         modality a:  dense[2]  = columns(\"a*\")\n\
         modality b?: dense[16] = columns(\"b*\")\n\
         combine mul = {combine}\n\
         train {{ optimizer = adam(lr: 0.01)\n batch_size = 32\n epochs = 12\n seed = 3 }}\n"
    )
}

/// One row of four is of the class `yes`, which `a` tells in part; `b` says nothing, and is missing on every seventh row.
fn table(rows: u32) -> String {
    let mut text = String::from("a1,a2");
    (0..16).for_each(|column| write!(text, ",b{column}").unwrap());
    text.push_str(",kind\n");
    let mut state = 12345u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1u32 << 31) - 0.5
    };
    for row in 0..rows {
        let yes = noise() < -0.25;
        let sign = if yes { 0.4 } else { -0.4 };
        write!(text, "{:.4},{:.4}", sign + 2.0 * noise(), sign + 2.0 * noise()).unwrap();
        for _ in 0..16 {
            let cell = noise();
            if row % 7 == 0 { text.push(',') } else { write!(text, ",{:.4}", 2.0 * cell).unwrap() }
        }
        writeln!(text, ",{}", if yes { "yes" } else { "no" }).unwrap();
    }
    text
}

fn run(folder: &Path, arguments: &[&str]) {
    mmc(folder).args(["run", "--no-cache", "--quiet"]).args(arguments).assert().success();
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

const FITTED: &str = "multiplicative(a |> mlp([8]), b |> mlp([64])) { beta = 0.5\n decide = fitted\n prior = once }";

#[test]
fn a_fitted_decision_is_chosen_by_other_rows_and_is_the_same_everywhere() {
    let folder = folder(&pipeline(FITTED));
    let at = |name: &str| folder.path().join(name);
    fs::write(at("rows.csv"), table(1200)).unwrap();
    run(folder.path(), &["small.mmc", "--resume", "whole"]);
    let summary = json(&at("whole/summary.json"));
    let decision = &summary["decision"];
    assert_eq!((decision["part"].as_str(), decision["rows"].as_u64()), (Some("valid"), Some(360)), "{decision}");
    let losses = decision["log_loss"].as_object().unwrap();
    let loss = |form: &str| losses[form].as_f64().unwrap();
    assert_eq!(losses.keys().collect::<Vec<_>>(), ["trained", "beta", "temperatures"]);
    // The component of noise is cooled down.
    assert_eq!(decision["form"], "temperatures");
    assert!(loss("temperatures") < loss("trained") && loss("temperatures") < loss("beta"), "{decision}");
    let temperatures: Vec<f64> =
        decision["temperatures"].as_array().unwrap().iter().map(|t| t.as_f64().unwrap()).collect();
    assert!(temperatures[1] > 1.5 * temperatures[0], "{temperatures:?}");
    let prior: f64 = decision["log_prior"].as_array().unwrap().iter().map(|log| log.as_f64().unwrap().exp()).sum();
    assert!((prior - 1.0).abs() < 1e-12);
    assert!(fs::read_to_string(at("whole/run.yaml")).unwrap().contains("\ndecision:"));

    // Verified, measured again and continued with the same bits.
    mmc(folder.path()).args(["verify", "whole", "--no-cache"]).assert().success();
    let done = mmc(folder.path()).args(["eval", "whole", "--no-cache"]).assert().success();
    assert!(plain(&done.get_output().stdout).contains("equal to what the run reported, to the last bit"));
    run(folder.path(), &["small.mmc", "--epochs", "5", "--resume", "continued"]);
    run(folder.path(), &["small.mmc", "--resume", "continued", "--threads", "1"]);
    for file in ["model.safetensors", "predictions.csv", "components.csv", "metrics.csv"] {
        assert!(fs::read(at("whole").join(file)).unwrap() == fs::read(at("continued").join(file)).unwrap(), "{file}");
    }
}

#[test]
fn a_decision_changes_no_training_and_that_of_the_training_changes_nothing() {
    let own = "multiplicative(a |> mlp([8]), b |> mlp([64])) { beta = 0.5 }";
    let folder = folder(&pipeline(own));
    let at = |name: &str| folder.path().join(name);
    fs::write(at("rows.csv"), table(900)).unwrap();
    let variants = [
        ("own", own.to_owned()),
        ("same", own.replace('}', "decide = fixed(0.5) }").replace("0.5 ", "0.5\n ")),
        ("other", own.replace('}', "decide = fixed(0.0) }").replace("0.5 ", "0.5\n ")),
        ("fitted", FITTED.to_owned()),
    ];
    for (name, combine) in &variants {
        // The last epoch of each, whatever validation rows are decided as.
        let text = pipeline(combine).replace(", valid: fraction(30%)", ", calib: fraction(30%)");
        fs::write(at("small.mmc"), text).unwrap();
        run(folder.path(), &["small.mmc", "--resume", name, "--epochs", "3"]);
    }
    let read = |name: &str, file: &str| fs::read(at(name).join(file)).unwrap();
    assert!(read("own", "predictions.csv") == read("same", "predictions.csv"));
    assert!(read("own", "components.csv") == read("same", "components.csv"));
    assert!(read("own", "predictions.csv") != read("other", "predictions.csv"));
    for (name, _) in &variants[1..] {
        assert!(read("own", "first_steps.csv") == read(name, "first_steps.csv"), "{name}");
        let loss = |run: &str| json(&at(run).join("summary.json"))["test"]["loss"].as_f64().unwrap();
        assert_eq!(loss("own"), loss(name), "the loss is that of the training");
    }
    assert_eq!(json(&at("fitted/summary.json"))["decision"]["part"], "calib");
    assert!(json(&at("own/summary.json")).get("decision").is_none());
}

#[test]
fn rows_with_wrong_labels_are_listed_among_held_out_rows() {
    let clean = table(900);
    let mut lines: Vec<String> = clean.lines().map(str::to_owned).collect();
    // The last feature that matters is made clear, then the labels of three test rows are turned around.
    for line in lines.iter_mut().skip(1) {
        let yes = line.ends_with("yes");
        let cells: Vec<&str> = line.split(',').collect();
        let told = if yes { "3" } else { "-3" };
        let b: Vec<&str> = std::iter::once(told).chain(cells[3..18].iter().map(|_| "0")).collect();
        *line = format!("{told},{},{},{}", cells[1], b.join(","), cells[18]);
    }
    let wrong = [700, 750, 899];
    for row in wrong {
        let line = &mut lines[row + 1];
        *line = if line.ends_with("yes") { line.replace("yes", "no") } else { line.replace(",no", ",yes") };
    }
    let folder = folder(&pipeline("multiplicative(a |> mlp([8]), b |> mlp([8]))"));
    fs::write(folder.path().join("rows.csv"), lines.join("\n") + "\n").unwrap();
    run(folder.path(), &["small.mmc", "--resume", "run"]);
    let eval = |arguments: &[&str]| {
        let done = mmc(folder.path()).args(["eval", "run", "--no-cache", "--label-errors"]).args(arguments).assert();
        (done.get_output().status.code(), plain(&done.get_output().stdout) + &plain(&done.get_output().stderr))
    };
    let (code, text) = eval(&["--format", "json"]);
    let found: Value = serde_json::from_str(&text).unwrap();
    let found = found["label_errors"].as_array().unwrap();
    let mut rows: Vec<u64> = found.iter().map(|of| of["row"].as_u64().unwrap()).collect();
    let gaps: Vec<f64> = found.iter().map(|of| of["gap"].as_f64().unwrap()).collect();
    assert!(gaps.windows(2).all(|pair| pair[0] >= pair[1]) && gaps.iter().all(|gap| *gap > 0.0), "{gaps:?}");
    rows.sort_unstable();
    assert_eq!((code, rows), (Some(0), wrong.map(|row| row as u64).to_vec()));
    assert!(found.iter().all(|of| of["components"] == 2 && of["label"] != of["found"]));
    let (_, text) = eval(&[]);
    assert!(text.contains("components find") && text.contains("labels      3 that every component"), "{text}");
    let (code, text) = eval(&["--on", "train"]);
    assert!(code == Some(1) && text.contains("not trained on"), "{code:?} {text}");
}
