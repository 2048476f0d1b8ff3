//! `mmc eval` on corrupted rows, as a process: ablation, curves, permutation, against what other ways measure.

use crate::support::process::{folder, mmc, plain};
use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const PIPELINE: &str = r#"pipeline small

data {
  source = csv("rows.csv")
  split  = { test: last(300), valid: fraction(20%) }
}

label kind: class["no", "yes"] = column("kind")

modality a:  dense[2] = columns("a*") |> standardize
modality b?: dense[1] = column("b") |> standardize
modality t:  text[8] = column("t") |> chars(8)

encoder a_net = a |> mlp([8])
encoder b_net = b |> mlp([8])
encoder t_net = t |> char_cnn(embed: 4, channels: 4) |> mlp([8])

combine mul  = multiplicative(a_net, b_net, t_net)
combine pair = multiplicative(a_net, b_net)
combine one  = single(t_net)

train { combine = mul
  epochs = 12
  seed = 1 }
"#;

/// A uniform number of [0, 1), by a row and a purpose.
fn draw(row: u32, purpose: u32) -> f64 {
    let mut x = row.wrapping_mul(0x9e37_79b9) ^ purpose.wrapping_mul(0x85eb_ca6b);
    for _ in 0..2 {
        x = (x ^ (x >> 16)).wrapping_mul(0x045d_9f3b);
    }
    f64::from(x ^ (x >> 16)) / 4_294_967_296.0
}

/// A table whose label follows `a1` mostly, `t` somewhat, and `b`, which is missing on every fifth row, a little. With
/// `blank`, `b` is missing everywhere.
fn table(rows: u32, blank: bool) -> String {
    let mut text = String::from("a1,a2,b,t,kind\n");
    for row in 0..rows {
        let noise = |purpose: u32| draw(row, purpose) - 0.5;
        let yes = draw(row, 1) < 0.5;
        let a = f64::from(u8::from(yes)) + 1.5 * noise(2);
        let b = match blank || row % 5 == 0 {
            true => String::new(),
            false => (0.3 * f64::from(u8::from(yes)) + noise(3)).to_string(),
        };
        let word = if yes == (draw(row, 4) < 0.7) { "alpha" } else { "omega" };
        writeln!(text, "{a},{},{b},{word}{},{}", noise(5), row % 7, if yes { "yes" } else { "no" }).unwrap();
    }
    text
}

fn run(combine: &str) -> TempDir {
    let folder = folder(PIPELINE);
    fs::write(folder.path().join("rows.csv"), table(900, false)).unwrap();
    mmc(folder.path()).args(["run", "small.mmc", "--no-cache", "--quiet", "--combine", combine]).assert().success();
    folder
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let command = ["eval", "runs/small-0001", "--no-cache", "--format", "json"];
    let done = mmc(folder).args(command).args(arguments).assert().success();
    serde_json::from_slice(&done.get_output().stdout).unwrap()
}

fn summary(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join("runs/small-0001/summary.json")).unwrap()).unwrap()
}

/// The entry of the subset of these modalities.
fn subset<'a>(report: &'a Value, names: &[&str]) -> &'a Value {
    let found =
        report["subsets"].as_array().unwrap().iter().find(|subset| subset["modalities"] == serde_json::json!(names));
    found.unwrap_or_else(|| panic!("{names:?} is not in {report}"))
}

#[test]
fn a_modality_alone_decides_as_its_component() {
    let folder = run("mul");
    let (report, summary) = (json(folder.path(), &["--ablate"]), summary(folder.path()));
    assert_eq!(report["error"], summary["test"]["error"]);
    assert_eq!(report["log_loss"], summary["test"]["log_loss"]);
    assert_eq!(report["subsets"].as_array().unwrap().len(), 6);
    for (modality, component) in [("a", 0), ("t", 2)] {
        let alone = subset(&report, &[modality]);
        assert_eq!(alone["error"], summary["test"]["components"][component]["error"], "{modality}");
        assert_eq!(alone["replaced"], 0);
    }
    // `b` is missing on every fifth row, on which nothing is left that decides.
    let alone = subset(&report, &["b"]);
    let rows = summary["test"]["components"][1]["rows"].as_u64().unwrap();
    assert_eq!(alone["replaced"].as_u64(), Some(300 - rows));
    for found in report["subsets"].as_array().unwrap() {
        let lead = found["error"].as_f64().unwrap() - report["error"].as_f64().unwrap();
        assert!((found["difference"]["mean"].as_f64().unwrap() - lead).abs() < 1e-12);
        assert!(found["difference"]["low"].as_f64() <= found["difference"]["high"].as_f64());
    }
}

#[test]
fn an_absent_optional_modality_is_an_empty_column() {
    let folder = run("mul");
    let test: Vec<String> = table(900, true).lines().map(str::to_owned).collect();
    let rows = [&test[..1], &test[601..]].concat().join("\n");
    fs::write(folder.path().join("blank.csv"), rows + "\n").unwrap();
    let expected = json(folder.path(), &["--data", "blank.csv"]);
    for report in [json(folder.path(), &["--ablate"]), json(folder.path(), &["--data", "blank.csv", "--ablate"])] {
        assert_eq!(subset(&report, &["a", "t"])["error"], expected["scores"]["error"]);
        assert_eq!(subset(&report, &["a", "t"])["log_loss"], expected["scores"]["log_loss"]);
    }
    let curve = json(folder.path(), &["--corrupt", "b=missing:100%"]);
    assert_eq!(curve["curves"][0]["points"][1]["error"], expected["scores"]["error"]);
}

#[test]
fn a_curve_begins_with_the_rows_as_they_are_and_repeats() {
    let folder = run("mul");
    let arguments = ["--corrupt", "a=gaussian:0.5,4", "--corrupt", "t=typos:20%", "--corrupt", "a=swap:50%,100%"];
    let report = json(folder.path(), &arguments);
    let summary = summary(folder.path());
    for curve in report["curves"].as_array().unwrap() {
        assert_eq!(curve["points"][0]["level"], 0.0);
        assert_eq!(curve["points"][0]["error"], summary["test"]["error"]);
        assert_eq!(curve["points"][0]["log_loss"], summary["test"]["log_loss"]);
        assert!(curve["points"][0]["difference"].is_null());
    }
    for threads in ["1", "3"] {
        assert_eq!(json(folder.path(), &[&arguments[..], &["--threads", threads]].concat()), report);
    }
    assert_ne!(json(folder.path(), &[&arguments[..], &["--seed", "2"]].concat())["curves"], report["curves"]);
    // The label follows `a`: that of the other class misleads.
    let swapped = report["curves"][2]["points"].as_array().unwrap();
    let errors: Vec<f64> = swapped.iter().map(|point| point["error"].as_f64().unwrap()).collect();
    assert!(errors[0] < errors[1] && errors[1] < errors[2] && errors[2] > 0.5, "{errors:?}");
}

#[test]
fn a_permuted_modality_costs_what_it_knows() {
    let folder = run("pair");
    let report = json(folder.path(), &["--permute"]);
    let importance = |modality: &str, column: Option<&str>| {
        let all = report["importance"].as_array().unwrap();
        let found = all.iter().find(|one| one["modality"] == modality && one["column"].as_str() == column).unwrap();
        found["error"]["mean"].as_f64().unwrap()
    };
    // The label follows `a1`; `a2` is noise.
    assert!(importance("a", None) > 0.1);
    assert!(importance("a", Some("a1")) > 0.1 && importance("a", Some("a2")).abs() < 0.05);
    assert_eq!(report["importance"].as_array().unwrap().len(), 4);
    assert_eq!(report["importance"][0]["error"]["values"].as_array().unwrap().len(), 5);
}

#[test]
fn what_cannot_be_corrupted_is_explained() {
    let folder = run("one");
    let command = ["eval", "runs/small-0001", "--no-cache"];
    let failed = |arguments: &[&str], code: i32| {
        plain(&mmc(folder.path()).args(command).args(arguments).assert().code(code).get_output().stderr)
    };
    assert!(failed(&["--corrupt", "a=gaussian:1"], 1).contains("the model reads no modality `a`, but `t`"));
    assert!(failed(&["--corrupt", "t=gaussian:1"], 1).contains("`gaussian` does not fit the modality `t`"));
    assert!(failed(&["--corrupt", "t=typo:1"], 2).contains("did you mean `typos`?"));
    assert!(failed(&["--corrupt", "t=typos:2"], 2).contains("at most 1"));
    assert!(failed(&["--ablate", "--by", "kind"], 2).contains("cannot be used with"));
    // Nothing is left without the only modality: its neutral content, an empty text, stands in.
    let report = json(folder.path(), &["--corrupt", "t=missing:100%"]);
    assert_eq!(report["curves"][0]["points"][1]["replaced"], 300);
    let done = mmc(folder.path()).args(command).args(["--corrupt", "t=missing:100%"]).assert().success();
    let text = plain(&done.get_output().stdout);
    assert!(text.contains("t missing") && text.contains("100% *"), "{text}");
}
