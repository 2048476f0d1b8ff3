//! The folders of `mmc compare` and `mmc sweep`: every trial is a run, the selected one is trained alone with the same bits,
//! and a study that was killed ends as one that was not.

use super::compare_and_sweep::swept;
use crate::support::process::{SMALL, ended, folder, mmc, names, plain, signal, start_until};
use mmc::Model;
use serde_json::Value;
use std::fs;
use std::path::Path;

fn yaml(path: &Path) -> serde_yaml::Value {
    serde_yaml::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Runs the program, and gives what it writes on standard output and standard error.
fn run(folder: &Path, arguments: &[&str]) -> (String, String) {
    let done = mmc(folder).args(arguments).arg("--no-cache").assert().success();
    (plain(&done.get_output().stdout), plain(&done.get_output().stderr))
}

/// A table as JSON, without the seconds of its rows.
fn without_seconds(path: &Path) -> Value {
    let mut table: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    for rows in ["lines", "points"] {
        for row in table[rows].as_array_mut().into_iter().flatten() {
            assert!(row["seconds"].as_f64().unwrap() > 0.0);
            row["seconds"] = Value::Null;
        }
    }
    table
}

/// The names of the folders of trials.
fn trials(study: &Path) -> Vec<String> {
    names(study).into_iter().filter(|name| name.contains("-seed-")).collect()
}

/// Fails unless both folders hold runs of the same bits.
fn same_bits(one: &Path, other: &Path) {
    for file in ["model.safetensors", "predictions.csv"] {
        assert!(
            fs::read(one.join(file)).unwrap() == fs::read(other.join(file)).unwrap(),
            "{file} of {}",
            one.display()
        );
    }
}

#[test]
fn every_trial_is_a_run_and_the_selected_one_is_trained_alone_with_the_same_bits() {
    let folder = folder(SMALL);
    let arguments = ["compare", "small.mmc", "--seeds", "2", "--epochs", "2", "--metric", "log_loss", "--threads", "2"];
    let (shown, reported) = run(folder.path(), &arguments);
    let study = folder.path().join("runs/small-compare-0001");
    assert_eq!(trials(&study), ["low_only-seed-1", "low_only-seed-2", "mul-seed-1", "mul-seed-2"]);
    let one_run: Vec<String> = names(&study.join("mul-seed-1"));
    for file in
        ["model.safetensors", "preprocessing.json", "run.yaml", "summary.json", "predictions.csv", "pipeline.mmc"]
    {
        assert!(one_run.contains(&file.to_owned()), "{file}: {one_run:?}");
    }
    // A trial has only the preprocessing of the modalities that it reads.
    let preprocessing = |trial: &str| -> Value {
        serde_json::from_str(&fs::read_to_string(study.join(trial).join("preprocessing.json")).unwrap()).unwrap()
    };
    assert_eq!(preprocessing("low_only-seed-1")["modalities"].as_array().unwrap().len(), 1);

    // Each is the run of its command, which `study.yaml` has for the selected one.
    let record = yaml(&study.join("study.yaml"));
    let best = &record["best"];
    let command = best["command"].as_str().unwrap();
    assert!(shown.contains(&format!("alone       {command}\n")), "{shown}");
    let words: Vec<&str> = command.split(' ').collect();
    assert_eq!((words[0], words[1], words[2]), ("mmc", "run", "small.mmc"));
    run(folder.path(), &[&words[1..], &["--quiet"]].concat());
    let alone = folder.path().join("runs/small-0001");
    same_bits(&study.join(best["trial"].as_str().unwrap()), &alone);
    same_bits(&study.join("best"), &alone);
    let selected = study.join("best");
    let copied = names(&selected);
    assert_eq!(copied, names(&study.join(best["trial"].as_str().unwrap())));
    assert!(copied.iter().all(|name| !selected.join(name).is_symlink()));

    // It is selected by validation: the mean over the seeds, then the best seed.
    let lines = fs::read_to_string(study.join("trials.jsonl")).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let valid = |combine: &str| -> Vec<f64> {
        let mut own: Vec<&Value> = lines.iter().filter(|line| line["combine"] == combine).collect();
        own.sort_by_key(|line| line["seed"].as_u64());
        own.iter().map(|line| line["valid"]["log_loss"].as_f64().unwrap()).collect()
    };
    let sum = |combine: &str| valid(combine).iter().sum::<f64>();
    let combine = if sum("mul") <= sum("low_only") { "mul" } else { "low_only" };
    let seed = if valid(combine)[0] <= valid(combine)[1] { 1 } else { 2 };
    assert_eq!((best["name"].as_str(), best["seed"].as_u64()), (Some(combine), Some(seed)));

    // No line before the table shows a test row.
    assert!(!reported.contains("test") && reported.contains("valid log loss"), "{reported}");

    // The model predicts from its folder.
    let model = Model::load(study.join("best")).unwrap();
    assert_eq!(model.classes(), ["background", "signal"]);

    // A second study is another folder.
    run(folder.path(), &["compare", "small.mmc", "--seeds", "1", "--epochs", "1", "--quiet"]);
    assert_eq!(names(&folder.path().join("runs")), ["small-0001", "small-compare-0001", "small-compare-0002"]);
}

/// Kills a study once it has ended so many trials, resumes it from its folder alone, and compares it with one that was not
/// killed.
#[cfg(unix)]
fn killed_and_resumed(text: &str, arguments: &[&str], study: &str, table: &str, kills: &[&str]) {
    let whole = folder(text);
    run(whole.path(), &[arguments, &["--threads", "1"]].concat());
    let killed = folder(text);
    let command = arguments[0];
    let resume = format!("runs/{study}");
    for (number, line) in kills.iter().enumerate() {
        let arguments = if number == 0 { arguments.to_vec() } else { vec![command, "--resume", &resume] };
        let arguments = [&arguments[..], &["--no-cache", "--threads", "1"]].concat();
        let (mut child, _lines) = start_until(killed.path(), &arguments, line);
        child.kill().unwrap();
        child.wait().unwrap();
    }
    // The original may be gone.
    fs::remove_file(killed.path().join("small.mmc")).unwrap();
    let (_, reported) = run(killed.path(), &[command, "--resume", &resume, "--threads", "2"]);
    assert!(reported.contains("done before"), "{reported}");
    let (one, other) = (whole.path().join(&resume), killed.path().join(&resume));
    assert_eq!(without_seconds(&one.join(table)), without_seconds(&other.join(table)));
    assert_eq!(names(&one), names(&other));
    for trial in trials(&one).iter().map(String::as_str).chain(["best"]) {
        same_bits(&one.join(trial), &other.join(trial));
    }
    assert_eq!(yaml(&one.join("study.yaml"))["best"], yaml(&other.join("study.yaml"))["best"]);
    // Nothing is left to train.
    let before = fs::read(other.join("trials.jsonl")).unwrap();
    run(killed.path(), &[command, "--resume", &resume]);
    assert!(fs::read(other.join("trials.jsonl")).unwrap() == before);
}

#[test]
#[cfg(unix)]
fn a_comparison_that_was_killed_ends_as_one_that_was_not() {
    let text = SMALL.replace("combine low_only = single(low_net)", "combine low_only = late(low_net, high_net)");
    let arguments = ["compare", "small.mmc", "--seeds", "3", "--epochs", "1", "--over-learn", "components"];
    killed_and_resumed(&text, &arguments, "small-compare-0001", "compare.json", &["1/6", "4/6"]);
}

#[test]
#[cfg(unix)]
fn a_sweep_that_was_killed_ends_as_one_that_was_not() {
    let arguments = ["sweep", "small.mmc", "curve", "--epochs", "1", "--metric", "brier"];
    killed_and_resumed(&swept(), &arguments, "small-curve-0001", "sweep.json", &["3/12"]);
}

#[test]
#[cfg(unix)]
fn a_trial_that_was_interrupted_continues_from_its_checkpoint() {
    let arguments = ["compare", "small.mmc", "--combine", "mul", "--seeds", "1", "--epochs", "600", "--threads", "1"];
    let (whole, interrupted) = (folder(SMALL), folder(SMALL));
    run(whole.path(), &arguments);
    let trial = "runs/small-compare-0001/mul-seed-1";
    let checkpoints = interrupted.path().join(trial).join("checkpoints");
    let uncached = [&arguments[..], &["--no-cache"]].concat();
    let (child, _lines) = start_until(interrupted.path(), &uncached, "training");
    // The record of the run is written before its first step.
    while !interrupted.path().join(trial).join("run.yaml").exists() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    signal(&child, "-INT");
    assert_eq!(ended(child), (Some(75), String::new()));
    assert!(checkpoints.exists());
    run(interrupted.path(), &["compare", "--resume", "runs/small-compare-0001"]);
    same_bits(&whole.path().join(trial), &interrupted.path().join(trial));
    assert!(!checkpoints.exists(), "the checkpoints of a trial that is done take no room");
    run(interrupted.path(), &["verify", trial]);
}

#[test]
#[cfg(unix)]
fn trials_save_their_state_as_often_as_told() {
    let folder = folder(SMALL);
    let arguments = [
        "compare",
        "small.mmc",
        "--combine",
        "mul",
        "--seeds",
        "1",
        "--epochs",
        "4000",
        "--threads",
        "1",
        "--no-cache",
        "--checkpoint",
        "2 epochs",
    ];
    let checkpoints = folder.path().join("runs/small-compare-0001/mul-seed-1/checkpoints");
    let (mut child, _lines) = start_until(folder.path(), &arguments, "training");
    // A killed process saves nothing more: what is there was saved at an interval.
    while !checkpoints.exists() || names(&checkpoints).len() < 2 {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let (child, _lines) = start_until(
        folder.path(),
        &["compare", "--resume", "runs/small-compare-0001", "--threads", "1", "--no-cache", "--checkpoint", "never"],
        "training",
    );
    signal(&child, "-INT");
    assert_eq!(ended(child).0, Some(75));
    assert!(names(&checkpoints).len() <= 2);
}

#[test]
#[cfg(unix)]
fn the_interval_of_checkpoints_is_part_of_the_printed_command() {
    let folder = folder(SMALL);
    let arguments = ["compare", "small.mmc", "--seeds", "3", "--epochs", "50", "--threads", "1", "--no-cache"];
    let told = [&arguments[..], &["--checkpoint", "7 steps"]].concat();
    let (child, mut lines) = start_until(folder.path(), &told, "1/6");
    signal(&child, "-INT");
    assert!(lines.any(|line| line.ends_with("--threads 1 --no-cache --checkpoint 7steps")));
    assert_eq!(ended(child).0, Some(75));
}

#[test]
fn equal_trials_are_trained_once() {
    let folder = folder(&swept());
    // `low_only` does not read `beta`: its three points are one training for each seed.
    let (shown, reported) = run(folder.path(), &["sweep", "small.mmc", "curve", "--epochs", "1"]);
    let once = "=           trained once: low_only beta=0.5, low_only beta=1 as low_only beta=0";
    assert!(shown.contains(once) && shown.matches("2 =").count() == 2, "{shown}");
    assert!(reported.contains("12 trials") && reported.contains("12/12"), "{reported}");
    let study = folder.path().join("runs/small-curve-0001");
    assert_eq!(trials(&study).len(), 3 * 2 + 2);
    let points = without_seconds(&study.join("sweep.json"))["points"].clone();
    assert_eq!(points[3]["valid"], points[5]["valid"]);
    assert_eq!((&points[3]["same_as"], &points[5]["same_as"]), (&Value::Null, &"low_only beta=0".into()));
    let before = fs::read(study.join("trials.jsonl")).unwrap();
    let (again, _) = run(folder.path(), &["sweep", "--resume", "runs/small-curve-0001"]);
    assert!(again.contains(once), "{again}");
    assert!(fs::read(study.join("trials.jsonl")).unwrap() == before);

    // Two files with one pipeline: without a difference there is no p-value.
    fs::copy(folder.path().join("small.mmc"), folder.path().join("copy.mmc")).unwrap();
    let arguments = ["compare", "small.mmc", "copy.mmc", "--combine", "mul", "--seeds", "2", "--epochs", "1"];
    let (shown, _) = run(folder.path(), &arguments);
    let line = shown.lines().find(|line| line.ends_with("2 =")).unwrap();
    assert!(line.contains("+0.00") && line.split_whitespace().any(|cell| cell == "-"), "{line}");
    assert_eq!(trials(&folder.path().join("runs/small-compare-0001")), ["small-mul-seed-1", "small-mul-seed-2"]);
    let table = without_seconds(&folder.path().join("runs/small-compare-0001/compare.json"));
    assert!(table["lines"][1]["difference"]["p"].is_null() && table["lines"][1]["difference"]["mean"] == 0.0);
}

#[test]
fn a_run_that_is_removed_or_damaged_is_trained_again() {
    let folder = folder(SMALL);
    run(folder.path(), &["compare", "small.mmc", "--seeds", "2", "--epochs", "1", "--quiet"]);
    let study = folder.path().join("runs/small-compare-0001");
    let before = without_seconds(&study.join("compare.json"));
    fs::remove_dir_all(study.join("mul-seed-1")).unwrap();
    fs::write(study.join("mul-seed-2/decisions.csv"), "prediction\nx\n").unwrap();
    fs::remove_file(study.join("low_only-seed-1/summary.json")).unwrap();
    let (_, reported) = run(folder.path(), &["compare", "--resume", "runs/small-compare-0001"]);
    assert!(reported.contains("4 trials, 1 done before") && reported.contains("4/4"), "{reported}");
    assert_eq!(without_seconds(&study.join("compare.json")), before);
    assert_eq!(trials(&study).len(), 4);
    // More seeds are added to those that are there.
    let (_, reported) = run(folder.path(), &["compare", "--resume", "runs/small-compare-0001", "--seeds", "3"]);
    assert!(reported.contains("6 trials, 4 done before"), "{reported}");
}

#[test]
fn without_validation_rows_nothing_is_selected() {
    let folder = folder(&SMALL.replace(", valid: fraction(10%)", ""));
    let arguments = ["compare", "small.mmc", "--seeds", "1", "--epochs", "1"];
    let (shown, reported) = run(folder.path(), &arguments);
    assert!(reported.contains("warning: there are no validation rows"), "{reported}");
    assert!(shown.contains("none is selected") && !shown.contains('*') && !shown.contains("alone "), "{shown}");
    assert!(!folder.path().join("runs/small-compare-0001/best").exists());
    let (shown, _) = run(folder.path(), &[&arguments[..], &["--against", "low_only"]].concat());
    assert!(shown.contains("less that of `low_only`"), "{shown}");
    // A sweep is there to select.
    fs::write(folder.path().join("small.mmc"), swept().replace(", valid: fraction(10%)", "")).unwrap();
    let done = mmc(folder.path()).args(["sweep", "small.mmc", "curve", "--no-cache"]).assert().code(1);
    let reported = plain(&done.get_output().stderr);
    assert!(reported.contains("MMC0509") && reported.contains("valid: fraction(10%)"), "{reported}");
}

#[test]
fn folders_that_hold_no_such_study_are_reported() {
    let folder = folder(&swept());
    let reported = |arguments: &[&str]| {
        let done = mmc(folder.path()).args(arguments).args(["--no-cache", "--epochs", "1"]).assert().code(1);
        plain(&done.get_output().stderr)
    };
    let none = reported(&["compare", "--resume", "runs/none"]);
    assert!(none.contains("MMC0606") && none.contains("is not the folder of a study"), "{none}");
    run(folder.path(), &["sweep", "small.mmc", "seeds_only", "--epochs", "1", "--quiet"]);
    let other = reported(&["compare", "--resume", "runs/small-seeds_only-0001"]);
    assert!(other.contains("mmc sweep --resume runs/small-seeds_only-0001"), "{other}");
    fs::write(folder.path().join("runs/small-seeds_only-0001/study.yaml"), "study: [").unwrap();
    let damaged = reported(&["sweep", "--resume", "runs/small-seeds_only-0001"]);
    assert!(damaged.contains("study.yaml` is damaged"), "{damaged}");
    let done = mmc(folder.path()).args(["compare", "small.mmc", "--metric", "eror"]).assert().code(2);
    assert!(plain(&done.get_output().stderr).contains("did you mean `error`?"));
}
