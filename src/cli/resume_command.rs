//! The command that continues an interrupted run, as it is typed into a shell.

use super::args::{CheckpointArg, ComputeArgs, DEFAULT_CHECKPOINT, DEFAULT_MEMORY, RunArgs};
use crate::exec::DeviceChoice;
use crate::experiment::shell_word;
use std::path::Path;

/// `mmc run --resume runs/x-0001`, with the options that do not follow from the folder.
pub(super) fn resume_command(args: &RunArgs, folder: &Path) -> String {
    let mut words = vec!["mmc".to_owned(), "run".into(), "--resume".into(), shell_word(&folder.display().to_string())];
    words.extend(compute_words(&args.compute));
    words.extend(checkpoint_words(args.checkpoint));
    for (option, given) in [("--quiet", args.quiet), ("--json", args.json)] {
        if given {
            words.push(option.to_owned());
        }
    }
    words.join(" ")
}

/// How often the state is saved, unless that is the default.
pub(super) fn checkpoint_words(checkpoint: CheckpointArg) -> Vec<String> {
    let checkpoint = checkpoint.to_string();
    if checkpoint == DEFAULT_CHECKPOINT { vec![] } else { vec!["--checkpoint".to_owned(), checkpoint] }
}

/// The options that say where and how to compute, unless they are the defaults.
pub(super) fn compute_words(compute: &ComputeArgs) -> Vec<String> {
    let device = match compute.device {
        DeviceChoice::Cuda(number) => Some(format!("cuda:{number}")),
        DeviceChoice::Cpu | DeviceChoice::CpuComposed => None,
    };
    let cache = compute.cache.as_ref().map(|cache| shell_word(&cache.display().to_string()));
    let memory = (compute.memory != DEFAULT_MEMORY).then(|| compute.memory.to_string());
    let threads = compute.threads.map(|threads| threads.to_string());
    let options = [("--device", device), ("--threads", threads), ("--cache", cache), ("--memory", memory)];
    let given = options.into_iter().filter_map(|(option, value)| Some([option.to_owned(), value?]));
    given.flatten().chain(compute.no_cache.then(|| "--no-cache".to_owned())).collect()
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
            "mmc run --resume runs/p-0001 --threads 2 --no-cache --checkpoint 10steps --quiet"
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
