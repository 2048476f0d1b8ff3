//! The command line: arguments, progress, printing, exit codes. Uses every room and contains none of their logic.

mod args;
mod bench;
mod check;
mod compare;
mod completions;
mod data_view;
mod diff;
mod difference;
mod eval;
mod explain;
mod export;
mod fmt;
mod graph;
mod interrupt;
mod lint;
mod lsp;
mod manual;
mod markdown;
mod name_list;
mod new;
mod numbers;
mod open;
mod output;
mod page;
mod panic;
mod picture;
mod plan;
mod plan_view;
mod predict;
mod progress;
mod read_progress;
mod report;
mod resume_command;
mod robustness_view;
mod run;
mod run_end;
mod run_summary;
mod runs;
mod scores_table;
mod serve;
mod status;
mod stress;
mod stress_view;
mod study_display;
mod study_run;
mod sweep;
mod table;
mod terminal_writer;
mod trust;
mod trust_row;
mod trust_summary;
mod trust_words;
mod verb_synonym;
mod verify;

use crate::diag::visible;
use args::{Cli, Command};
use clap::Parser;
use clap::error::ContextValue;
use output::Output;
pub use page::page;
use status::ExitStatus;
use std::process::ExitCode;
use verb_synonym::with_verb;

/// The whole program: reads the arguments, runs the command, and returns the exit code.
///
/// 0: done. 1: problems in the file or the data, which are printed. 2: it could not run.
pub fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|error| without_hidden(with_verb(error)).exit());
    let output = Output::new(cli.output);
    panic::install(output);
    // A panic ends with the report and the exit code of a defect, not with those of the runtime.
    let status = std::panic::catch_unwind(|| dispatch(&cli, &output)).unwrap_or(ExitStatus::CouldNotRun);
    // A result that was not written is none.
    if output::failed() { status.worst(ExitStatus::Problems).into() } else { status.into() }
}

/// An error whose words from the command line show their hidden characters by escapes.
fn without_hidden(mut error: clap::Error) -> clap::Error {
    let words = error.context().filter_map(|(kind, value)| match value {
        ContextValue::String(word) => Some((kind, visible(word.as_str()))),
        _ => None,
    });
    for (kind, word) in words.collect::<Vec<_>>() {
        error.insert(kind, ContextValue::String(word));
    }
    error
}

fn dispatch(cli: &Cli, output: &Output) -> ExitStatus {
    match &cli.command {
        Command::Run(args) => run::run(args, output),
        Command::Compare(args) => compare::compare(args, output),
        Command::Sweep(args) => sweep::sweep(args, output),
        Command::Predict(args) => predict::predict(args, output),
        Command::Runs(args) => runs::runs(args, output),
        Command::Diff(args) => diff::diff(args, output),
        Command::Verify(args) => verify::verify(args, output),
        Command::Eval(args) => eval::eval(args, output),
        Command::Stress(args) => stress::stress(args, output),
        Command::Trust(args) => trust::trust(args, output),
        Command::Report(args) => report::report(args, output),
        Command::Serve(args) => serve::serve(args, output),
        Command::Export(args) => export::export(args, output),
        Command::Lint(args) => lint::lint(args, output),
        Command::Fmt(args) => fmt::fmt(args, output),
        Command::Plan(args) => plan::plan(args, output),
        Command::New(args) => new::new(args, output),
        Command::Explain(args) => explain::explain(args, output),
        Command::Graph(args) => graph::graph(args, output),
        Command::Bench(args) => bench::bench(args, output),
        Command::Completions(args) => completions::completions(args, output),
        Command::Man => manual::manual(output),
        Command::Lsp(_) => lsp::lsp(output),
    }
}
