//! The arguments of `mmc sweep`.

use super::compute::ComputeArgs;
use super::model::SettingArg;
use super::table_format::TableFormatArg;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct SweepArgs {
    /// The pipeline
    pub(in crate::cli) file: PathBuf,
    /// The sweep, where the file has several
    pub(in crate::cli) name: Option<String>,
    /// Give a `param` of the file that is not swept another value; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub(in crate::cli) set: Vec<SettingArg>,
    /// Another number of epochs than the file's
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(in crate::cli) epochs: Option<u64>,
    /// The folder that sweeps are numbered in
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub(in crate::cli) out: PathBuf,
    /// Continue the sweep of this folder: trials that are done there are not repeated
    #[arg(long, value_name = "DIR", conflicts_with = "out")]
    pub(in crate::cli) resume: Option<PathBuf>,
    /// How the table is shown
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) format: TableFormatArg,
    #[command(flatten)]
    pub(in crate::cli) compute: ComputeArgs,
    /// Print nothing but the result
    #[arg(long, short)]
    pub(in crate::cli) quiet: bool,
}
