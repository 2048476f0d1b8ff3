//! The arguments of `mmc stress`, and those of corruptions that `mmc eval` shares.

use super::compute::ComputeArgs;
use super::table_format::TableFormatArg;
use crate::data::{CorruptionLevels, level_of};
use crate::experiment::{ModalityCorruption, StressTest};
use crate::spec::Part;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct StressArgs {
    /// The runs, or studies of which every trial is a run: folders, or names in `runs`
    #[arg(required = true, value_name = "RUN")]
    pub(in crate::cli) runs: Vec<PathBuf>,
    /// A test: KIND is gaussian, dropout, missing, swap, next_class, shuffle, constant, typos, blur, occlusion or conflict,
    /// LEVELS a list with commas; may be repeated. Noise, missing and exchanged modalities and conflict unless given
    #[arg(long = "test", value_name = "KIND:LEVELS")]
    pub(in crate::cli) tests: Vec<StressTest>,
    /// The share of the rows that noise and other changes of numbers reach
    #[arg(long, value_name = "SHARE", default_value = "50%", value_parser = share)]
    pub(in crate::cli) rows: f64,
    /// The share of the modalities of each of these rows
    #[arg(long, visible_alias = "views", value_name = "SHARE", default_value = "50%", value_parser = share)]
    pub(in crate::cli) modalities: f64,
    /// Which part of the data of each run: train, valid, calib or test; the test rows unless given, or else the validation
    /// rows
    #[arg(long, value_name = "PART", value_parser = crate::experiment::part_by_name)]
    pub(in crate::cli) on: Option<Part>,
    /// The seed of all draws: which rows and modalities, the noise, the other rows
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(in crate::cli) seed: u64,
    /// The method that the others are compared with, that of the first run unless given
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) against: Option<String>,
    /// Write stress.csv, stress.json and stress.md into this folder, which is made if it does not exist
    #[arg(long, short, value_name = "DIR")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// How the tables are shown
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) format: TableFormatArg,
    #[command(flatten)]
    pub(in crate::cli) compute: ComputeArgs,
    /// Print nothing but the result
    #[arg(long, short)]
    pub(in crate::cli) quiet: bool,
}

/// A share above 0, as a number or a percentage.
fn share(text: &str) -> Result<f64, String> {
    let found = level_of(text)?;
    if found > 0.0 && found <= 1.0 { Ok(found) } else { Err("expected a share above 0, at most 1 or 100%".into()) }
}

/// `NAME=KIND:LEVELS`
pub(in crate::cli) fn modality_corruption(text: &str) -> Result<ModalityCorruption, String> {
    let Some((modality, levels)) = text.split_once('=') else {
        return Err("expected NAME=KIND:LEVELS, such as `body=gaussian:0.5,1`".into());
    };
    let levels: CorruptionLevels = levels.trim().parse()?;
    Ok(ModalityCorruption { modality: modality.trim().to_owned(), levels })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_numbers_or_percentages() {
        assert_eq!((share("0.25"), share("50%"), share("1")), (Ok(0.25), Ok(0.5), Ok(1.0)));
        assert!(["0", "1.5", "-0.1", "half", "101%"].into_iter().all(|bad| share(bad).is_err()));
    }

    #[test]
    fn a_corruption_names_its_modality() {
        let found = modality_corruption("name = typos:5%,10%").unwrap();
        assert_eq!((found.modality.as_str(), found.levels.levels.as_slice()), ("name", &[0.05, 0.1][..]));
        assert!(modality_corruption("typos:0.1").unwrap_err().contains("expected NAME=KIND:LEVELS"));
    }
}
