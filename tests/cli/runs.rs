//! `mmc runs` as a process: which runs are listed, in which order, and what is skipped.

use crate::support::process::{SMALL, folder, mmc, names, plain, start_until};
use std::fs;
use std::path::Path;

/// Runs `mmc runs` with these arguments, and returns both of its streams.
fn runs(folder: &Path, arguments: &[&str]) -> (String, String) {
    let done = mmc(folder).arg("runs").args(arguments).assert().success();
    (plain(&done.get_output().stdout), plain(&done.get_output().stderr))
}

fn train(folder: &Path, arguments: &[&str]) {
    let quick = ["run", "small.mmc", "--no-cache", "--quiet", "--epochs", "1"];
    mmc(folder).args(quick).args(arguments).assert().success();
}

/// The first word of each line of the table below its header.
fn listed(table: &str) -> Vec<&str> {
    table
        .lines()
        .skip(2)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .collect()
}

#[test]
fn runs_are_listed_sorted_and_filtered() {
    let folder = folder(SMALL);
    train(folder.path(), &["--tag", "paper", "--tag", "first"]);
    train(folder.path(), &["--combine", "low_only"]);
    let (table, notes) = runs(folder.path(), &[]);
    assert_eq!(notes, "");
    let header: Vec<&str> = table.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(header, ["run", "date", "pipeline", "combine", "status", "valid", "test", "time", "tags"]);
    assert!(table.ends_with("valid, test  error in percent; dates in UTC\n"), "{table}");
    assert_eq!(listed(&table), ["small-0001", "small-0002"]);
    assert!(table.contains("paper, first") && table.contains("finished"), "{table}");

    let (json, _) = runs(folder.path(), &["--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let summary = fs::read_to_string(folder.path().join("runs/small-0001/summary.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
    let first = &json["runs"][0];
    for metric in ["error", "loss", "auc", "f1", "log_loss"] {
        assert_eq!(first["valid"][metric], summary["valid"][metric], "{metric}");
        assert_eq!(first["test"][metric], summary["test"][metric], "{metric}");
    }
    assert_eq!(first["seconds"], summary["seconds"]);
    assert_eq!(first["tags"], serde_json::json!(["paper", "first"]));
    let started = first["started"].as_str().unwrap();
    assert!(started.len() == 20 && started.ends_with('Z'), "{started}");

    let (table, _) = runs(folder.path(), &["--sort", "-run", "--metric", "log_loss"]);
    assert_eq!(listed(&table), ["small-0002", "small-0001"]);
    let shown = format!("{:.4}", summary["valid"]["log_loss"].as_f64().unwrap());
    assert!(table.contains("valid, test  log_loss;") && table.contains(&shown), "{shown}: {table}");
    for (filter, expected) in
        [("tags=paper", "small-0001"), ("combine=low_only", "small-0002"), ("run=small-0001", "small-0001")]
    {
        assert_eq!(listed(&runs(folder.path(), &["--filter", filter]).0), [expected], "{filter}");
    }
    let (table, notes) = runs(folder.path(), &["--filter", "test<0"]);
    assert_eq!((table.as_str(), notes.as_str()), ("", "none of the 2 runs meets the conditions\n"));
}

#[test]
fn damaged_unfinished_and_foreign_folders_are_no_failure() {
    let folder = folder(SMALL);
    for _ in 0..3 {
        train(folder.path(), &[]);
    }
    let all = folder.path().join("runs");
    let summary = fs::read_to_string(all.join("small-0001/summary.json")).unwrap();
    fs::write(all.join("small-0001/summary.json"), &summary[..summary.len() / 2]).unwrap();
    fs::remove_file(all.join("small-0002/summary.json")).unwrap();
    fs::create_dir_all(all.join("notes/old")).unwrap();
    fs::create_dir_all(all.join("study/trials")).unwrap();
    fs::rename(all.join("small-0003"), all.join("study/trials/one")).unwrap();
    fs::write(all.join("readme.txt"), "mine").unwrap();

    let (table, notes) = runs(folder.path(), &["--sort", "run"]);
    assert_eq!(listed(&table), ["small-0002", "study/trials/one"]);
    assert!(table.lines().any(|line| line.contains("small-0002") && line.contains("unfinished")), "{table}");
    let notes: Vec<&str> = notes.lines().collect();
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes[0].contains("runs/notes") && notes[0].contains("holds no run"), "{notes:?}");
    assert!(notes[1].contains("small-0001/summary.json` is damaged"), "{notes:?}");

    // A run of its own, and an empty folder.
    assert_eq!(listed(&runs(folder.path(), &["runs/small-0002"]).0), ["runs/small-0002"]);
    fs::create_dir(folder.path().join("empty")).unwrap();
    assert_eq!(runs(folder.path(), &["empty"]).1, "there are no runs in empty\n");
    assert_eq!(names(&folder.path().join("empty")), [""; 0]);
}

#[test]
fn a_folder_or_column_that_does_not_exist_is_an_error() {
    let folder = folder(SMALL);
    let done = mmc(folder.path()).arg("runs").assert().code(1);
    assert!(plain(&done.get_output().stderr).contains("MMC0620"));
    let done = mmc(folder.path()).args(["runs", "--sort", "vaild"]).assert().code(2);
    assert!(plain(&done.get_output().stderr).contains("did you mean `valid`?"));
}

#[test]
#[cfg(unix)]
fn a_run_is_running_as_long_as_its_process_lives() {
    let folder = folder(SMALL);
    let arguments = ["run", "small.mmc", "--no-cache", "--epochs", "1000000", "--checkpoint", "10 steps"];
    let (mut child, _lines) = start_until(folder.path(), &arguments, "epoch ");
    let status = || {
        let (json, _) = runs(folder.path(), &["--json"]);
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        json["runs"][0]["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(status(), "running");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(status(), "unfinished");
}
