//! The arguments of `mmc fmt`.

use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct FmtArgs {
    /// The pipelines; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(in crate::cli) files: Vec<PathBuf>,
    /// Change nothing; exit with 1 if a file is not in the standard layout
    #[arg(long)]
    pub(in crate::cli) check: bool,
    /// Change nothing; show what would change, and exit with 1 if anything would
    #[arg(long)]
    pub(in crate::cli) diff: bool,
}
