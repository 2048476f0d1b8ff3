//! The arguments of `mmc eval`.

use super::compute::ComputeArgs;
use super::metric::metric;
use crate::spec::{Metric, Part};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct EvalArgs {
    /// The run: its folder, or its name in `runs`
    #[arg(value_name = "RUN")]
    pub(in crate::cli) run: PathBuf,
    /// Measure on the rows of this file, which has the labels; without it on rows of the run's own data
    #[arg(long, value_name = "FILE", conflicts_with = "on")]
    pub(in crate::cli) data: Option<PathBuf>,
    /// Which part of the run's own data: train, valid, calib or test; the test rows unless given, or else the validation
    /// rows
    #[arg(long, value_name = "PART", value_parser = crate::experiment::part_by_name)]
    pub(in crate::cli) on: Option<Part>,
    /// Of two classes, predict the second where its probability is at least P
    #[arg(long, value_name = "P", value_parser = share)]
    pub(in crate::cli) threshold: Option<f64>,
    /// Print only these metrics, a line for each: error, loss, auc, f1, log_loss, brier, calibration_error
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = metric)]
    pub(in crate::cli) metric: Vec<Metric>,
    /// Repeat the measurements for the rows of each value of a column
    #[arg(long, value_name = "COLUMN")]
    pub(in crate::cli) by: Option<String>,
    /// List the rows whose label may be wrong: all their components find the same other class. Of rows that the model was not
    /// trained on; --format json lists all of them
    #[arg(long)]
    pub(in crate::cli) label_errors: bool,
    /// How the result is shown
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) format: EvalFormat,
    #[command(flatten)]
    pub(in crate::cli) compute: ComputeArgs,
}

/// How an evaluation is shown: for people or for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum EvalFormat {
    Text,
    Json,
}

/// A probability.
fn share(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| (0.0..=1.0).contains(number));
    number.ok_or_else(|| "expected a number from 0 to 1".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_checked() {
        assert_eq!((share("0.25"), share("1")), (Ok(0.25), Ok(1.0)));
        assert!(["-0.1", "1.5", "NaN", "half"].into_iter().all(|bad| share(bad).is_err()));
    }
}
