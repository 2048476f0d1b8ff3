//! `mmc compare --audit`: what choosing the epoch on the test rows would have added, against runs of every length.

use crate::support::process::{folder, mmc, plain};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Without validation rows the last epoch counts, so that a run of k epochs is epoch k of a longer one.
const PIPELINE: &str = r#"pipeline small

data {
  source = synthetic("collider", rows: 700, seed: 7)
  split  = { test: last(200) }
}

label process: class["background", "signal"] = column("process")

modality low:  dense[21] = columns("low_*")  |> standardize
modality high: dense[7]  = columns("high_*") |> standardize

encoder low_net  = low  |> mlp([32])
encoder high_net = high |> mlp([32])

combine mul     = multiplicative(low_net, high_net)
combine average = late(low_net, high_net) { by = average }

train {
  combine    = mul
  optimizer  = adam(lr: 0.01)
  batch_size = 32
  epochs     = 6
  seed       = 1
}
"#;

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn line<'a>(table: &'a Value, name: &str) -> &'a Value {
    table["lines"].as_array().unwrap().iter().find(|line| line["name"] == name).unwrap()
}

#[test]
fn the_best_epoch_on_the_test_rows_is_reported_and_selects_nothing() {
    let folder = folder(PIPELINE);
    let command = ["compare", "small.mmc", "--seeds", "1", "--no-cache", "--quiet"];
    let done = mmc(folder.path()).args(command).arg("--audit").assert().success();
    let text = plain(&done.get_output().stdout);
    assert!(text.contains("best on test %") && text.contains("which selected nothing"), "{text}");
    mmc(folder.path()).args(command).assert().success();
    let [audited, other] =
        ["0001", "0002"].map(|number| json(&folder.path().join(format!("runs/small-compare-{number}/compare.json"))));
    for name in ["mul", "average"] {
        assert_eq!(line(&audited, name)["test"], line(&other, name)["test"]);
        assert!(line(&other, name)["audit"].is_null());
    }
    // Every epoch as the last of a run.
    let errors: Vec<f64> = (1..=6)
        .map(|epochs: u32| {
            let (out, epochs) = (format!("runs/of-{epochs}"), epochs.to_string());
            let arguments = ["run", "small.mmc", "--no-cache", "--quiet", "--resume", &out, "--epochs", &epochs];
            mmc(folder.path()).args(arguments).assert().success();
            json(&folder.path().join(out).join("summary.json"))["test"]["error"].as_f64().unwrap()
        })
        .collect();
    let least = errors.iter().copied().fold(f64::INFINITY, f64::min);
    let audit = &line(&audited, "mul")["audit"];
    assert_eq!(audit["best_on_test"]["mean"].as_f64(), Some(least), "{errors:?}");
    assert_eq!(audit["chosen"]["mean"].as_f64(), errors.last().copied());
    assert!((audit["gain"]["mean"].as_f64().unwrap() - (errors[5] - least)).abs() < 1e-12);
    let csv = fs::read_to_string(folder.path().join("runs/small-compare-0001/compare.csv")).unwrap();
    assert!(csv.lines().next().unwrap().ends_with("audit_chosen,audit_best_on_test,audit_gain"));
}

/// Each component has an epoch that is best for it; with one epoch that is the one which was chosen.
#[test]
fn components_that_are_trained_separately_have_an_epoch_each() {
    let folder = folder(PIPELINE);
    for (number, epochs) in [("0001", "1"), ("0002", "6")] {
        let command = ["compare", "small.mmc", "--combine", "average", "--seeds", "2", "--no-cache", "--quiet"];
        mmc(folder.path()).args(command).args(["--audit", "--epochs", epochs]).assert().success();
        let table = json(&folder.path().join(format!("runs/small-compare-{number}/compare.json")));
        let audit = &line(&table, "average")["audit"];
        assert_eq!(audit["gain"]["values"].as_array().unwrap().len(), 2);
        if epochs == "1" {
            assert_eq!(audit["gain"]["mean"], 0.0);
        }
    }
}
