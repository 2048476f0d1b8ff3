//! The runs that a stress is given: folders of runs, and those of studies, whose trials are runs.

use crate::diag::SourceMap;
use crate::experiment::error::Error;
use crate::experiment::run_name::find_run;
use crate::experiment::saved_trials::read_trials;
use crate::experiment::study_record::STUDY_FILE;
use crate::report::RunRecord;
use std::path::PathBuf;

/// The folders of the runs that these names stand for, each once. A study stands for the runs of its trials.
///
/// # Errors
/// If there is no such folder, or the trials of a study cannot be read.
pub fn stressed_folders(names: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let mut folders: Vec<PathBuf> = vec![];
    for name in names {
        let folder = find_run(name)?;
        let found = match folder.join(STUDY_FILE).is_file() && !RunRecord::exists(&folder) {
            true => {
                let trials = read_trials(&folder).map_err(|problem| Error::of(problem, &SourceMap::new()))?;
                trials.into_iter().map(|trial| folder.join(trial.run)).collect()
            }
            false => vec![folder],
        };
        for folder in found {
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
    }
    Ok(folders)
}
