//! The source of the files that a pipeline uses. Every stage up to the plan reads
//! files through [`World`] alone, so that it works on files, on texts of an editor, and in tests.

use std::fs;
use std::io::{self, ErrorKind, Read};
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
        let bytes = match read_text(&full, true) {
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

/// The most bytes of a text of the language.
const LARGEST: u64 = 64 << 20;

/// The content of a file of text, which is refused where it is far larger than texts are; with `regular` also that of pipes
/// and devices, which may never end.
///
/// # Errors
/// The error of the system, or the reason in words.
pub(crate) fn read_text(path: &Path, regular: bool) -> io::Result<Vec<u8>> {
    let refused = |kind, what: &str| Err(io::Error::new(kind, what.to_owned()));
    let data = fs::metadata(path)?;
    if data.is_dir() {
        return refused(ErrorKind::IsADirectory, "it is a folder");
    }
    if regular && !data.is_file() {
        return refused(ErrorKind::InvalidInput, "it is a pipe, a socket or a device, and no regular file");
    }
    let mut bytes = vec![];
    fs::File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > LARGEST {
        true => refused(ErrorKind::FileTooLarge, &format!("it is larger than {} MiB", LARGEST >> 20)),
        false => Ok(bytes),
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
