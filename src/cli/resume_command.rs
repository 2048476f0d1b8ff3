//! The command that continues an interrupted run, as it is typed into a shell.

use super::args::{DEFAULT_CHECKPOINT, DEFAULT_MEMORY, RunArgs};
use crate::exec::DeviceChoice;
use std::path::Path;

/// `mmc run --resume runs/x-0001`, with the options that do not follow from the folder.
pub(super) fn resume_command(args: &RunArgs, folder: &Path) -> String {
    let mut words = vec!["mmc".to_owned(), "run".into(), "--resume".into(), quoted(&folder.display().to_string())];
    let compute = &args.compute;
    let device = match compute.device {
        DeviceChoice::Cuda(number) => Some(format!("cuda:{number}")),
        DeviceChoice::Cpu | DeviceChoice::CpuComposed => None,
    };
    let cache = compute.cache.as_ref().map(|cache| quoted(&cache.display().to_string()));
    let memory = (compute.memory != DEFAULT_MEMORY).then(|| compute.memory.to_string());
    let checkpoint = Some(args.checkpoint.to_string()).filter(|interval| interval != DEFAULT_CHECKPOINT);
    for (option, value) in [
        ("--device", device),
        ("--threads", compute.threads.map(|threads| threads.to_string())),
        ("--cache", cache),
        ("--memory", memory),
        ("--checkpoint", checkpoint),
    ] {
        if let Some(value) = value {
            words.extend([option.to_owned(), value]);
        }
    }
    for (option, given) in [("--no-cache", compute.no_cache), ("--quiet", args.quiet), ("--json", args.json)] {
        if given {
            words.push(option.to_owned());
        }
    }
    words.join(" ")
}

/// A word as a shell reads it as one.
fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./+=:,@%".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::args::{Cli, Command};
    use super::*;
    use clap::Parser;

    fn command(options: &[&str], folder: &str) -> String {
        let cli = Cli::parse_from(["mmc", "run", "p.mmc"].iter().chain(options));
        let Command::Run(args) = cli.command else { panic!("not `run`") };
        resume_command(&args, Path::new(folder))
    }

    #[test]
    fn options_that_are_not_in_the_folder_are_repeated() {
        assert_eq!(
            command(&["--set", "a=1", "--seed", "3", "--epochs", "2"], "runs/p-0001"),
            "mmc run --resume runs/p-0001"
        );
        assert_eq!(
            command(&["--threads", "2", "--no-cache", "--checkpoint", "10 steps", "--quiet"], "runs/p-0001"),
            "mmc run --resume runs/p-0001 --threads 2 --checkpoint 10steps --no-cache --quiet"
        );
        assert_eq!(
            command(&["--device", "cuda", "--memory", "9"], "x"),
            "mmc run --resume x --device cuda:0 --memory 9"
        );
    }

    #[test]
    fn folders_are_one_word() {
        assert_eq!(command(&[], "my runs/it's"), r"mmc run --resume 'my runs/it'\''s'");
    }
}
