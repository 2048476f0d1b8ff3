//! The README is correct: its commands exist, its pipeline is the quickstart, its tables are complete.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

fn mmc(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mmc")).args(arguments).current_dir(root()).output().unwrap()
}

/// The contents of every fence of this language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let opening = format!("```{language}\n");
    text.split(&opening).skip(1).map(|rest| rest.split("\n```").next().unwrap().to_owned() + "\n").collect()
}

#[test]
fn the_pipeline_is_the_one_that_runs() {
    let shown = blocks(&readme(), "mmc");
    let real = fs::read_to_string(root().join("pipelines/quickstart.mmc")).unwrap();
    assert_eq!(shown, [real]);
}

#[test]
fn the_commands_run() {
    let mut run = 0;
    for block in blocks(&readme(), "sh") {
        for line in block.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["cargo", "test"] | ["cargo", "test", "--test", "mmc", "--", "--ignored"] => {}
                // Other tests train; here the command must parse and the file must exist.
                ["cargo", "run", "--release", "--", "run", file] => {
                    let planned = mmc(&["plan", file]);
                    assert!(planned.status.success(), "{line}: {}", String::from_utf8_lossy(&planned.stderr));
                }
                // There is no run here: all but that must be there.
                ["cargo", "run", "--release", "--", "predict", run, file] => {
                    let failed = mmc(&["predict", run, file]);
                    let errors = String::from_utf8_lossy(&failed.stderr).into_owned();
                    assert!(errors.contains("MMC0620") && root().join(file).exists(), "{line}: {errors}");
                }
                ["mmc", arguments @ ..] => {
                    let done = mmc(arguments);
                    assert!(done.status.success(), "{line}: {}", String::from_utf8_lossy(&done.stderr));
                    run += 1;
                }
                _ => panic!("a command that no test knows: {line}"),
            }
        }
    }
    assert!(run >= 3, "only {run} commands of mmc were run");
}

#[test]
fn the_tables_are_complete() {
    let text = readme();
    let help = String::from_utf8(mmc(&["--help"]).stdout).unwrap();
    let commands = help.split("Commands:").nth(1).unwrap().split("\n\n").next().unwrap();
    for command in commands.lines().filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help") {
        assert!(text.contains(&format!("`mmc {command} ")), "the README does not name `mmc {command}`");
    }
    let help = String::from_utf8(mmc(&["run", "--help"]).stdout).unwrap();
    let options = help.split_whitespace().filter_map(|word| word.strip_prefix("--"));
    for option in options.filter(|option| !["help", "version"].contains(option)) {
        assert!(text.contains(&format!("`--{option}")), "the README does not name `--{option}`");
    }
}

#[test]
fn its_links_exist() {
    for (at, _) in readme().match_indices("](") {
        let text = readme();
        let target = text[at + 2..].split(')').next().unwrap();
        if !target.starts_with("http") {
            assert!(root().join(target).exists(), "{target}");
        }
    }
}

#[test]
fn continuous_integration_runs_the_same_tests() {
    let script = fs::read_to_string(root().join(".ci/run")).unwrap();
    assert!(readme().contains("```sh\ncargo test\n```"));
    // With what is left out of a build by default, too.
    assert!(script.lines().any(|line| line.trim() == "stage tests cargo test \"${features[@]}\""));
    assert!(script.lines().any(|line| line.starts_with("features=(--features ") && line.contains("serve")));
    assert!(script.lines().any(|line| line.starts_with("features=(--features ") && line.contains("onnx")));
    assert!(readme().contains("```sh\ncargo test --test mmc -- --ignored\n```"));
    assert!(script.contains("\nignored=(--ignored)\n"));
    assert!(script.contains("\nstage ignored cargo test --test mmc \"${features[@]}\" -- \"${ignored[@]}\"\n"));
}
