//! The arguments of `mmc eval`.

use super::compute::ComputeArgs;
use super::metric::metric;
use super::stress::modality_corruption;
use crate::experiment::{ModalityCorruption, RobustnessRequest};
use crate::spec::{Metric, Part};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// What is measured of the rows as they are only.
const OTHERS: [&str; 4] = ["threshold", "metric", "by", "label_errors"];

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
    /// Instead measure the model by how strongly a modality is corrupted: gaussian, dropout, missing, swap, shuffle, constant,
    /// typos, blur or occlusion, at the levels of a list with commas; may be repeated
    #[arg(long, value_name = "NAME=KIND:LEVELS", value_parser = modality_corruption, conflicts_with_all = OTHERS)]
    pub(in crate::cli) corrupt: Vec<ModalityCorruption>,
    /// Instead measure the model with every subset of its modalities, of more than eight with each alone and without each
    #[arg(long, conflicts_with_all = OTHERS)]
    pub(in crate::cli) ablate: bool,
    /// Instead measure the increase of the error when each modality, and each column of it, is permuted among the rows
    #[arg(long, conflicts_with_all = OTHERS)]
    pub(in crate::cli) permute: bool,
    /// The seed of corruptions and permutations
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(in crate::cli) seed: u64,
    /// Show every component, however many there are
    #[arg(long)]
    pub(in crate::cli) detail: bool,
    /// How the result is shown
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) format: EvalFormat,
    #[command(flatten)]
    pub(in crate::cli) compute: ComputeArgs,
}

impl EvalArgs {
    /// What is measured of corrupted rows, if so.
    pub(in crate::cli) fn robustness(&self) -> Option<RobustnessRequest> {
        let request = RobustnessRequest {
            corruptions: self.corrupt.clone(),
            ablate: self.ablate,
            permute: self.permute,
            seed: self.seed,
        };
        (!self.corrupt.is_empty() || self.ablate || self.permute).then_some(request)
    }
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
