//! The arguments of `mmc runs`.

use super::metric::metric;
use crate::experiment::{DEFAULT_RUNS, RunFilter, RunOrder};
use crate::spec::Metric;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct RunsArgs {
    /// The folder of the runs
    #[arg(value_name = "DIR", default_value = DEFAULT_RUNS)]
    pub(in crate::cli) folder: PathBuf,
    /// The metric of the columns `valid` and `test`
    #[arg(long, value_name = "NAME", default_value = "error", value_parser = metric)]
    pub(in crate::cli) metric: Metric,
    /// Sort by a column; `-COLUMN` has the largest first
    #[arg(long, value_name = "COLUMN", default_value = "date", allow_hyphen_values = true)]
    pub(in crate::cli) sort: RunOrder,
    /// List only runs under a condition, such as `combine=mulmix`, `tags=paper` or `valid<0.2`; may be repeated
    #[arg(long, value_name = "CONDITION")]
    pub(in crate::cli) filter: Vec<RunFilter>,
    /// Write a JSON object with all runs and metrics
    #[arg(long)]
    pub(in crate::cli) json: bool,
}
