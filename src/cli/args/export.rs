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
    /// Write weights, what was fitted to the training rows, and a module in PyTorch that loads both into this folder
    #[arg(long, value_name = "DIR", group = "format")]
    pub(in crate::cli) safetensors: Option<PathBuf>,
    /// Write a model card, README.md, beside the weights
    #[arg(long, requires = "safetensors")]
    pub(in crate::cli) card: bool,
    /// Write the folder of an MLflow model: a `python_function` with its signature and an example
    #[arg(long, value_name = "DIR", group = "format")]
    pub(in crate::cli) mlflow: Option<PathBuf>,
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
