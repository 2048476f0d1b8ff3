//! `mmc completions`: shell scripts that complete commands, options and the names of `mmc explain`.

use super::args::{Cli, CompletionsArgs};
use super::output::Output;
use super::status::ExitStatus;
use crate::reference;
use clap::builder::PossibleValuesParser;
use clap::{Command, CommandFactory};
use clap_complete::Shell;

pub(super) fn completions(args: &CompletionsArgs, output: &Output) -> ExitStatus {
    let mut script = vec![];
    clap_complete::generate(args.shell, &mut with_names(), "mmc", &mut script);
    let mut script = String::from_utf8_lossy(&script).into_owned();
    if args.shell == Shell::Fish {
        script += &of_explain();
    }
    output.out.write(&script);
    ExitStatus::Done
}

/// The names of `mmc explain`, for fish: its generated script lists the values of options only.
fn of_explain() -> String {
    let names: Vec<String> = reference::names().into_iter().collect();
    format!("complete -c mmc -n \"__fish_mmc_using_subcommand explain\" -f -a \"{}\"\n", names.join(" "))
}

/// The command line with every code and name that `mmc explain` knows. Used for shells only: when a name is typed,
/// `explain` itself reports an unknown name, with the nearest known one.
fn with_names() -> Command {
    let names: Vec<&'static str> = reference::names().into_iter().map(|name| &*name.leak()).collect();
    Cli::command().mut_subcommand("explain", |explain| {
        explain.mut_arg("name", |name| name.value_parser(PossibleValuesParser::new(names)))
    })
}
