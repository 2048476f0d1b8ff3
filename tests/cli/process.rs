//! The program among other processes: signals, full disks, pipes, and names that are mistyped.

use crate::support::process::{SMALL, folder, mmc, names, plain};
#[cfg(unix)]
use crate::support::process::{ended, signal};
use std::fs;

/// A training that would take far longer than any test.
#[cfg(unix)]
const LONG: [&str; 5] = ["run", "small.mmc", "--no-cache", "--epochs", "1000000"];

/// The program under a shell that ignores a signal, as `nohup` does, once a line of its progress has come.
#[cfg(target_os = "linux")]
fn started_ignoring(folder: &std::path::Path, ignored: &str) -> std::process::Child {
    use std::io::BufRead;
    let command = format!("trap '' {ignored}; exec \"$0\" \"$@\"");
    let mut child = std::process::Command::new("sh")
        .args(["-c", &command, env!("CARGO_BIN_EXE_mmc")])
        .args(LONG)
        .current_dir(folder)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufReader::new(child.stderr.take().unwrap()).lines().map(|line| line.unwrap());
    assert!(lines.any(|line| line.starts_with("epoch ")));
    std::thread::spawn(move || lines.for_each(drop));
    child
}

#[test]
#[cfg(target_os = "linux")]
fn a_signal_that_the_parent_ignores_stays_ignored() {
    for (ignored, other) in [("HUP", "-INT"), ("INT", "-TERM")] {
        let folder = folder(SMALL);
        let mut child = started_ignoring(folder.path(), ignored);
        signal(&child, &format!("-{ignored}"));
        std::thread::sleep(std::time::Duration::from_millis(400));
        assert!(child.try_wait().unwrap().is_none(), "{ignored} ended the training");
        signal(&child, other);
        assert_eq!(ended(child).0, Some(75), "{other}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_behind_standard_output_is_an_error() {
    let folder = folder(SMALL);
    let commands: [&[&str]; 7] = [
        &["plan", "small.mmc"],
        &["graph", "small.mmc"],
        &["lint", "--format", "json", "small.mmc"],
        &["explain", "linear"],
        &["run", "small.mmc", "--json", "--no-cache"],
        &["compare", "small.mmc", "--seeds", "1", "--no-cache"],
        &["completions", "bash"],
    ];
    for arguments in commands {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let done = std::process::Command::new(env!("CARGO_BIN_EXE_mmc"))
            .args(arguments)
            .current_dir(folder.path())
            .stdout(full)
            .output()
            .unwrap();
        let reported = plain(&done.stderr);
        assert_eq!(done.status.code(), Some(1), "{arguments:?}: {reported}");
        assert_eq!(
            reported.matches("error: standard output cannot be written").count(),
            1,
            "{arguments:?}: {reported}"
        );
    }
}

#[test]
#[cfg(unix)]
fn a_reader_that_closes_the_pipe_is_no_error() {
    let folder = folder(SMALL);
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_mmc"))
        .args(["plan", "--format", "json", "small.mmc"])
        .current_dir(folder.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let done = child.wait_with_output().unwrap();
    assert_eq!((done.status.code(), plain(&done.stderr)), (Some(0), String::new()));
}

#[test]
#[cfg(unix)]
fn a_named_pipe_as_data_is_reported() {
    let folder = folder(&SMALL.replace("synthetic(\"collider\", rows: 1_000, seed: 7)", "csv(\"rows.csv\")"));
    assert!(std::process::Command::new("mkfifo").arg(folder.path().join("rows.csv")).status().unwrap().success());
    for command in ["lint", "run"] {
        let done = mmc(folder.path()).args([command, "small.mmc"]).assert().code(1);
        let reported = plain(&done.get_output().stdout) + &plain(&done.get_output().stderr);
        assert!(reported.contains("is a pipe"), "{reported}");
    }
}

#[test]
fn verbs_of_other_tools_are_told_apart() {
    let folder = folder(SMALL);
    for (word, verb) in
        [("train", "run"), ("init", "new"), ("check", "lint"), ("test", "eval"), ("Format", "fmt"), ("lnit", "lint")]
    {
        let done = mmc(folder.path()).args([word, "small.mmc"]).assert().code(2);
        let reported = plain(&done.get_output().stderr);
        assert!(reported.contains(&format!("'{verb}'")), "{word}: {reported}");
    }
}

#[test]
fn files_that_are_not_there_are_named() {
    let folder = folder(SMALL);
    fs::write(folder.path().join("rows.csv"), "a,b\n1,2\n").unwrap();
    for (arguments, expected) in [
        (["run", "smal.mmc"], "did you mean `small.mmc`?"),
        (["lint", "small"], "did you mean `small.mmc`?"),
        (["plan", "other.mmc"], "there is `small.mmc`"),
        (["run", "."], "is a folder, neither a pipeline nor the folder of a run; it holds `./small.mmc`"),
        (["run", "rows.csv"], "`mmc new rows.csv` writes a pipeline for it"),
        (["sweep", "small.mmc"], "sweep seeds { seeds = 1..=5 }"),
        (["predict", "small.mmc"], "`mmc run small.mmc` trains it"),
    ] {
        let done = mmc(folder.path()).args(arguments).write_stdin("a\n").assert().failure();
        let reported = plain(&done.get_output().stderr);
        let joined = reported.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(joined.contains(expected), "{arguments:?}: {reported}");
    }
    assert_eq!(names(folder.path()), ["rows.csv", "small.mmc"]);
}

#[test]
fn counts_are_at_least_one() {
    let folder = folder(SMALL);
    for option in ["--epochs", "--threads", "--memory"] {
        let done = mmc(folder.path()).args(["run", "small.mmc", option, "0"]).assert().code(2);
        assert!(plain(&done.get_output().stderr).contains("it must be at least 1"), "{option}");
    }
}

#[test]
fn the_ending_of_a_name_decides_how_a_graph_is_drawn() {
    let folder = folder(SMALL);
    for (name, begins) in [("g.svg", "<svg"), ("g.dot", "digraph"), ("g.GV", "digraph"), ("g.mmd", "flowchart")] {
        mmc(folder.path()).args(["graph", "small.mmc", "-o", name]).assert().success();
        assert!(fs::read_to_string(folder.path().join(name)).unwrap().contains(begins), "{name}");
    }
    for name in ["g.tiff", "g"] {
        let done = mmc(folder.path()).args(["graph", "small.mmc", "-o", name]).assert().code(2);
        assert!(plain(&done.get_output().stderr).contains("`.svg`"), "{name}");
        assert!(!folder.path().join(name).exists());
    }
    mmc(folder.path()).args(["graph", "small.mmc", "--format", "dot", "-o", "g"]).assert().success();
}

#[test]
fn a_setting_from_outside_that_is_no_param_says_how_to_make_it_one() {
    let folder = folder(SMALL);
    for (setting, expected) in [
        ("epochs=3", "`mmc run --epochs` changes it"),
        ("beta=0.3", "declare `param my_beta = VALUE`"),
        ("lr=0.3", "write `lr: my_lr` in its place"),
        ("depth=3", "`param depth = VALUE` declares one"),
    ] {
        let done = mmc(folder.path()).args(["plan", "small.mmc", "--set", setting]).assert().code(1);
        let reported = plain(&done.get_output().stderr);
        let joined = reported.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(joined.contains(expected), "{setting}: {reported}");
    }
}

#[test]
fn a_used_file_with_the_name_of_a_result_is_kept_beside_it() {
    let folder = folder(
        &format!("pipeline small\n\nuse \"summary.json\"\n{}", &SMALL["pipeline small\n".len()..])
            .replace("mlp([16])", "tower"),
    );
    fs::write(folder.path().join("summary.json"), "fn tower(x) = x |> mlp([16])\n").unwrap();
    mmc(folder.path()).args(["run", "small.mmc", "--no-cache"]).assert().success();
    let run = folder.path().join("runs/small-0001");
    assert!(fs::read_to_string(run.join("summary.json.mmc")).unwrap().starts_with("fn tower"));
    assert!(fs::read_to_string(run.join("summary.json")).unwrap().starts_with('{'));
    mmc(folder.path()).args(["run", "runs/small-0001", "--no-cache"]).assert().success();
}
