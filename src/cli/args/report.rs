//! The arguments of `mmc report`.

use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct ReportArgs {
    /// The run or the study: its folder, or its name in `runs`
    #[arg(value_name = "RUN")]
    pub(in crate::cli) run: PathBuf,
    /// Open the page in the browser
    #[arg(long)]
    pub(in crate::cli) open: bool,
    /// Write each plot as a picture into this folder; needs a build with the feature `png`
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) png: Option<PathBuf>,
}
