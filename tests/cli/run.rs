//! `mmc run` and `mmc bench` as processes: output files, streams and exit codes.

use crate::support::process::{SMALL, ended, folder, mmc, names, plain, signal, start_until};
use std::fs;
use std::time::Duration;

/// The files of a run.
const FILES: [&str; 12] = [
    "checkpoints",
    "checksums.txt",
    "components.csv",
    "first_steps.csv",
    "metrics.csv",
    "model.safetensors",
    "pipeline.mmc",
    "predictions.csv",
    "preprocessing.json",
    "report.html",
    "run.yaml",
    "summary.json",
];

#[test]
fn a_run_leaves_a_whole_folder_behind() {
    let folder = folder(SMALL);
    let done = mmc(folder.path()).args(["run", "small.mmc", "--no-cache"]).assert().success();
    let (reported, result) = (plain(&done.get_output().stderr), plain(&done.get_output().stdout));
    // On a pipe: a first line and a line for each epoch, without a progress bar.
    assert!(!reported.contains('\r') && !result.contains('\r'));
    assert_eq!(reported.lines().filter(|line| line.starts_with("epoch ")).count(), 3, "{reported}");
    for word in ["test, 200 rows", "mul", "low_net", "high_net", "parameters  548", "runs/small-0001"] {
        assert!(result.contains(word), "{word}: {result}");
    }
    assert_eq!(names(folder.path()), ["runs", "small.mmc"]);
    assert_eq!(names(&folder.path().join("runs/small-0001")), FILES);
    assert_eq!(fs::read_to_string(folder.path().join("runs/small-0001/pipeline.mmc")).unwrap(), SMALL);

    mmc(folder.path()).args(["run", "small.mmc", "--no-cache"]).assert().success();
    assert_eq!(names(&folder.path().join("runs")), ["small-0001", "small-0002"]);
}

#[test]
fn quiet_prints_only_the_result() {
    let folder = folder(SMALL);
    let done = mmc(folder.path()).args(["run", "small.mmc", "--no-cache", "--quiet"]).assert().success().stderr("");
    assert!(plain(&done.get_output().stdout).starts_with("test, 200 rows"));
}

#[test]
fn json_is_one_object_a_line_and_agrees_with_the_files() {
    let folder = folder(SMALL);
    let done = mmc(folder.path()).args(["run", "small.mmc", "--no-cache", "--json"]).assert().success();
    let lines: Vec<serde_json::Value> =
        plain(&done.get_output().stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let events: Vec<&str> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["epoch", "epoch", "epoch", "summary"]);
    let epochs: Vec<u64> = lines[..3].iter().map(|line| line["epoch"].as_u64().unwrap()).collect();
    assert_eq!(epochs, [1, 2, 3]);
    for line in &lines[..3] {
        assert!(line["train_loss"].as_f64().unwrap().is_finite());
        assert_eq!(line["valid"]["rows"], 100);
        assert_eq!(line["valid"]["components"].as_array().unwrap().len(), 2);
    }
    let written = fs::read_to_string(folder.path().join("runs/small-0001/summary.json")).unwrap();
    let mut written: serde_json::Value = serde_json::from_str(&written).unwrap();
    written["event"] = "summary".into();
    assert_eq!(lines[3], written);
    assert_eq!(lines[3]["test"]["rows"], 200);
}

#[test]
fn the_command_line_has_the_last_word() {
    let folder = folder(SMALL);
    let run = |arguments: &[&str]| {
        let done = mmc(folder.path()).args(["run", "small.mmc", "--no-cache", "--json"]).args(arguments).assert();
        let lines = plain(&done.success().get_output().stdout);
        serde_json::from_str::<serde_json::Value>(lines.lines().last().unwrap()).unwrap()
    };
    let summary = run(&["--epochs", "1", "--seed", "9", "--combine", "low_only", "--out", "elsewhere/deep"]);
    assert_eq!((&summary["epochs"], &summary["seed"]), (&1.into(), &9.into()));
    assert_eq!((&summary["combine"], &summary["run"]), (&"low_only".into(), &"elsewhere/deep/small-0001".into()));
    assert_eq!(names(&folder.path().join("elsewhere/deep/small-0001")), FILES);
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let folder = folder(SMALL);
    for threads in ["1", "2"] {
        let arguments = ["run", "small.mmc", "--no-cache", "--quiet", "--threads", threads];
        mmc(folder.path()).args(arguments).assert().success();
    }
    for file in ["model.safetensors", "predictions.csv"] {
        let [one, two] =
            ["small-0001", "small-0002"].map(|run| fs::read(folder.path().join("runs").join(run).join(file)));
        assert!(one.unwrap() == two.unwrap(), "{file} depends on the number of threads");
    }
}

#[test]
#[cfg(not(feature = "cuda"))]
fn a_device_that_this_build_lacks_is_an_error_with_a_fix() {
    let folder = folder(SMALL);
    for command in ["run", "bench"] {
        let done = mmc(folder.path()).args([command, "small.mmc", "--no-cache", "--device", "cuda"]).assert().code(2);
        let reported = plain(&done.get_output().stderr);
        assert!(reported.contains("MMC0602") && reported.contains("--features cuda"), "{reported}");
    }
    assert_eq!(names(folder.path()), ["small.mmc"]);
}

#[test]
fn an_output_folder_that_cannot_be_made_is_reported_before_training() {
    let folder = folder(SMALL);
    fs::write(folder.path().join("file"), "").unwrap();
    let done = mmc(folder.path()).args(["run", "small.mmc", "--no-cache", "--out", "file/runs"]).assert().code(1);
    let reported = plain(&done.get_output().stderr);
    assert!(
        reported.contains("MMC0604") && reported.contains("file/runs") && !reported.contains("epoch "),
        "{reported}"
    );
    assert_eq!(names(folder.path()), ["file", "small.mmc"]);
}

#[test]
fn problems_of_the_data_leave_no_files() {
    let pipeline = r#"pipeline small

data {
  source = csv("rows.csv")
  split  = { test: last(2) }
}

label y: class[2] = column("y")

modality x: dense[2] = columns(["a", "b"])

combine base = single(x |> linear(4) |> relu)

train {
  epochs = 2
}
"#;
    let folder = folder(pipeline);
    fs::write(folder.path().join("rows.csv"), "a,b,y\n1,2,0\n3,tall,1\n5,6,0\n7,8,1\n9,1,0\n").unwrap();
    let done = mmc(folder.path()).args(["run", "small.mmc", "--no-cache"]).assert().code(1);
    let reported = plain(&done.get_output().stderr);
    for word in ["MMC0502", "`tall`", "rows.csv", "line 3", "`b`", "small.mmc:10"] {
        assert!(reported.contains(word), "{word}: {reported}");
    }
    assert_eq!(names(folder.path()), ["rows.csv", "small.mmc"]);
    fs::remove_file(folder.path().join("rows.csv")).unwrap();
    let done = mmc(folder.path()).args(["run", "small.mmc", "--no-cache"]).assert().code(1);
    assert!(plain(&done.get_output().stderr).contains("MMC0501"));
    // The speed of a pipeline can be measured without its data.
    let done = mmc(folder.path()).args(["bench", "small.mmc", "--no-cache", "--steps", "5"]).assert().success();
    assert!(plain(&done.get_output().stdout).contains("generated rows"));
}

#[test]
fn a_loss_that_is_no_number_ends_with_the_last_good_model() {
    let folder = folder(&SMALL.replace("lr: 0.05", "lr: 1e30"));
    let done = mmc(folder.path()).args(["run", "small.mmc", "--no-cache"]).assert().code(1);
    let reported = plain(&done.get_output().stderr);
    assert!(
        reported.contains("MMC0601") && reported.contains("step") && reported.contains("is in runs/small-0001"),
        "{reported}"
    );
    let summary = fs::read_to_string(folder.path().join("runs/small-0001/summary.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
    assert_eq!((&summary["status"], &summary["problem"]["code"]), (&"failed".into(), &"MMC0601".into()));
    assert!(folder.path().join("runs/small-0001/model.safetensors").exists());
}

#[test]
fn bench_measures() {
    let folder = folder(SMALL);
    let done = mmc(folder.path()).args(["bench", "small.mmc", "--no-cache", "--steps", "20"]).assert().success();
    let reported = plain(&done.get_output().stdout);
    for word in ["the pipeline's own rows", "64 rows", "steps  ", "samples/s", "%"] {
        assert!(reported.contains(word), "{word}: {reported}");
    }
    assert_eq!(names(folder.path()), ["small.mmc"], "a measurement leaves nothing behind");
}

#[test]
#[cfg(unix)]
fn an_interrupted_run_keeps_its_best_model() {
    for how in ["-INT", "-TERM", "-USR1"] {
        let folder = folder(SMALL);
        // A training that would take far longer than any test.
        let arguments = ["run", "small.mmc", "--no-cache", "--epochs", "1000000"];
        let (child, lines) = start_until(folder.path(), &arguments, "epoch ");
        signal(&child, how);
        let reported: Vec<String> = lines.collect();
        let (code, result) = ended(child);
        assert_eq!(code, Some(75), "{reported:?}");
        assert!(reported.iter().any(|line| line.starts_with("interrupted")), "{reported:?}");
        assert!(result.contains("interrupted") && result.contains("runs/small-0001"), "{result}");
        assert_eq!(names(&folder.path().join("runs/small-0001")), FILES);
        let summary = fs::read_to_string(folder.path().join("runs/small-0001/summary.json")).unwrap();
        let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
        assert_eq!(summary["status"], "interrupted");
        assert!(summary["best_epoch"].as_u64().unwrap() >= 1);
    }
}

#[test]
#[cfg(unix)]
fn a_second_interrupt_ends_at_once() {
    // A step of so many rows takes long enough for two signals to come before it ends.
    let text = SMALL.replace("mlp([16])", "mlp([1024; 3])").replace("batch_size = 64", "batch_size = 700");
    let folder = folder(&text.replace("epochs     = 3", "epochs     = 1"));
    let arguments = ["run", "small.mmc", "--no-cache", "--epochs", "1000000", "--threads", "1"];
    let (child, _lines) = start_until(folder.path(), &arguments, "small/mul");
    signal(&child, "-INT");
    std::thread::sleep(Duration::from_millis(20));
    signal(&child, "-INT");
    let (code, result) = ended(child);
    assert_eq!((code, result.as_str()), (Some(130), ""));
    assert_eq!(names(folder.path()).first().map(String::as_str), Some("runs"));
    assert!(names(&folder.path().join("runs")).is_empty(), "a half-written run was left behind");
}

#[test]
fn a_metric_that_the_validation_rows_do_not_define_is_an_error_before_training() {
    let text = "pipeline p\n\ndata {\n  source = csv(\"rows.csv\")\n  split  = { test: last(10), valid: last(10) }\n}\n\n\
                label y: class[\"no\", \"yes\", \"odd\"] = column(\"y\")\n\nmodality a: dense[1] = column(\"a\")\n\n\
                combine c = single(a |> mlp([4]))\n\ntrain {\n  epochs = 3\n  stop   = patience(2, on: valid.auc)\n}\n";
    let folder = folder(text);
    let rows: String =
        (0..60).map(|row| format!("{row},{}\n", ["odd", "no", "yes"][if row < 3 { 0 } else { 1 + row % 2 }])).collect();
    fs::write(folder.path().join("rows.csv"), format!("a,y\n{rows}")).unwrap();
    for command in [&["run", "small.mmc"][..], &["compare", "small.mmc", "--seeds", "1"]] {
        let done = mmc(folder.path()).args(command).arg("--no-cache").assert().code(1);
        let reported = plain(&done.get_output().stderr);
        assert!(reported.contains("no validation row is of class `odd`"), "{reported}");
        assert!(reported.contains("valid.log_loss"), "{reported}");
    }
    assert!(!folder.path().join("runs").exists());
    fs::write(folder.path().join("small.mmc"), text.replace("valid.auc", "valid.error")).unwrap();
    mmc(folder.path()).args(["run", "small.mmc", "--no-cache", "--quiet"]).assert().success();
}
