//! The arguments of `mmc bench`.

use super::compute::ComputeArgs;
use super::count::at_least_one;
use super::model::ModelArgs;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct BenchArgs {
    /// The pipeline
    pub(in crate::cli) file: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) model: ModelArgs,
    #[command(flatten)]
    pub(in crate::cli) compute: ComputeArgs,
    /// How many steps to time
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = at_least_one)]
    pub(in crate::cli) steps: u64,
}
