//! The arguments of `mmc plan`.

use super::model::ModelArgs;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct PlanArgs {
    /// The pipeline
    pub(in crate::cli) file: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) model: ModelArgs,
    /// How the plan is shown
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) format: PlanFormat,
    /// Show every step, where repeated layers are shown once otherwise
    #[arg(long)]
    pub(in crate::cli) full: bool,
}

/// How a plan is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum PlanFormat {
    Text,
    Yaml,
    Json,
}
