//! The arguments of `mmc trust`.

use super::compute::ComputeArgs;
use super::predict::OutputFormat;
use super::sureness::inner_share;
use crate::spec::Part;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct TrustArgs {
    /// The run: its folder, or its name in `runs`
    #[arg(value_name = "RUN")]
    pub(in crate::cli) run: PathBuf,
    /// Explain only this row, counted from 0 without the header, in words; without `--data` a row of the run's own data
    #[arg(long, value_name = "N")]
    pub(in crate::cli) row: Option<u64>,
    /// Explain the rows of this file; its label may be absent
    #[arg(long, value_name = "FILE", conflicts_with = "on")]
    pub(in crate::cli) data: Option<PathBuf>,
    /// Which part of the run's own data: train, valid, calib or test; the test rows unless given, or else the validation
    /// rows
    #[arg(long, value_name = "PART", value_parser = crate::experiment::part_by_name)]
    pub(in crate::cli) on: Option<Part>,
    /// The frequency with which the sets of classes are to hold the label
    #[arg(long, value_name = "SHARE", default_value = "90%", value_parser = inner_share)]
    pub(in crate::cli) coverage: f64,
    /// The part whose rows say what sureness is worth: calib, or else the validation rows, unless given
    #[arg(long, value_name = "PART", value_parser = crate::experiment::part_by_name)]
    pub(in crate::cli) held_out: Option<Part>,
    /// Write a table with a line for each row: csv, tsv, jsonl, parquet, arrow or arrows by the ending of the name; `-`
    /// for standard output
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// The format of the table, unless the name tells it
    #[arg(long, value_name = "FORMAT", requires = "output")]
    pub(in crate::cli) format: Option<OutputFormat>,
    /// Show the explanation of the row, or the summary of all rows, as JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
    #[command(flatten)]
    pub(in crate::cli) compute: ComputeArgs,
}
