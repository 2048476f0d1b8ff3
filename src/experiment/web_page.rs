//! The page of a run or of a study, made of the files in its folder.

use super::error::Error;
use super::run_web_page::{page_of_run, write_page};
use super::study_content::study_content;
use super::study_record::STUDY_FILE;
use crate::page::{WebPage, study_page};
use std::path::{Path, PathBuf};

/// The page of the run or the study in `folder`.
///
/// # Errors
/// If the folder holds neither, or a file of it is absent or damaged.
pub fn web_page(folder: &Path) -> Result<WebPage, Error> {
    match folder.join(STUDY_FILE).is_file() {
        true => study_content(folder).map(|content| study_page(&content)),
        false => page_of_run(folder),
    }
}

/// Writes the page into the folder, whole or not at all, and returns its path.
///
/// # Errors
/// As [`web_page`], and if it cannot be written.
pub fn write_web_page(folder: &Path) -> Result<PathBuf, Error> {
    write_page(folder, &web_page(folder)?)
}
