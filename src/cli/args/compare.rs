//! The arguments of `mmc compare`.

use super::checkpoint::{CheckpointArg, DEFAULT_CHECKPOINT};
use super::compute::ComputeArgs;
use super::count::{at_least_one, at_most};
use super::metric::metric;
use super::model::SettingArg;
use super::table_format::TableFormatArg;
use crate::spec::Metric;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct CompareArgs {
    /// The pipelines; those of several must read the same rows
    #[arg(required_unless_present = "resume", value_name = "FILE")]
    pub(in crate::cli) files: Vec<PathBuf>,
    /// The combines to train, all of the files unless given; may be repeated, or be a list with commas
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(in crate::cli) combine: Vec<String>,
    /// Give a `param` of the files another value; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub(in crate::cli) set: Vec<SettingArg>,
    /// How many seeds each is trained with, 5 unless given
    #[arg(long, value_name = "N", value_parser = at_most::<u64>(1000))]
    pub(in crate::cli) seeds: Option<u64>,
    /// The first seed, that of the file unless given
    #[arg(long, value_name = "N")]
    pub(in crate::cli) seed: Option<u64>,
    /// Another number of epochs than the files'
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub(in crate::cli) epochs: Option<u64>,
    /// The metric on the validation rows that ranks and selects, error unless given
    #[arg(long, value_name = "METRIC", value_parser = metric)]
    pub(in crate::cli) metric: Option<Metric>,
    /// The combine that the others are compared with on the test rows, the selected one unless given
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) against: Option<String>,
    /// Count the errors on rows that a single modality gets right: one of the named combines, of all of strategy `single`
    /// without a name, or one of each combine's own `components`
    #[arg(long, value_name = "NAMES", value_delimiter = ',', num_args = 0..=1)]
    pub(in crate::cli) over_learn: Option<Vec<String>>,
    /// Report what choosing the epoch on the test rows would have added: they are measured after every epoch, and select
    /// nothing
    #[arg(long)]
    pub(in crate::cli) audit: bool,
    /// The folder that comparisons are numbered in
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub(in crate::cli) out: PathBuf,
    /// Continue the comparison of this folder: trials that are done there are not repeated; what is not given is as before
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
