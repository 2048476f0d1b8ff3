//! The arguments of `mmc run`.

use super::checkpoint::{CheckpointArg, DEFAULT_CHECKPOINT};
use super::compute::ComputeArgs;
use super::count::at_least_one;
use super::model::ModelArgs;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct RunArgs {
    /// The pipeline, or the folder of a run, which is then trained again with the same settings
    #[arg(value_name = "FILE|RUN", required_unless_present = "resume")]
    pub(in crate::cli) file: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) model: ModelArgs,
    #[command(flatten)]
    pub(in crate::cli) compute: ComputeArgs,
    /// Another seed than the file's
    #[arg(long, value_name = "N")]
    pub(in crate::cli) seed: Option<u64>,
    /// Another number of epochs than the file's
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub(in crate::cli) epochs: Option<u64>,
    /// The folder that runs are numbered in
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub(in crate::cli) out: PathBuf,
    /// Continue the run in this folder where it was interrupted; with a FILE, start it if the folder does not exist yet
    #[arg(long, value_name = "RUN", conflicts_with = "out")]
    pub(in crate::cli) resume: Option<PathBuf>,
    /// Start with the weights of another run that agree in name and shape
    #[arg(long, value_name = "RUN", conflicts_with = "resume")]
    pub(in crate::cli) warm_start: Option<PathBuf>,
    /// How often the state is saved, to continue from: a time (5m, 90s), `100 steps`, `1 epoch`, or never
    #[arg(long, value_name = "INTERVAL", default_value = DEFAULT_CHECKPOINT)]
    pub(in crate::cli) checkpoint: CheckpointArg,
    /// A label of the run, which `mmc runs` shows and filters by; may be repeated
    #[arg(long = "tag", value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(in crate::cli) tags: Vec<String>,
    /// Print nothing but the result
    #[arg(long, short)]
    pub(in crate::cli) quiet: bool,
    /// Write a JSON object for each epoch and a last summary, and everything else to standard error
    #[arg(long)]
    pub(in crate::cli) json: bool,
    /// Show every component of the result, however many there are
    #[arg(long)]
    pub(in crate::cli) detail: bool,
}
