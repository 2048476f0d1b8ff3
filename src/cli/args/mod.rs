//! The arguments of every command, as clap reads them: a file for each command, and one for each group that several share.
//! Data only.

mod bench;
mod checkpoint;
mod compare;
mod completions;
mod compute;
mod count;
mod diff;
mod eval;
mod explain;
mod export;
mod fmt;
mod graph;
mod lint;
mod lsp;
mod metric;
mod model;
mod new;
mod output;
mod plan;
mod predict;
mod report;
mod run;
mod runs;
mod serve;
mod stress;
mod sureness;
mod sweep;
mod table_format;
mod text_format;
mod trust;
mod verify;

pub(super) use bench::BenchArgs;
pub(super) use checkpoint::{CheckpointArg, DEFAULT_CHECKPOINT};
pub(super) use compare::CompareArgs;
pub(super) use completions::CompletionsArgs;
pub(super) use compute::{ComputeArgs, DEFAULT_MEMORY};
pub(super) use diff::DiffArgs;
pub(super) use eval::{EvalArgs, EvalFormat};
pub(super) use explain::ExplainArgs;
pub(super) use export::{ExportArgs, ExportInputs};
pub(super) use fmt::FmtArgs;
pub(super) use graph::{GraphArgs, GraphFormat};
pub(super) use lint::{LintArgs, ProblemFormat};
pub(super) use lsp::LspArgs;
pub(super) use model::settings;
pub(super) use new::NewArgs;
pub(super) use output::{OutputArgs, When};
pub(super) use plan::{PlanArgs, PlanFormat};
pub(super) use predict::{Detail, OnError, PredictArgs};
pub(super) use report::ReportArgs;
pub(super) use run::RunArgs;
pub(super) use runs::RunsArgs;
pub(super) use serve::ServeArgs;
pub(super) use stress::StressArgs;
pub(super) use sureness::SortBy;
pub(super) use sweep::SweepArgs;
pub(super) use table_format::TableFormatArg;
pub(super) use trust::TrustArgs;
pub(super) use verify::VerifyArgs;

use clap::{Parser, Subcommand};

/// A declarative language for learning from several signals at once.
#[derive(Debug, Parser)]
#[command(name = "mmc", version, max_term_width = 100, arg_required_else_help = true)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Train and evaluate a pipeline, and write a run directory
    Run(RunArgs),
    /// Train combines on the same rows with the same seeds, and compare them
    Compare(CompareArgs),
    /// Train the grid of a `sweep` block, and select the best by validation
    Sweep(SweepArgs),
    /// Predict new rows with the model of a run
    Predict(PredictArgs),
    /// List runs with their results
    Runs(RunsArgs),
    /// Compare two runs or pipelines by meaning and by results
    Diff(DiffArgs),
    /// Check the files of a run, and compute its results again
    Verify(VerifyArgs),
    /// Measure the model of a run again, on its own rows or on new ones
    Eval(EvalArgs),
    /// Measure runs on the same corrupted rows: noise, missing and exchanged modalities
    Stress(StressArgs),
    /// Explain how rows were decided, and how far the decisions can be trusted
    Trust(TrustArgs),
    /// Make the page of a run or of a study, which `mmc run` writes as `report.html`
    Report(ReportArgs),
    /// Serve the models of runs over HTTP: predictions, explanations, metrics and a page
    Serve(ServeArgs),
    /// Write the model of a run for other programs: ONNX, PyTorch, MLflow
    Export(ExportArgs),
    /// Report the problems of pipelines without running them
    Lint(LintArgs),
    /// Bring pipelines into the standard layout
    Fmt(FmtArgs),
    /// Show what would run: steps, shapes, parameters, costs
    Plan(PlanArgs),
    /// Draw a pipeline: modalities, encoders, mixtures, heads, the class loss
    Graph(GraphArgs),
    /// Write a starter pipeline, from a table or a template
    New(NewArgs),
    /// Explain a code or a name of the language
    Explain(ExplainArgs),
    /// Measure how fast a pipeline trains on this machine
    Bench(BenchArgs),
    /// Write the completion script of a shell
    Completions(CompletionsArgs),
    /// Write the manual page
    Man,
    /// Serve an editor over standard input and output, by the Language Server Protocol
    Lsp(LspArgs),
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory;

    #[test]
    fn the_description_is_sound() {
        Cli::command().debug_assert();
    }
}
