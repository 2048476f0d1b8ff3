//! `mmc run --resume`, `--warm-start` and `mmc run RUN` as processes: killed runs end with the bits of runs that were not.

use crate::support::process::{SMALL, ended, folder, mmc, names, plain, signal, start_until};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// The files that two equal runs have in common, to the byte.
const RESULTS: [&str; 5] = ["model.safetensors", "predictions.csv", "components.csv", "metrics.csv", "first_steps.csv"];

/// `SMALL` with more to keep between two steps, and combines to choose from.
fn pipeline() -> String {
    SMALL
        .replace("epochs     = 3", "epochs     = 4\n  clip_norm  = 1.0\n  stop       = patience(3, on: valid.loss)")
        .replace("sgd(lr: 0.05, momentum: 0.9)", "adam(lr: 0.003)")
        .replace("mlp([16])", "linear(16) |> batch_norm |> relu |> dropout(0.1)")
        .replace("combine low_only", "combine apart = late(low_net, high_net) { by = learned }\n\ncombine low_only")
}

/// Runs a command to its end, and gives what it said on standard error.
fn run(folder: &Path, arguments: &[&str]) -> String {
    let done = mmc(folder).args(["run", "--no-cache", "--threads", "1"]).args(arguments).assert().success();
    plain(&done.get_output().stderr)
}

/// Runs a command that fails, and gives its report with the lines joined.
fn refused(folder: &Path, arguments: &[&str], code: i32) -> String {
    let done = mmc(folder).args(["run", "--no-cache", "--threads", "1"]).args(arguments).assert().code(code);
    plain(&done.get_output().stderr).split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn assert_equal(one: &Path, other: &Path) {
    for file in RESULTS {
        assert!(fs::read(one.join(file)).unwrap() == fs::read(other.join(file)).unwrap(), "{file} differs");
    }
}

#[test]
#[cfg(unix)]
fn a_run_that_is_killed_at_any_time_ends_with_the_same_bits() {
    for combine in ["mul", "apart"] {
        let folder = folder(&pipeline());
        let options = ["--combine", combine, "--checkpoint", "3 steps"];
        run(folder.path(), &[&["small.mmc", "--resume", "whole"], &options[..]].concat());
        // Before the first step, within the training, and late in it. The same command starts and continues it.
        for milliseconds in [0, 60, 150, 300] {
            let mut child = Command::new(env!("CARGO_BIN_EXE_mmc"))
                .args(["run", "small.mmc", "--resume", "killed", "--no-cache", "--threads", "1"])
                .args(options)
                .current_dir(folder.path())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(Duration::from_millis(milliseconds));
            child.kill().unwrap();
            child.wait().unwrap();
        }
        run(folder.path(), &[&["small.mmc", "--resume", "killed"], &options[..]].concat());
        assert_equal(&folder.path().join("whole"), &folder.path().join("killed"));
        assert_eq!(names(&folder.path().join("whole")), names(&folder.path().join("killed")), "no file is left over");
        assert_eq!(names(&folder.path().join("killed/checkpoints")).len(), 1, "the last one stays");
    }
}

#[test]
#[cfg(unix)]
fn an_interrupted_run_says_how_it_continues() {
    let folder =
        folder(&pipeline().replace("epochs     = 4", "epochs     = 400").replace("patience(3", "patience(400"));
    let (child, lines) = start_until(folder.path(), &["run", "small.mmc", "--no-cache", "--threads", "1"], "epoch ");
    signal(&child, "-USR1");
    let lines: Vec<String> = lines.collect();
    assert_eq!(ended(child).0, Some(75));
    let command = lines.iter().find_map(|line| line.strip_prefix("to continue: mmc ")).unwrap();
    assert_eq!(command, "run --resume runs/small-0001 --threads 1 --no-cache");
    // A shorter training than before continues too, as its schedule does not depend on the length.
    let said = mmc(folder.path()).args(command.split(' ')).args(["--epochs", "80"]).assert().success();
    let said = plain(&said.get_output().stderr);
    assert!(said.contains("note: runs/small-0001 continues after "), "{said}");
    run(folder.path(), &["small.mmc", "--epochs", "80", "--resume", "whole"]);
    assert_equal(&folder.path().join("whole"), &folder.path().join("runs/small-0001"));
    // It is complete now.
    let said = run(folder.path(), &["--resume", "runs/small-0001"]);
    assert!(said.contains("runs/small-0001 is complete"), "{said}");
}

#[test]
fn more_epochs_continue_a_complete_run() {
    let folder = folder(&pipeline());
    run(folder.path(), &["small.mmc", "--epochs", "2"]);
    run(folder.path(), &["--resume", "runs/small-0001", "--epochs", "4"]);
    run(folder.path(), &["small.mmc"]);
    assert_equal(&folder.path().join("runs/small-0001"), &folder.path().join("runs/small-0002"));
    let said = refused(folder.path(), &["--resume", "runs/small-0001", "--epochs", "1"], 1);
    assert!(said.contains("MMC0612") && said.contains("has made 44 steps already"), "{said}");
}

#[test]
fn a_length_that_the_steps_depend_on_is_refused() {
    let folder = folder(&pipeline().replace("batch_size = 64", "batch_size = 64\n  schedule   = cosine()"));
    run(folder.path(), &["small.mmc", "--epochs", "1"]);
    let said = refused(folder.path(), &["--resume", "runs/small-0001", "--epochs", "2"], 1);
    assert!(said.contains("lasts 2 epochs and not 1 epochs") && said.contains("the schedule"), "{said}");
    run(folder.path(), &["small.mmc", "--epochs", "1", "--combine", "apart"]);
    let said = refused(folder.path(), &["--resume", "runs/small-0002", "--epochs", "2"], 1);
    assert!(said.contains("each component of `late`"), "{said}");
}

#[test]
fn what_differs_is_named_and_refused() {
    let folder = folder(&pipeline());
    run(folder.path(), &["small.mmc"]);
    let before = fs::read(folder.path().join("runs/small-0001/model.safetensors")).unwrap();
    let changes = [
        ("batch_size = 64", "batch_size = 32"),
        ("adam(lr: 0.003)", "adam(lr: 0.01)"),
        ("high |> linear(16)", "high |> linear(24)"),
        ("rows: 1_000, seed: 7", "rows: 1_000, seed: 8"),
    ];
    let text = changes.iter().fold(pipeline(), |text, (from, to)| text.replace(from, to));
    fs::write(folder.path().join("small.mmc"), text).unwrap();
    let said = refused(folder.path(), &["small.mmc", "--resume", "runs/small-0001"], 1);
    for part in [
        "MMC0612",
        "`train.batch_size` was 64 and is 32",
        "`train.optimizer.adam.lr` was 0.003 and is 0.01",
        "the content of the data files has changed",
        "`high_net.0.weight` was [16, 7] and is [24, 7]",
        "--warm-start runs/small-0001` starts another run with the",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(fs::read(folder.path().join("runs/small-0001/model.safetensors")).unwrap() == before);
    // The weights that agree start another run, which continues from them as well.
    let said = run(folder.path(), &["small.mmc", "--warm-start", "runs/small-0001", "--checkpoint", "never"]);
    assert!(said.contains("weights of runs/small-0001: low_net.0.weight, low_net.0.bias"), "{said}");
    assert!(said.contains("new are high_net.0.weight"), "{said}");
    let warm = folder.path().join("runs/small-0002");
    fs::rename(warm.join("summary.json"), folder.path().join("gone")).unwrap();
    run(folder.path(), &["--resume", "runs/small-0002"]);
    let said = run(folder.path(), &["runs/small-0002"]);
    assert!(said.contains("have the same bits as those of runs/small-0002"), "{said}");
    assert_equal(&warm, &folder.path().join("runs/small-0003"));
}

#[test]
fn a_run_is_trained_again_from_its_folder() {
    let folder = folder(&pipeline());
    run(folder.path(), &["small.mmc", "--combine", "apart", "--epochs", "2", "--seed", "9", "--out", "results"]);
    fs::remove_file(folder.path().join("small.mmc")).unwrap();
    let said = run(folder.path(), &["results/small-0001"]);
    assert!(said.contains("weights have the same bits as those of results/small-0001"), "{said}");
    assert_equal(&folder.path().join("results/small-0001"), &folder.path().join("runs/small-0001"));
    let said = run(folder.path(), &["results/small-0001", "--seed", "10"]);
    assert!(said.contains("weights differ from those of results/small-0001: low_net.0.weight"), "{said}");
}

#[test]
fn a_damaged_checkpoint_is_passed_over_for_the_one_before() {
    let folder = folder(&pipeline());
    run(folder.path(), &["small.mmc", "--resume", "whole"]);
    let interrupted = folder.path().join("interrupted");
    // Twelve steps of a run that then lost its results.
    run(folder.path(), &["small.mmc", "--resume", "interrupted", "--epochs", "1", "--checkpoint", "5 steps"]);
    let checkpoints = interrupted.join("checkpoints");
    let last = names(&checkpoints).pop().unwrap();
    fs::copy(checkpoints.join(&last), checkpoints.join("000099.safetensors")).unwrap();
    let mut bytes = fs::read(checkpoints.join("000099.safetensors")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(checkpoints.join("000099.safetensors"), bytes).unwrap();
    let said = run(folder.path(), &["--resume", "interrupted", "--epochs", "4"]);
    assert!(said.contains("000099.safetensors` is not used: its checksum"), "{said}");
    assert_equal(&folder.path().join("whole"), &interrupted);

    // Where no other is left, the way out is named.
    fs::write(checkpoints.join(names(&checkpoints).pop().unwrap()), "cut").unwrap();
    let said = refused(folder.path(), &["--resume", "interrupted", "--epochs", "5"], 1);
    assert!(said.contains("MMC0611") && said.contains("remove the folder of the checkpoints"), "{said}");
}

#[test]
fn only_the_folder_of_a_run_is_continued() {
    let folder = folder(&pipeline());
    let said = refused(folder.path(), &["--resume", "absent"], 2);
    assert!(said.contains("`mmc run FILE --resume absent` starts one"), "{said}");
    fs::create_dir(folder.path().join("other")).unwrap();
    fs::write(folder.path().join("other/notes.txt"), "").unwrap();
    let said = refused(folder.path(), &["small.mmc", "--resume", "other"], 1);
    assert!(said.contains("MMC0612") && said.contains("is not the folder of a run"), "{said}");
    assert_eq!(names(&folder.path().join("other")), ["notes.txt"]);
    let said = refused(folder.path(), &["small.mmc", "--warm-start", "other"], 1);
    assert!(said.contains("MMC0606"), "{said}");
}

#[test]
#[cfg(unix)]
fn two_processes_do_not_train_in_one_folder() {
    let folder = folder(&pipeline());
    let arguments = ["run", "small.mmc", "--no-cache", "--epochs", "1000000"];
    let (mut child, _lines) = start_until(folder.path(), &arguments, "epoch ");
    let said = refused(folder.path(), &["--resume", "runs/small-0001"], 1);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(said.contains("MMC0612") && said.contains("another process trains in"), "{said}");
}
