//! The folder of a run, by its path or by its name among the runs.

use super::error::Error;
use super::run_list::folders_in;
use crate::diag::{Code, Problem, SourceMap, nearest};
use std::path::{Path, PathBuf};

/// The folder that runs are numbered in unless another is given.
pub const DEFAULT_RUNS: &str = "runs";

/// The folder of the run that `name` stands for: a path, or the name of a folder in `runs`.
///
/// # Errors
/// `MMC0620` if there is no such folder, with the nearest name.
pub fn find_run(name: &Path) -> Result<PathBuf, Error> {
    let among_runs = Path::new(DEFAULT_RUNS).join(name);
    if name.is_dir() {
        return Ok(name.to_path_buf());
    }
    if among_runs.is_dir() {
        return Ok(among_runs);
    }
    let message = format!("there is no run `{}`", name.display());
    if name.is_file() {
        let message = format!("`{}` is a file, and not the folder of a run", name.display());
        let help = match name.extension().is_some_and(|ending| ending == "mmc") {
            true => format!("`mmc run {}` trains it and names the folder of the run", name.display()),
            false => "the folder of a run, as `mmc run` writes it, comes first".to_owned(),
        };
        return Err(Error::of(Problem::error(Code::UnknownRun, message).help(help), &SourceMap::new()));
    }
    let help = match near(name).or_else(|| near(&among_runs)) {
        Some(near) => format!("did you mean `{}`?", near.display()),
        None => "`mmc runs` lists the runs".into(),
    };
    Err(Error::of(Problem::error(Code::UnknownRun, message).help(help), &SourceMap::new()))
}

/// The folder beside `path` whose name is nearest to its.
fn near(path: &Path) -> Option<PathBuf> {
    let parent = path.parent().filter(|parent| *parent != Path::new(""));
    let folders = folders_in(parent.unwrap_or(Path::new("."))).ok()?;
    let names: Vec<&str> = folders.iter().filter_map(|folder| folder.file_name()?.to_str()).collect();
    let found = nearest(path.file_name()?.to_str()?, names)?;
    Some(parent.map_or_else(|| found.into(), |parent| parent.join(found)))
}
