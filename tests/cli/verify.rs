//! `mmc verify` as a process: whole runs agree, and each kind of damage is found.

use crate::support::process::{SMALL, folder, mmc, plain, start_until};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Runs `mmc verify` on the first run with `--json`, and returns its exit code and the object.
fn verify(folder: &Path, arguments: &[&str]) -> (i32, Value) {
    let done = mmc(folder).args(["verify", "small-0001", "--no-cache", "--json"]).args(arguments).assert();
    let output = done.get_output();
    let text = plain(&output.stdout);
    (output.status.code().unwrap(), serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}")))
}

/// The names of the checks with this status.
fn with_status<'a>(found: &'a Value, status: &str) -> Vec<&'a str> {
    let checks = found["checks"].as_array().unwrap().iter();
    checks.filter(|check| check["status"] == status).map(|check| check["name"].as_str().unwrap()).collect()
}

fn detail(found: &Value, name: &str) -> String {
    let checks = found["checks"].as_array().unwrap();
    checks.iter().find(|check| check["name"] == name).unwrap()["detail"].as_str().unwrap().to_owned()
}

/// A folder with a run of this pipeline, and the folder of the run.
fn trained(pipeline: &str) -> (TempDir, PathBuf) {
    let folder = folder(pipeline);
    mmc(folder.path()).args(["run", "small.mmc", "--no-cache", "--quiet", "--epochs", "2"]).assert().success();
    let run = folder.path().join("runs/small-0001");
    (folder, run)
}

const ALL: [&str; 6] = ["files", "model", "data", "predictions", "scores", "first_steps"];

#[test]
fn a_whole_run_agrees_in_everything() {
    let (folder, run) = trained(SMALL);
    let (code, found) = verify(folder.path(), &[]);
    assert_eq!((code, with_status(&found, "agrees")), (0, ALL.to_vec()), "{found}");
    assert_eq!(detail(&found, "first_steps"), "the losses of 20 steps have the same bits");
    assert_eq!(detail(&found, "predictions"), "200 test rows have the same bits");
    // Two epochs of eleven steps; another number of threads gives the same bits.
    let (code, found) = verify(folder.path(), &["--steps", "100", "--threads", "1"]);
    assert_eq!((code, detail(&found, "first_steps").as_str()), (0, "the losses of 22 steps have the same bits"));
    let done = mmc(folder.path()).args(["verify", "runs/small-0001", "--no-cache"]).assert().success();
    assert_eq!(plain(&done.get_output().stdout).lines().filter(|line| line.starts_with("agrees")).count(), 6);
    // The sums are those of the files, in the usual form.
    for line in fs::read_to_string(run.join("checksums.txt")).unwrap().lines() {
        let (sum, name) = line.split_once("  ").unwrap();
        assert_eq!(sum, blake3::hash(&fs::read(run.join(name)).unwrap()).to_hex().as_str(), "{name}");
    }
}

#[test]
fn runs_of_every_combination_agree() {
    let strategies = [
        ("late(low_net, high_net)", "late"),
        ("mulmix(low_net, high_net) { boost = margin(0.1) }", "mulmix"),
        ("late(low_net, high_net) { by = learned }", "learned"),
    ];
    for (strategy, name) in strategies {
        let pipeline = SMALL.replace("multiplicative(low_net, high_net) { beta = 0.5 }", strategy);
        let (folder, _) = trained(&pipeline);
        let (code, found) = verify(folder.path(), &["--steps", "60"]);
        assert_eq!((code, with_status(&found, "agrees")), (0, ALL.to_vec()), "{name}: {found}");
    }
}

#[test]
fn a_run_that_failed_agrees_in_what_it_kept() {
    let folder = folder(&SMALL.replace("lr: 0.05", "lr: 1e30"));
    mmc(folder.path()).args(["run", "small.mmc", "--no-cache", "--quiet"]).assert().code(1);
    let (code, found) = verify(folder.path(), &[]);
    assert_eq!((code, with_status(&found, "differs").len()), (0, 0), "{found}");
    assert_eq!(detail(&found, "first_steps"), "the loss of 1 step has the same bits");
    assert_eq!(with_status(&found, "skipped"), ["predictions", "scores"], "{found}");
}

#[test]
fn one_bit_of_the_weights_is_found() {
    let (folder, run) = trained(SMALL);
    let path = run.join("model.safetensors");
    let mut bytes = fs::read(&path).unwrap();
    // A bit of the last number's mantissa.
    let place = bytes.len() - 2;
    bytes[place] ^= 1 << 4;
    fs::write(&path, bytes).unwrap();
    let (code, found) = verify(folder.path(), &[]);
    assert_eq!(code, 1);
    assert_eq!(with_status(&found, "differs"), ["files", "predictions", "scores"], "{found}");
    assert_eq!(detail(&found, "files"), "model.safetensors changed");
    assert!(detail(&found, "predictions").contains("no number differs by more than"), "{found}");
}

#[test]
fn an_edited_prediction_is_found_with_its_line() {
    let (folder, run) = trained(SMALL);
    let path = run.join("predictions.csv");
    let text = fs::read_to_string(&path).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let other = if lines[7].contains(",signal,") { ",background," } else { ",signal," };
    let edited: Vec<&str> = lines[7].splitn(4, ',').collect();
    lines[7] = format!("{},{}{other}{}", edited[0], edited[1], edited[3]);
    assert_ne!(lines[7], text.lines().nth(7).unwrap());
    fs::write(&path, lines.join("\n") + "\n").unwrap();
    let (code, found) = verify(folder.path(), &[]);
    assert_eq!((code, with_status(&found, "differs")), (1, vec!["files", "predictions"]), "{found}");
    let detail = detail(&found, "predictions");
    assert!(detail.contains("1 line differs, the first is line 8: `prediction` is"), "{detail}");
    let done = mmc(folder.path()).args(["verify", "small-0001", "--no-cache"]).assert().code(1);
    let (shown, reported) = (plain(&done.get_output().stdout), plain(&done.get_output().stderr));
    assert!(shown.contains("DIFFERS  predictions"), "{shown}");
    assert!(reported.contains("MMC0621") && reported.contains("files, predictions"), "{reported}");
}

#[test]
fn an_edited_component_is_found() {
    let (folder, run) = trained(SMALL);
    let path = run.join("components.csv");
    let text = fs::read_to_string(&path).unwrap();
    let place = text.rfind(|digit: char| digit.is_ascii_digit()).unwrap();
    let digit = if text[place..].starts_with('7') { "1" } else { "7" };
    fs::write(&path, format!("{}{digit}{}", &text[..place], &text[place + 1..])).unwrap();
    let (code, found) = verify(folder.path(), &[]);
    assert_eq!((code, with_status(&found, "differs")), (1, vec!["files", "predictions"]), "{found}");
    assert!(detail(&found, "predictions").starts_with("components.csv is not"), "{found}");
}

#[test]
fn edited_scores_and_first_steps_are_found() {
    let (folder, run) = trained(SMALL);
    let path = run.join("summary.json");
    let mut summary: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    summary["test"]["error"] = 0.001.into();
    fs::write(&path, summary.to_string()).unwrap();
    let path = run.join("first_steps.csv");
    let steps = fs::read_to_string(&path).unwrap();
    let (before, third) = steps.split_once("\n3,").unwrap();
    let rest = third.split_once('\n').unwrap().1;
    fs::write(&path, format!("{before}\n3,0.5\n{rest}")).unwrap();
    let (code, found) = verify(folder.path(), &[]);
    assert_eq!((code, with_status(&found, "differs")), (1, vec!["files", "scores", "first_steps"]), "{found}");
    assert!(detail(&found, "scores").contains("`test.error`"), "{found}");
    assert!(detail(&found, "first_steps").starts_with("the loss of step 3 was 0.5 and is "), "{found}");
}

#[test]
fn changed_and_missing_data_are_told_by_the_fingerprint() {
    let pipeline = r#"pipeline small

data {
  source = csv("rows.csv")
  split  = { test: last(20), valid: fraction(20%) }
}

label y: class["no", "yes"] = column("y")

modality x: dense[2] = columns(["a", "b"]) |> standardize

combine base = single(x |> linear(4) |> relu)

train {
  batch_size = 16
  seed       = 1
}
"#;
    let folder = folder(pipeline);
    let rows: String = (0..100).map(|row| format!("{},{},{}\n", row % 7, row % 5, ["no", "yes"][row % 2])).collect();
    fs::write(folder.path().join("rows.csv"), format!("a,b,y\n{rows}")).unwrap();
    mmc(folder.path()).args(["run", "small.mmc", "--no-cache", "--quiet", "--epochs", "1"]).assert().success();
    let (code, found) = verify(folder.path(), &[]);
    assert_eq!((code, with_status(&found, "agrees")), (0, ALL.to_vec()), "{found}");

    fs::write(folder.path().join("rows.csv"), format!("a,b,y\n{}", rows.replace("6,", "9,"))).unwrap();
    let (code, found) = verify(folder.path(), &[]);
    assert_eq!((code, with_status(&found, "differs")), (1, vec!["data"]), "{found}");
    let record: Value =
        serde_yaml::from_str(&fs::read_to_string(folder.path().join("runs/small-0001/run.yaml")).unwrap()).unwrap();
    let fingerprint = &record["data"]["fingerprint"].as_str().unwrap()[..12];
    assert!(detail(&found, "data").ends_with(&format!("and was {fingerprint}")), "{found}");
    assert_eq!(with_status(&found, "skipped"), ["predictions", "scores", "first_steps"]);
    assert_eq!(with_status(&found, "agrees"), ["files", "model"]);

    fs::remove_file(folder.path().join("rows.csv")).unwrap();
    let (code, found) = verify(folder.path(), &[]);
    assert_eq!((code, with_status(&found, "differs")), (1, vec!["data"]));
    assert!(detail(&found, "data").contains("rows.csv"), "{found}");
}

#[test]
fn files_of_another_run_do_not_belong_together() {
    let (folder, run) = trained(SMALL);
    let again = ["run", "small.mmc", "--no-cache", "--quiet", "--epochs", "1", "--combine", "low_only"];
    mmc(folder.path()).args(again).assert().success();
    fs::copy(folder.path().join("runs/small-0002/model.safetensors"), run.join("model.safetensors")).unwrap();
    let (code, found) = verify(folder.path(), &[]);
    assert_eq!((code, with_status(&found, "differs")), (1, vec!["files", "model"]), "{found}");
    assert_eq!(with_status(&found, "agrees"), ["data", "first_steps"]);

    let done = mmc(folder.path()).args(["verify", "small-0003"]).assert().code(1);
    let reported = plain(&done.get_output().stderr);
    assert!(reported.contains("MMC0620") && reported.contains("did you mean `runs/small-000"), "{reported}");
}

#[test]
fn a_run_with_the_first_weights_of_another_agrees() {
    let (folder, _) = trained(SMALL);
    let warm = ["run", "small.mmc", "--no-cache", "--quiet", "--epochs", "1", "--warm-start", "runs/small-0001"];
    mmc(folder.path()).args(warm).assert().success();
    let done = mmc(folder.path()).args(["verify", "small-0002", "--no-cache", "--json"]).assert().success();
    let found: Value = serde_json::from_str(&plain(&done.get_output().stdout)).unwrap();
    assert_eq!(with_status(&found, "agrees"), ALL, "{found}");
    // Other first weights give other first steps.
    let initial = folder.path().join("runs/small-0002/initial.safetensors");
    let mut bytes = fs::read(&initial).unwrap();
    let place = bytes.len() - 2;
    bytes[place] ^= 1 << 4;
    fs::write(&initial, bytes).unwrap();
    let done = mmc(folder.path()).args(["verify", "small-0002", "--no-cache", "--json"]).assert().code(1);
    let found: Value = serde_json::from_str(&plain(&done.get_output().stdout)).unwrap();
    assert_eq!(with_status(&found, "differs"), ["files", "first_steps"], "{found}");
}

#[test]
#[cfg(unix)]
fn a_run_that_was_killed_and_resumed_agrees() {
    let folder = folder(SMALL);
    let begin = ["run", "small.mmc", "--no-cache", "--epochs", "400", "--checkpoint", "5 steps"];
    let (mut child, _lines) = start_until(folder.path(), &begin, "epoch ");
    child.kill().unwrap();
    child.wait().unwrap();
    let (code, found) = verify(folder.path(), &[]);
    assert_eq!((code, with_status(&found, "skipped").contains(&"files")), (1, true), "{found}");
    mmc(folder.path()).args(["run", "--resume", "runs/small-0001", "--no-cache", "--quiet"]).assert().success();
    let (code, found) = verify(folder.path(), &["--steps", "100"]);
    assert_eq!((code, with_status(&found, "agrees")), (0, ALL.to_vec()), "{found}");
}
