//! The source of the files that a pipeline uses. Every stage up to the plan reads
//! files through [`World`] alone, so that it works on files, on texts of an editor, and in tests.

use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

/// The source of the files that a text names after `use`.
pub trait World {
    /// The file that `path` names in the text called `of`.
    ///
    /// # Errors
    /// If there is none, or it is not UTF-8.
    fn text(&self, of: &str, path: &str) -> Result<FoundFile, MissingFile>;

    /// The identity of the text called `name`: the same for every name of one text, and another for every other text.
    fn identity(&self, name: &str) -> String {
        name.to_owned()
    }
}

/// A file that is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFile {
    /// The name that it is shown by.
    pub name: String,
    /// Its identity; see [`World::identity`].
    pub identity: String,
    /// Its content.
    pub text: String,
}

/// The error of a missing file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingFile {
    /// The reason, in words.
    pub reason: String,
    /// Files that may be meant, as they would be written.
    pub there: Vec<String>,
}

/// A world without files, for texts that use none.
#[derive(Clone, Copy, Debug)]
pub struct NoFiles;

impl World for NoFiles {
    fn text(&self, _: &str, _: &str) -> Result<FoundFile, MissingFile> {
        Err(MissingFile { reason: "this text has no access to other files".into(), there: vec![] })
    }
}

/// The files on disk; a relative path begins in the folder of the file that names it.
#[derive(Clone, Copy, Debug)]
pub struct Disk;

impl Disk {
    fn folder(of: &str) -> &Path {
        match Path::new(of).parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        }
    }
}

impl World for Disk {
    fn text(&self, of: &str, path: &str) -> Result<FoundFile, MissingFile> {
        let folder = Self::folder(of);
        let full = simple(&folder.join(path));
        let name = full.display().to_string();
        let bytes = match fs::read(&full) {
            Ok(bytes) => bytes,
            Err(error) => {
                let reason = match error.kind() {
                    ErrorKind::NotFound => "there is no such file".into(),
                    ErrorKind::IsADirectory => "it is a folder".into(),
                    _ => error.to_string(),
                };
                return Err(MissingFile { reason, there: neighbours(folder, path) });
            }
        };
        match String::from_utf8(bytes) {
            Ok(text) => Ok(FoundFile { identity: self.identity(&name), name, text }),
            Err(_) => Err(MissingFile { reason: "it is not UTF-8 text".into(), there: vec![] }),
        }
    }

    fn identity(&self, name: &str) -> String {
        fs::canonicalize(name).map_or_else(|_| name.to_owned(), |path| path.display().to_string())
    }
}

/// A path without `.` in it.
fn simple(path: &Path) -> PathBuf {
    path.components().filter(|part| *part != Component::CurDir).collect()
}

/// The pipeline files in the folder where `path` was looked for, written as `path` is, in order.
fn neighbours(folder: &Path, path: &str) -> Vec<String> {
    let (before, _) = path.rsplit_once('/').map_or(("", path), |(before, _)| path.split_at(before.len() + 1));
    let Ok(entries) = fs::read_dir(folder.join(before)) else { return vec![] };
    let mut there: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".mmc"))
        .map(|name| format!("{before}{name}"))
        .collect();
    there.sort();
    there
}
