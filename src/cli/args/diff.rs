//! The arguments of `mmc diff`.

use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct DiffArgs {
    /// A run, by its folder or its name in `runs`, or a pipeline file
    #[arg(value_name = "A")]
    pub(in crate::cli) a: PathBuf,
    /// The run or the file to compare it with
    #[arg(value_name = "B")]
    pub(in crate::cli) b: PathBuf,
    /// The combine of files, if not the one `train` names
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) combine: Option<String>,
    /// Write a JSON object
    #[arg(long)]
    pub(in crate::cli) json: bool,
}
