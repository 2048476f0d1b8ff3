//! The arguments of `mmc graph`.

use super::model::ModelArgs;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct GraphArgs {
    /// The pipeline
    pub(in crate::cli) file: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) model: ModelArgs,
    /// What is written
    #[arg(long, value_name = "FORMAT", default_value = "svg")]
    pub(in crate::cli) format: GraphFormat,
    /// The file to write, standard output without it
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
}

/// How a graph is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum GraphFormat {
    Svg,
    Dot,
    Mermaid,
}
