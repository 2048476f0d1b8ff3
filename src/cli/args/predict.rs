//! The arguments of `mmc predict`.

use super::count::{at_least_one, threads};
use super::sureness::{ErrorTarget, SortBy, error_target, inner_share};
use super::text_format::TextFormatArgs;
use crate::data::KeptColumns;
use crate::report::TableFormat;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct PredictArgs {
    /// The run: its folder, or its name in `runs`
    #[arg(value_name = "RUN")]
    pub(in crate::cli) run: PathBuf,
    /// The rows to predict: csv, tsv, jsonl, parquet, arrow or npz by the ending of the name, text also as `.gz` or `.zst`;
    /// `-` or nothing for standard input, packed or not. The column of the label may be absent
    #[arg(value_name = "DATA")]
    pub(in crate::cli) data: Option<PathBuf>,
    /// The file to write: csv, tsv, jsonl, parquet, arrow or arrows by the ending of its name; `-` or nothing for standard
    /// output
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// The format of the result, csv on standard output unless given
    #[arg(long, value_name = "FORMAT")]
    pub(in crate::cli) format: Option<OutputFormat>,
    /// The format of the rows, unless the name or the first bytes tell it
    #[arg(long, value_name = "FORMAT")]
    pub(in crate::cli) input_format: Option<InputFormat>,
    #[command(flatten)]
    pub(in crate::cli) text: TextFormatArgs,
    /// Columns to pass on unchanged, a list with commas or `all`; may be repeated. Without it, the rows are numbered from 0
    /// in a column `row`
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub(in crate::cli) keep: Vec<String>,
    /// Put this before the names of all columns that are added
    #[arg(long, value_name = "PREFIX", default_value = "")]
    pub(in crate::cli) prefix: String,
    /// Write more of how the rows were decided: the probabilities and weights of the components, the class losses, or all
    #[arg(long, value_name = "DETAIL")]
    pub(in crate::cli) detail: Option<Detail>,
    /// What becomes of a row with a bad cell: it ends the prediction, is left out, or has no prediction but a column `error`
    #[arg(long, value_name = "ACTION", default_value = "stop")]
    pub(in crate::cli) on_error: OnError,
    /// Write the rows in another order than that of the table, all in memory: the least sure rows first
    #[arg(long, value_name = "ORDER")]
    pub(in crate::cli) sort: Option<SortBy>,
    /// Write only the first N rows of that order
    #[arg(long, value_name = "N", requires = "sort", value_parser = at_least_one)]
    pub(in crate::cli) top: Option<u64>,
    /// Leave the prediction of the least sure rows empty, so that of the others at most this share is wrong: `error<5%`; by
    /// the held-out rows of the run
    #[arg(long, value_name = "TARGET", value_parser = error_target)]
    pub(in crate::cli) abstain: Option<ErrorTarget>,
    /// How sure it is to be that no more of them are wrong
    #[arg(long, value_name = "SHARE", default_value = "95%", requires = "abstain", value_parser = inner_share)]
    pub(in crate::cli) confidence: f64,
    /// Threads to compute with, all there are unless given; results do not depend on it
    #[arg(long, value_name = "N", value_parser = threads)]
    pub(in crate::cli) threads: Option<u16>,
    /// Print nothing but errors and the result
    #[arg(long, short)]
    pub(in crate::cli) quiet: bool,
}

impl PredictArgs {
    /// The columns that are passed on.
    pub(in crate::cli) fn kept(&self) -> KeptColumns {
        match self.keep.as_slice() {
            [] => KeptColumns::None,
            names if names.iter().any(|name| name == "all") => KeptColumns::All,
            names => KeptColumns::Named(names.to_vec()),
        }
    }
}

/// A format that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum OutputFormat {
    Csv,
    Tsv,
    Jsonl,
    Parquet,
    Arrow,
    ArrowStream,
}

impl From<OutputFormat> for TableFormat {
    fn from(format: OutputFormat) -> Self {
        match format {
            OutputFormat::Csv => TableFormat::Csv,
            OutputFormat::Tsv => TableFormat::Tsv,
            OutputFormat::Jsonl => TableFormat::Jsonl,
            OutputFormat::Parquet => TableFormat::Parquet,
            OutputFormat::Arrow => TableFormat::Arrow,
            OutputFormat::ArrowStream => TableFormat::ArrowStream,
        }
    }
}

/// A format that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum InputFormat {
    Csv,
    Tsv,
    Jsonl,
    Parquet,
    Arrow,
    Npz,
}

impl InputFormat {
    /// The source that reads it, as the language names it.
    pub(in crate::cli) fn source(self) -> &'static str {
        match self {
            InputFormat::Csv => "csv",
            InputFormat::Tsv => "tsv",
            InputFormat::Jsonl => "jsonl",
            InputFormat::Parquet => "parquet",
            InputFormat::Arrow => "arrow",
            InputFormat::Npz => "npz",
        }
    }
}

/// What is written beside the decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Detail {
    Components,
    Losses,
    All,
}

/// What becomes of a row that cannot be predicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum OnError {
    Stop,
    Skip,
    Null,
}
