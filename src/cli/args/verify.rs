//! The arguments of `mmc verify`.

use super::compute::ComputeArgs;
use crate::report::KEPT_STEPS;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct VerifyArgs {
    /// The run: its folder, or its name in `runs`
    #[arg(value_name = "RUN")]
    pub(in crate::cli) run: PathBuf,
    /// How many of the first steps are made again; 0 for none
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(..=KEPT_STEPS as i64))]
    pub(in crate::cli) steps: u16,
    #[command(flatten)]
    pub(in crate::cli) compute: ComputeArgs,
    /// Write a JSON object
    #[arg(long)]
    pub(in crate::cli) json: bool,
}
