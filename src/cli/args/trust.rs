//! The arguments of `mmc trust`.

use super::compute::ComputeArgs;
use super::predict::OutputFormat;
use crate::spec::Part;
use clap::{Args, ValueEnum};
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

/// What abstention is to reach: `error<5%`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::cli) struct ErrorTarget(pub(in crate::cli) f64);

/// The order in which predictions are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SortBy {
    /// The least sure rows first
    Uncertainty,
}

/// A share that is neither 0 nor 1: `90%` or `0.9`.
pub(in crate::cli) fn inner_share(text: &str) -> Result<f64, String> {
    let number = match text.trim().strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().map(|percent| percent / 100.0),
        None => text.trim().parse(),
    };
    let number = number.ok().filter(|number: &f64| *number > 0.0 && *number < 1.0);
    number.ok_or_else(|| "expected a share between 0 and 1, such as `90%` or `0.9`".into())
}

/// `error<5%`, or `error<0.05`.
pub(in crate::cli) fn error_target(text: &str) -> Result<ErrorTarget, String> {
    let parts = text.split_once('<').filter(|(metric, _)| metric.trim() == "error");
    let share = parts.and_then(|(_, share)| inner_share(share.trim_start_matches('=')).ok());
    share.map(ErrorTarget).ok_or_else(|| "expected a target such as `error<5%`".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_targets_are_read() {
        assert_eq!((inner_share("90%"), inner_share("0.9"), inner_share(" 2.5 %")), (Ok(0.9), Ok(0.9), Ok(0.025)));
        assert!(["0", "1", "100%", "-5%", "NaN", "much", ""].into_iter().all(|bad| inner_share(bad).is_err()));
        assert_eq!(error_target("error<5%"), Ok(ErrorTarget(0.05)));
        assert_eq!(error_target("error <= 0.1"), Ok(ErrorTarget(0.1)));
        assert!(["error", "error<0", "auc<5%", "5%", "error>5%"].into_iter().all(|bad| error_target(bad).is_err()));
    }
}
