//! The folder of a run within that of a study: copied, recognized and removed as a whole.

use crate::diag::{Code, Problem};
use crate::report::RunDir;
use std::fs;
use std::io;
use std::path::Path;

/// The file of a run that is written last.
const LAST: &str = "summary.json";

/// Whether the folder holds a run that was saved to its end.
pub(crate) fn is_saved_run(folder: &Path) -> bool {
    folder.join(LAST).is_file()
}

/// Copies the files of a run to a folder beside its own, in the place of a run that is there. The copied pipeline names its
/// data by relative paths, which hold at the same depth.
///
/// # Errors
/// `MMC0604` or `MMC0605`, naming the folder or the file.
pub(crate) fn copy_run(from: &Path, to: &Path) -> Result<(), Problem> {
    remove_run(to)?;
    let mut copy = RunDir::create_at(to)?;
    let entries = fs::read_dir(from).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut files: Vec<_> = entries.map_err(|error| failed(from, &error))?;
    files.retain(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
    files.sort_by_key(|entry| (entry.file_name() == LAST, entry.file_name()));
    for file in files {
        let content = fs::read(file.path()).map_err(|error| failed(&file.path(), &error))?;
        copy.write(&file.file_name().to_string_lossy(), |copy| copy.write_all(&content))?;
    }
    copy.keep();
    Ok(())
}

/// Removes the folder of a run, if it is there. The file that says it is complete is removed first.
///
/// # Errors
/// `MMC0604`, naming the folder.
pub(crate) fn remove_run(folder: &Path) -> Result<(), Problem> {
    let absent_is_removed = |result: io::Result<()>| match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    };
    absent_is_removed(fs::remove_file(folder.join(LAST)))
        .and_then(|()| absent_is_removed(fs::remove_dir_all(folder)))
        .map_err(|error| failed(folder, &error))
}

fn failed(path: &Path, error: &io::Error) -> Problem {
    Problem::error(Code::OutputUnwritable, format!("`{}` cannot be replaced: {error}", path.display()))
        .help("the folder of a study must stay writable while its trials are trained")
}
