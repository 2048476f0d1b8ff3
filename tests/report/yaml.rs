//! YAML in other readers: PyYAML, which reads YAML 1.1, finds the same values as a reader of YAML 1.2.

use crate::support::process::{SMALL, folder, mmc, plain};
use mmc::report::yaml_text;
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

/// A text as read by PyYAML, as JSON.
fn pyyaml(text: &str) -> Value {
    let program = "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin.read()), sys.stdout)";
    let mut python = Command::new("python3")
        .args(["-X", "utf8", "-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let done = python.wait_with_output().unwrap();
    assert!(done.status.success(), "PyYAML cannot read this:\n{text}");
    serde_json::from_slice(&done.stdout).unwrap()
}

#[test]
#[ignore = "needs python3 with PyYAML"]
fn pyyaml_reads_every_word_as_the_text_it_is() {
    let words = [
        "no",
        "No",
        "yes",
        "YES",
        "on",
        "Off",
        "y",
        "n",
        "true",
        "False",
        "null",
        "Null",
        "~",
        "",
        "1_000",
        "0o17",
        "017",
        "0x1f",
        "0b101",
        "1:30",
        "190:20:30",
        "2026-01-31",
        "2001-12-14t21:59:43.10-05:00",
        "1e5",
        "1.5e+3",
        ".5",
        "-.inf",
        ".NaN",
        "<<",
        "=",
        "+12",
        "-0",
        "685_230.15",
        "1.",
        "a: b",
        "- c",
        "two\nlines",
        "#",
        "é",
        "north",
        "low_net.0.weight",
        "[1, 2]",
        "{a}",
        "!tag",
        "&a",
        "*a",
        "'",
        "\"",
        "@",
        "`",
        "%",
        "? a",
        " blank ",
    ];
    let keys: serde_json::Map<String, Value> = words.iter().map(|word| ((*word).to_owned(), json!(word))).collect();
    let value = json!({ "words": &words[..], "keys": keys, "numbers": [2e-5, 1.5e300, 1e16, 0.1, -0.5, 7, u64::MAX, i64::MIN] });
    let text = yaml_text(&value).unwrap();
    assert_eq!(pyyaml(&text), value, "{text}");
    assert_eq!(serde_yaml::from_str::<Value>(&text).unwrap(), value, "{text}");
}

#[test]
#[ignore = "needs python3 with PyYAML"]
fn pyyaml_reads_what_runs_and_plans_write() {
    let pipeline = SMALL.replace("\"background\", \"signal\"", "\"no\", \"yes\"").replace("beta = 0.5", "beta = 1e-7");
    let pipeline = pipeline.replace("synthetic(\"collider\", rows: 1_000, seed: 7)", "csv(\"rows.csv\")");
    let pipeline =
        pipeline.replace("columns(\"low_*\")", "columns(0..=20)").replace("columns(\"high_*\")", "columns(21..=27)");
    let folder = folder(&pipeline);
    let mut rows = (0..28).map(|column| format!("c{column},")).collect::<String>() + "process\n";
    for row in 0..1000 {
        rows += &(0..28).map(|column| format!("{},", (row * (37 + column)) % 101)).collect::<String>();
        rows += ["no\n", "yes\n"][row % 2];
    }
    fs::write(folder.path().join("rows.csv"), rows).unwrap();
    mmc(folder.path()).args(["run", "small.mmc", "--no-cache", "--quiet"]).assert().success();
    let run = fs::read_to_string(folder.path().join("runs/small-0001/run.yaml")).unwrap();
    let plan = mmc(folder.path()).args(["plan", "small.mmc", "--format", "yaml"]).assert().success();
    let plan = plain(&plan.get_output().stdout);
    for text in [&run, &plan] {
        assert_eq!(pyyaml(text), serde_yaml::from_str::<Value>(text).unwrap(), "{text}");
    }
    assert_eq!(pyyaml(&run)["plan"]["classes"], json!(["no", "yes"]));
}
