//! The arguments of `mmc export`.

use super::compute::ComputeArgs;
use clap::{ArgGroup, Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("format").required(true).multiple(true))]
pub(in crate::cli) struct ExportArgs {
    /// The run: its folder, or its name in `runs`
    #[arg(value_name = "RUN")]
    pub(in crate::cli) run: PathBuf,
    /// Write an ONNX graph from the columns of a table to the label, and test data beside it
    #[arg(long, value_name = "FILE", group = "format")]
    pub(in crate::cli) onnx: Option<PathBuf>,
    /// What the ONNX graph begins with: the cells of columns, or modalities that are prepared elsewhere
    #[arg(long, value_name = "INPUTS", default_value = "raw", requires = "onnx")]
    pub(in crate::cli) inputs: ExportInputs,
    #[command(flatten)]
    pub(in crate::cli) compute: ComputeArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ExportInputs {
    /// The cells of columns
    Raw,
    /// Prepared modalities, in standard operators alone
    Prepared,
}
