//! The command line: arguments, progress, printing, exit codes. Uses every room and holds no logic of theirs.

mod args;
mod bench;
mod check;
mod closing;
mod explain;
mod fmt;
mod front;
mod interrupt;
mod lint;
mod lsp;
mod machine;
mod numbers;
mod output;
mod panic;
mod plan;
mod plan_view;
mod progress;
mod run;
mod status;
mod table;

use args::{Cli, Command};
use clap::Parser;
use output::Output;
use status::ExitStatus;
use std::process::ExitCode;

/// The whole program: reads the arguments, does what they say, and returns how it went.
///
/// 0: done. 1: problems in the file or the data, which have been said. 2: it could not run.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let output = Output::new(cli.look);
    panic::install(output);
    // A defect ends with its own words and code, and not with those of a crash.
    std::panic::catch_unwind(|| dispatch(&cli, &output)).unwrap_or(ExitStatus::CouldNotRun).into()
}

fn dispatch(cli: &Cli, output: &Output) -> ExitStatus {
    match &cli.command {
        Command::Run(args) => run::run(args, output),
        Command::Lint(args) => lint::lint(args, output),
        Command::Fmt(args) => fmt::fmt(args, output),
        Command::Plan(args) => plan::plan(args, output),
        Command::Explain(args) => explain::explain(args, output),
        Command::Bench(args) => bench::bench(args, output),
        Command::Lsp(_) => lsp::lsp(output),
    }
}
