//! The progress of a run, by the files in its folder.

use super::error::Error;
use super::initial_weights::INITIAL_WEIGHTS;
use crate::diag::{Code, Problem, SourceMap};
use crate::report::{RunDir, RunRecord, run_is_complete};
use std::fs;
use std::io;
use std::path::Path;

/// The progress of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunProgress {
    /// There is no folder, an empty one, or one whose run was killed before it had written down what decides it.
    NotStarted,
    /// It was started, and has not completed.
    Unfinished,
    /// It was trained to its end.
    Complete,
}

/// The progress of the run in `folder`.
///
/// # Errors
/// If the folder holds something else than a run, or cannot be read.
pub fn run_progress(folder: &Path) -> Result<RunProgress, Error> {
    let problem = |reason: String| {
        let problem = Problem::error(Code::CannotResume, format!("`{}` {reason}", folder.display()));
        let help =
            "name the folder of a run, as `mmc run` makes it, or, together with a pipeline, one that does not exist";
        Error::of(problem.help(help), &SourceMap::new())
    };
    match found(folder) {
        Ok(Some(progress)) => Ok(progress),
        Ok(None) => Err(problem("is not the folder of a run".into())),
        Err(error) => Err(problem(format!("cannot be read: {error}"))),
    }
}

/// `None` for a folder of something else.
fn found(folder: &Path) -> io::Result<Option<RunProgress>> {
    if RunRecord::exists(folder) {
        let complete = run_is_complete(folder)?;
        return Ok(Some(if complete { RunProgress::Complete } else { RunProgress::Unfinished }));
    }
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Some(RunProgress::NotStarted)),
        entries => entries?,
    };
    let names: Vec<String> = entries
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .filter(|name| !name.as_ref().is_ok_and(|name| RunDir::is_leftover(name)))
        .collect::<io::Result<_>>()?;
    let written_at_start =
        |name: &String| name.ends_with(".mmc") || ["preprocessing.json", INITIAL_WEIGHTS].contains(&name.as_str());
    let started = names.is_empty() || names.iter().any(|name| name == "pipeline.mmc");
    Ok((started && names.iter().all(written_at_start)).then_some(RunProgress::NotStarted))
}
