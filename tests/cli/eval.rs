//! `mmc eval` as a process: the same numbers as the run, new rows, groups, thresholds.

use crate::support::process::{folder, mmc, plain};
use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const PIPELINE: &str = r#"pipeline small

data {
  source = csv("rows.csv")
  split  = { test: last(200), valid: fraction(20%) }
}

label kind: class["no", "yes"] = column("kind")

modality a:  dense[2] = columns("a*")  |> standardize
modality b?: dense[1] = column("b") |> standardize

combine mul = multiplicative(a |> mlp([8]), b |> mlp([8]))

train { epochs = 4
  seed = 1 }
"#;

/// A table whose label follows `a1` mostly, and `b`, which is missing on every fifth row, a little.
fn table(rows: u32, seed: u32) -> String {
    let mut text = String::from("a1,a2,b,kind,site\n");
    for row in 0..rows {
        let noise = |by: u32| f64::from((row * by + seed * 31) % 101) / 101.0 - 0.5;
        let yes = (row * 7 + row / 3 + seed) % 2 == 1;
        let a = f64::from(u8::from(yes)) + 2.0 * noise(37);
        let b = if row % 5 == 0 { String::new() } else { (0.3 * f64::from(u8::from(yes)) + noise(53)).to_string() };
        let kind = if yes { "yes" } else { "no" };
        let site = ["north", "south", ""][(row % 7 % 3) as usize];
        writeln!(text, "{a},{},{b},{kind},{site}", noise(11)).unwrap();
    }
    text
}

fn run() -> TempDir {
    let folder = folder(PIPELINE);
    fs::write(folder.path().join("rows.csv"), table(900, 1)).unwrap();
    mmc(folder.path()).args(["run", "small.mmc", "--no-cache", "--quiet"]).assert().success();
    folder
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let done = mmc(folder).args(["eval", "runs/small-0001", "--no-cache", "--format", "json"]).args(arguments).assert();
    serde_json::from_slice(&done.success().get_output().stdout).unwrap()
}

fn summary(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join("runs/small-0001/summary.json")).unwrap()).unwrap()
}

#[test]
fn a_run_is_measured_again_to_the_last_bit() {
    let folder = run();
    let summary = summary(folder.path());
    for (arguments, part) in [(&[][..], "test"), (&["--on", "valid"], "valid")] {
        for threads in ["1", "3"] {
            let found = json(folder.path(), &[arguments, &["--threads", threads]].concat());
            assert_eq!(found["scores"], summary[part], "{part}");
            assert_eq!(found["part"], part);
            assert_eq!(found["agreement"]["same_data"], true);
            assert_eq!(found["agreement"]["differences"].as_array().map(Vec::len), Some(0));
        }
    }
    let done = mmc(folder.path()).args(["eval", "runs/small-0001", "--no-cache"]).assert().success();
    let text = plain(&done.get_output().stdout);
    assert!(text.contains("agreement   equal to what the run reported, to the last bit"), "{text}");
    for word in ["precision %", "recall %", "label \\ predicted", "balanced    ", "no ", "yes"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    // Other weights, other numbers: they are named.
    let path = folder.path().join("rows.csv");
    fs::write(&path, table(900, 2)).unwrap();
    let found = json(folder.path(), &[]);
    assert_eq!(found["agreement"]["same_data"], false);
    assert!(!found["agreement"]["differences"].as_array().unwrap().is_empty());
}

#[test]
fn new_rows_are_measured_and_confusions_add_up() {
    let folder = run();
    fs::write(folder.path().join("new.csv"), table(300, 9)).unwrap();
    let found = json(folder.path(), &["--data", "new.csv"]);
    assert!(found["part"].is_null() && found["agreement"].is_null());
    assert_eq!(found["scores"]["rows"], 300);
    let count = |label: usize, predicted: usize| found["confusion"][label][predicted].as_u64().unwrap();
    let wrong = (count(0, 1) + count(1, 0)) as f64 / 300.0;
    assert_eq!(found["scores"]["error"].as_f64(), Some(wrong));
    assert_eq!(count(0, 0) + count(0, 1), found["classes"][0]["support"].as_u64().unwrap());
    // The same rows as a part of the run have the same measurements.
    let rows: Vec<String> = table(900, 1).lines().map(str::to_owned).collect();
    let test = [&rows[..1], &rows[701..]].concat().join("\n");
    fs::write(folder.path().join("test.csv"), test + "\n").unwrap();
    assert_eq!(json(folder.path(), &["--data", "test.csv"])["scores"], summary(folder.path())["test"]);
}

#[test]
fn groups_are_the_rows_of_each_value() {
    let folder = run();
    let found = json(folder.path(), &["--by", "site"]);
    let groups = found["groups"]["values"].as_object().unwrap();
    assert_eq!(groups.keys().collect::<Vec<_>>(), ["north", "south", ""]);
    let (mut rows, mut wrong) = (0.0, 0.0);
    for group in groups.values() {
        rows += group["rows"].as_f64().unwrap();
        wrong += group["rows"].as_f64().unwrap() * group["error"].as_f64().unwrap();
    }
    assert_eq!(rows, 200.0);
    assert!((wrong / 200.0 - found["scores"]["error"].as_f64().unwrap()).abs() < 1e-12);
    let done = mmc(folder.path()).args(["eval", "runs/small-0001", "--no-cache", "--by", "sight"]).assert().code(1);
    let reported = plain(&done.get_output().stderr);
    assert!(reported.contains("MMC0504") && reported.contains("site"), "{reported}");
    let done = mmc(folder.path()).args(["eval", "runs/small-0001", "--no-cache", "--by", "a1"]).assert().code(1);
    assert!(plain(&done.get_output().stderr).contains("too many to group rows by"));
}

#[test]
fn a_threshold_moves_decisions_and_no_probability() {
    let folder = run();
    let [none, all, plain_run] =
        [&["--threshold", "1"][..], &["--threshold", "0"], &[]].map(|a| json(folder.path(), a));
    assert_eq!(none["classes"][1]["recall"].as_f64(), Some(0.0));
    assert_eq!(all["classes"][1]["recall"].as_f64(), Some(1.0));
    assert_eq!(all["scores"]["log_loss"], plain_run["scores"]["log_loss"]);
    assert_eq!(all["scores"]["auc"], plain_run["scores"]["auc"]);
    assert_eq!(json(folder.path(), &["--threshold", "0.5"])["scores"]["error"], plain_run["scores"]["error"]);
}

#[test]
fn single_metrics_are_lines_for_programs() {
    let folder = run();
    let arguments = ["eval", "runs/small-0001", "--no-cache", "--metric", "error,brier"];
    let done = mmc(folder.path()).args(arguments).assert().success();
    let test = &summary(folder.path())["test"];
    let expected = format!("error {}\nbrier {}\n", test["error"], test["brier"]);
    assert_eq!(plain(&done.get_output().stdout), expected);
    let done = mmc(folder.path()).args(["eval", "runs/small-0001", "--metric", "eror"]).assert().code(2);
    assert!(plain(&done.get_output().stderr).contains("did you mean `error`?"));
    let done = mmc(folder.path()).args(["eval", "runs/small-0001", "--on", "tset"]).assert().code(2);
    assert!(plain(&done.get_output().stderr).contains("did you mean `test`?"));
}

#[test]
fn a_run_is_found_by_its_name() {
    let folder = run();
    let evaluated = |name: &str| {
        let done = mmc(folder.path()).args(["eval", name, "--no-cache"]).assert().success();
        plain(&done.get_output().stdout)
    };
    assert_eq!(evaluated("small-0001"), evaluated("runs/small-0001"));
    let done = mmc(folder.path()).args(["eval", "small-0011", "--no-cache"]).assert().code(1);
    let reported = plain(&done.get_output().stderr);
    assert!(reported.contains("MMC0620") && reported.contains("did you mean `runs/small-0001`?"), "{reported}");
}
