//! New pipelines from tables, folders and templates.

mod end_to_end;
mod new;
mod several_files;
mod tables;

use crate::support::process::{mmc, plain};
use std::fs;
use std::path::Path;

/// The text that `mmc new` writes.
fn new(folder: &Path, args: &[&str]) -> String {
    let output = mmc(folder).arg("new").args(args).output().unwrap();
    assert!(output.status.success(), "{}", plain(&output.stderr));
    plain(&output.stdout)
}

/// What `mmc new` reports where it writes nothing.
fn refused(folder: &Path, args: &[&str]) -> String {
    let output = mmc(folder).arg("new").args(args).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", plain(&output.stdout));
    plain(&output.stderr)
}

/// Lints `pipeline.mmc` with every warning an error, checks its format, and trains it for some epochs; its test error.
fn trains(folder: &Path, epochs: usize) -> f64 {
    let lint = mmc(folder).args(["lint", "--deny", "warnings", "pipeline.mmc"]).output().unwrap();
    let text = fs::read_to_string(folder.join("pipeline.mmc")).unwrap();
    assert!(lint.status.success(), "{text}\n{}{}", plain(&lint.stdout), plain(&lint.stderr));
    mmc(folder).args(["fmt", "--check", "pipeline.mmc"]).assert().success();
    let epochs = epochs.to_string();
    let run = ["run", "--quiet", "--no-cache", "--epochs", &epochs, "--out", "out", "pipeline.mmc"];
    let run = mmc(folder).args(run).output().unwrap();
    assert!(run.status.success(), "{text}\n{}", plain(&run.stderr));
    let last = fs::read_dir(folder.join("out")).unwrap().map(|entry| entry.unwrap().path()).max().unwrap();
    let summary: serde_json::Value = serde_json::from_slice(&fs::read(last.join("summary.json")).unwrap()).unwrap();
    summary["test"]["error"].as_f64().unwrap()
}

/// As [`trains`], for one epoch.
fn lints_clean_and_runs(folder: &Path) {
    trains(folder, 1);
}

/// Writes a table of text and the pipeline that `mmc new` makes for it, which lints clean and runs; its text.
fn pipeline_of(folder: &Path, name: &str, table: &str) -> String {
    fs::write(folder.join(name), table).unwrap();
    new(folder, &[name, "--force", "-o", "pipeline.mmc"]);
    lints_clean_and_runs(folder);
    fs::read_to_string(folder.join("pipeline.mmc")).unwrap()
}
