//! The program as a process: its folder, its output, signals and exit codes.

use assert_cmd::Command;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{self, Child, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A pipeline on synthetic data, which needs no other file.
pub(crate) const SMALL: &str = r#"pipeline small

data {
  source = synthetic("collider", rows: 1_000, seed: 7)
  split  = { test: last(200), valid: fraction(10%) }
}

label process: class["background", "signal"] = column("process")

modality low:  dense[21] = columns("low_*")  |> standardize
modality high: dense[7]  = columns("high_*") |> standardize

encoder low_net  = low  |> mlp([16])
encoder high_net = high |> mlp([16])

combine mul = multiplicative(low_net, high_net) { beta = 0.5 }

combine low_only = single(low_net)

train {
  combine    = mul
  optimizer  = sgd(lr: 0.05, momentum: 0.9)
  batch_size = 64
  epochs     = 3
  seed       = 1
}
"#;

/// A folder that holds `small.mmc` with this text.
pub(crate) fn folder(text: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("small.mmc"), text).unwrap();
    folder
}

/// The binary, run in `folder`, without environment variables that change its output.
pub(crate) fn mmc(folder: &Path) -> Command {
    let mut command = Command::cargo_bin("mmc").unwrap();
    command.current_dir(folder).env_remove("NO_COLOR").env("TERM", "xterm").env("RUST_BACKTRACE", "0");
    command
}

/// The text of a stream, which must not have escape codes.
pub(crate) fn plain(stream: &[u8]) -> String {
    let text = String::from_utf8(stream.to_vec()).unwrap();
    assert!(!text.contains('\u{1b}'), "escape codes in piped output: {text:?}");
    text
}

/// The names of the entries of a folder, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Starts the program in `folder`, and waits for a line of its standard error that begins with `line`. The lines after
/// it come with the process.
#[cfg(unix)]
pub(crate) fn start_until(folder: &Path, arguments: &[&str], line: &str) -> (Child, impl Iterator<Item = String>) {
    let mut child = process::Command::new(env!("CARGO_BIN_EXE_mmc"))
        .args(arguments)
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(|line| line.unwrap());
    assert!(lines.any(|found| found.starts_with(line)), "no line begins with `{line}`");
    (child, lines)
}

/// Sends a signal such as `-INT` to a process.
#[cfg(unix)]
pub(crate) fn signal(child: &Child, signal: &str) {
    let sent = process::Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Exit code and standard output of a process; one that does not end within a minute is killed.
#[cfg(unix)]
pub(crate) fn ended(mut child: Child) -> (Option<i32>, String) {
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > Duration::from_secs(60) {
            child.kill().unwrap();
            panic!("it did not end");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let output = child.wait_with_output().unwrap();
    (output.status.code(), plain(&output.stdout))
}
