//! `mmc completions`: what a shell completes commands, options and the names of `mmc explain` with.

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

/// What `mmc explain` takes, for fish: its script is told the values of options only.
fn of_explain() -> String {
    let names: Vec<String> = reference::names().into_iter().collect();
    format!("complete -c mmc -n \"__fish_mmc_using_subcommand explain\" -f -a \"{}\"\n", names.join(" "))
}

/// The command line with every code and name that `mmc explain` knows. Only shells are told them: when a name is typed,
/// `explain` itself says what it does not know, with what was meant.
fn with_names() -> Command {
    let names: Vec<&'static str> = reference::names().into_iter().map(|name| &*name.leak()).collect();
    Cli::command().mut_subcommand("explain", |explain| {
        explain.mut_arg("name", |name| name.value_parser(PossibleValuesParser::new(names)))
    })
}
