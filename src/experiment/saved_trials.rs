//! `trials.jsonl`: the trials of a study as they end, a line of JSON each, so that finished trials are not repeated.

use super::trial::TrialScores;
use crate::diag::{Code, Problem};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::io::{self, Write};
use std::path::Path;

/// One trial of a study.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedTrial {
    /// The hash of everything that decides its result.
    pub key: String,
    /// Its run, a folder within that of the study.
    pub run: String,
    /// The name of its configuration in tables.
    pub name: String,
    /// The combine.
    pub combine: String,
    /// The params that vary and their values.
    pub params: IndexMap<String, String>,
    /// The seed.
    pub seed: u64,
    /// Its scores.
    #[serde(flatten)]
    pub scores: TrialScores,
}

/// Writes all trials that are done.
pub fn write_trials(file: &mut dyn Write, trials: &[SavedTrial]) -> io::Result<()> {
    for trial in trials {
        serde_json::to_writer(&mut *file, trial)?;
        file.write_all(b"\n")?;
    }
    Ok(())
}

/// The trials that were done in this folder before; none where it holds no such file.
///
/// # Errors
/// `MMC0606` for a file that cannot be read, or a line of it that is not a trial.
pub fn read_trials(folder: &Path) -> Result<Vec<SavedTrial>, Problem> {
    let path = folder.join("trials.jsonl");
    let damaged = |reason: String| {
        let message = format!("the trials in `{}` cannot be read: {reason}", path.display());
        Problem::error(Code::BadModel, message)
            .help("remove the file to train all trials again, or begin another study")
    };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(vec![]),
        Err(error) => return Err(damaged(error.to_string())),
    };
    let lines = text.lines().enumerate();
    lines
        .map(|(at, line)| serde_json::from_str(line).map_err(|error| damaged(format!("line {}: {error}", at + 1))))
        .collect()
}
