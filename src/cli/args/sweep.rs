//! The arguments of `mmc sweep`.

use super::checkpoint::{CheckpointArg, DEFAULT_CHECKPOINT};
use super::compute::ComputeArgs;
use super::count::at_least_one;
use super::metric::metric;
use super::model::SettingArg;
use super::table_format::TableFormatArg;
use crate::spec::Metric;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct SweepArgs {
    /// The pipeline
    #[arg(required_unless_present = "resume")]
    pub(in crate::cli) file: Option<PathBuf>,
    /// The sweep, where the file has several
    pub(in crate::cli) name: Option<String>,
    /// Give a `param` of the file that is not swept another value; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub(in crate::cli) set: Vec<SettingArg>,
    /// Another number of epochs than the file's
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub(in crate::cli) epochs: Option<u64>,
    /// The metric on the validation rows that selects, that of `select` unless given
    #[arg(long, value_name = "METRIC", value_parser = metric)]
    pub(in crate::cli) metric: Option<Metric>,
    /// The folder that sweeps are numbered in
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub(in crate::cli) out: PathBuf,
    /// Continue the sweep of this folder: trials that are done there are not repeated; what is not given is as before
    #[arg(long, value_name = "DIR", conflicts_with = "out")]
    pub(in crate::cli) resume: Option<PathBuf>,
    /// How often each trial saves its state, to continue from: a time (5m, 90s), `100 steps`, `1 epoch`, or never
    #[arg(long, value_name = "INTERVAL", default_value = DEFAULT_CHECKPOINT)]
    pub(in crate::cli) checkpoint: CheckpointArg,
    /// How the table is shown
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) format: TableFormatArg,
    #[command(flatten)]
    pub(in crate::cli) compute: ComputeArgs,
    /// Print nothing but the result
    #[arg(long, short)]
    pub(in crate::cli) quiet: bool,
}
