//! `mmc stress` as a process: the same corrupted rows for every run, methods over seeds and splits, files.

use crate::support::process::{folder, mmc, names, plain};
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Three methods over two modalities, of which one reads a single one; `shift` decides the split.
const PIPELINE: &str = r#"pipeline small

param shift = 1

data {
  source = synthetic("collider", rows: 1_200, seed: 7)
  split  = { test: fraction(25%), valid: fraction(10%), seed: shift }
}

label process: class["background", "signal"] = column("process")

modality low:  dense[21] = columns("low_*")  |> standardize
modality high: dense[7]  = columns("high_*") |> standardize

encoder low_net  = low  |> mlp([8])
encoder high_net = high |> mlp([8])

combine mul      = multiplicative(low_net, high_net)
combine average  = late(low_net, high_net) { by = average }
combine high_only = single(high_net)
combine joined   = early(low_net, high_net)

train {
  combine    = mul
  optimizer  = sgd(lr: 0.05, momentum: 0.9)
  batch_size = 64
  epochs     = 2
  seed       = 1
}
"#;

/// Runs of these combines, each with these seeds, the split of which is that of the seed.
fn runs(combines: &[&str], seeds: &[&str]) -> TempDir {
    let folder = folder(PIPELINE);
    for combine in combines {
        for seed in seeds {
            let (out, shift) = (format!("runs/{combine}-{seed}"), format!("shift={seed}"));
            mmc(folder.path())
                .args(["run", "small.mmc", "--no-cache", "--quiet", "--resume", &out])
                .args(["--combine", combine, "--seed", seed, "--set", &shift])
                .assert()
                .success();
        }
    }
    folder
}

fn stress(folder: &Path, arguments: &[&str]) -> Value {
    let done = mmc(folder).args(["stress", "--no-cache", "--format", "json"]).args(arguments).assert().success();
    serde_json::from_slice(&done.get_output().stdout).unwrap()
}

#[test]
fn every_run_sees_the_same_corrupted_rows() {
    let folder = runs(&["mul", "average", "high_only"], &["1"]);
    let tests = ["--test", "gaussian:1,5", "--test", "missing:50%", "--test", "swap:50%", "--test", "conflict:40%"];
    let of = |runs: &[&str], more: &[&str]| stress(folder.path(), &[runs, &tests, more].concat());
    let alone = of(&["mul-1"], &[]);
    let together = of(&["average-1", "mul-1", "high_only-1"], &["--threads", "3"]);
    for (test, whole) in alone["tests"].as_array().unwrap().iter().zip(together["tests"].as_array().unwrap()) {
        for (level, cell) in test["methods"][0]["levels"].as_array().unwrap().iter().enumerate() {
            // The modalities of all runs are those of this one, so that it has the same numbers beside others.
            assert_eq!(cell["error"], whole["methods"][1]["levels"][level]["error"], "{}", test["name"]);
            assert_eq!(cell["gap_auroc"], whole["methods"][1]["levels"][level]["gap_auroc"]);
        }
    }
    // On the rows as they are, every run has the error it reported.
    for (method, run) in ["average-1", "mul-1", "high_only-1"].iter().enumerate() {
        let text = fs::read(folder.path().join("runs").join(run).join("summary.json")).unwrap();
        let summary: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(together["methods"][method]["clean"]["error"]["mean"], summary["test"]["error"]);
        assert_eq!(together["methods"][method]["clean"]["log_loss"], summary["test"]["log_loss"]);
        assert_eq!(together["methods"][method]["parameters"], summary["parameters"]);
    }
    // One pair of runs: McNemar's test over the rows, adjusted over the two that are compared.
    let cell = &together["tests"][0]["methods"][1]["levels"][0];
    assert_eq!(cell["difference"]["test"], "mc_nemar");
    assert!(cell["holm"].as_f64() >= cell["difference"]["p"].as_f64());
    assert!(together["tests"][0]["methods"][0]["levels"][0]["difference"].is_null());
    // Late fusion has no lead over itself.
    assert_eq!(together["late"], "average");
    assert_eq!(together["tests"][0]["methods"][0]["effective_robustness"], 0.0);
    assert_ne!(of(&["mul-1"], &["--seed", "2"])["tests"], alone["tests"]);
}

#[test]
fn methods_are_paired_over_seeds_and_splits() {
    let folder = runs(&["mul", "average"], &["1", "2", "3"]);
    let runs = ["mul-1", "mul-2", "mul-3", "average-3", "average-1", "average-2"];
    let report = stress(folder.path(), &[&runs[..], &["--test", "gaussian:2", "--against", "average"]].concat());
    assert_eq!(report["methods"].as_array().unwrap().len(), 2);
    let cell = &report["tests"][0]["methods"][0]["levels"][0];
    assert_eq!(cell["difference"]["test"], "paired_t");
    // The runs of the other method are in another order: pairs are those of equal seed and rows.
    let errors = |method: usize| -> Vec<f64> {
        let cell = &report["tests"][0]["methods"][method]["levels"][0];
        cell["error"]["values"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
    };
    let (ours, theirs) = (errors(0), errors(1));
    let theirs = [theirs[1], theirs[2], theirs[0]];
    let expected = mmc::experiment::paired_t(&ours, &theirs).unwrap();
    assert!((cell["difference"]["low"].as_f64().unwrap() - expected.low.unwrap()).abs() < 1e-12);
    assert!((cell["difference"]["p"].as_f64().unwrap() - expected.p.unwrap()).abs() < 1e-12);
}

#[test]
fn a_missing_modality_leaves_the_other_to_decide() {
    let folder = runs(&["mul", "joined"], &["1"]);
    let report = stress(folder.path(), &["mul-1", "joined-1", "--test", "missing:50%"]);
    let text = fs::read(folder.path().join("runs/mul-1/summary.json")).unwrap();
    let summary: Value = serde_json::from_slice(&text).unwrap();
    let mul = &report["methods"][0];
    for (modality, component) in [(0, 0), (1, 1)] {
        let alone = &mul["modalities"][modality]["alone"]["mean"];
        assert_eq!(alone, &summary["test"]["components"][component]["error"]);
        assert_eq!(alone, &mul["modalities"][1 - modality]["absent"]["mean"]);
    }
    // The network of both has nothing left on half of the rows.
    assert_eq!((mul["replaced"].as_u64(), report["methods"][1]["replaced"].as_u64()), (Some(0), Some(150)));
}

#[test]
fn files_and_texts_hold_every_level() {
    let folder = runs(&["mul", "average"], &["1"]);
    let command = ["stress", "runs/mul-1", "runs/average-1", "--no-cache", "-o", "robust"];
    let done = mmc(folder.path()).args(command).assert().success();
    let text = plain(&done.get_output().stdout);
    for word in ["gaussian", "missing", "swap", "conflict", "AUROC", "effective", "FLOPs a row", "0.5", "30%", "p"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    let written = folder.path().join("robust");
    assert_eq!(names(&written), ["stress.csv", "stress.json", "stress.md"]);
    let csv = fs::read_to_string(written.join("stress.csv")).unwrap();
    // The rows as they are, 4 + 3 + 3 + 1 levels, of two methods.
    assert_eq!(csv.lines().count(), 1 + 2 * (1 + 11));
    let report: Value = serde_json::from_slice(&fs::read(written.join("stress.json")).unwrap()).unwrap();
    assert_eq!(report["tests"].as_array().unwrap().len(), 4);
    assert!(fs::read_to_string(written.join("stress.md")).unwrap().contains("### conflict: "));
    let failed =
        mmc(folder.path()).args(["stress", "runs/mul-1", "--no-cache", "--against", "avrage"]).assert().code(1);
    assert!(plain(&failed.get_output().stderr).contains("no run is of the method `avrage`, but of `mul`"));
    let failed = mmc(folder.path()).args(["stress", "runs/mul-1", "--test", "noise:1"]).assert().code(2);
    assert!(plain(&failed.get_output().stderr).contains("there is no corruption `noise`"));
}

#[test]
fn a_study_stands_for_its_trials() {
    let folder = folder(PIPELINE);
    let command = ["compare", "small.mmc", "--combine", "mul,average", "--seeds", "2", "--no-cache", "--quiet"];
    mmc(folder.path()).args(command).assert().success();
    let report = stress(folder.path(), &["small-compare-0001", "--test", "gaussian:1"]);
    let runs = |method: usize| report["methods"][method]["runs"].as_array().unwrap().len();
    assert_eq!((runs(0), runs(1)), (2, 2));
    assert_eq!(report["methods"][0]["configurations"], 1);
}
