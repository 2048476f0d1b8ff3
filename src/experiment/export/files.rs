//! Folders and files of an export.

use crate::atomic_file::write_atomic;
use crate::diag::{Code, Problem};
use crate::experiment::error::Error;
use crate::experiment::model::Model;
use std::fs;
use std::path::Path;

/// Makes a folder and those above it.
pub(super) fn create(model: &Model, folder: &Path) -> Result<(), Error> {
    if folder.as_os_str().is_empty() {
        return Ok(());
    }
    fs::create_dir_all(folder).map_err(|error| {
        let message = format!("the folder `{}` cannot be made: {error}", folder.display());
        let problem = Problem::error(Code::OutputUnwritable, message);
        model.error(problem.help("name a folder that can be written").into())
    })
}

/// Writes a file, whole or not at all.
pub(super) fn save(model: &Model, path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write_atomic(path, |file| file.write_all(bytes)).map_err(|problem| model.error(problem.into()))
}
