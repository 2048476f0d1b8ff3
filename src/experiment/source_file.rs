//! Pipeline files as texts: read from disk, checked to be UTF-8, entered into the map of sources.

use super::error::{Error, ErrorKind};
use crate::diag::{Code, FileId, Problem, SourceMap, Span};
use crate::world::read_text;
use std::path::Path;

/// The reason that a file cannot be read as text.
pub enum Unreadable {
    /// It cannot be opened: a sentence.
    NoFile(String),
    /// It is not UTF-8.
    NotText(FileId, Box<Problem>),
}

impl Unreadable {
    /// The error of a required file.
    pub(crate) fn into_error(self, sources: &SourceMap) -> Error {
        match self {
            Unreadable::NoFile(message) => Error::message(ErrorKind::CannotRun, message),
            Unreadable::NotText(_, problem) => Error::of(*problem, sources),
        }
    }
}

/// Adds the text of the file at `path` to `sources`, under the name the user gave it.
pub fn read_source(path: &Path, sources: &mut SourceMap) -> Result<FileId, Unreadable> {
    let name = path.display().to_string();
    let bytes =
        read_text(path, false).map_err(|error| Unreadable::NoFile(format!("error: cannot read `{name}`: {error}")))?;
    add_source(name, bytes, sources)
}

/// Adds `bytes` to `sources` as a text.
pub fn add_source(name: String, bytes: Vec<u8>, sources: &mut SourceMap) -> Result<FileId, Unreadable> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(sources.add(name, text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let file = sources.add(name, String::from_utf8_lossy(error.as_bytes()).into_owned());
            let problem = Problem::error(Code::NotUtf8, "the file is not UTF-8 text")
                .at(Span::new(file, at, at + '\u{fffd}'.len_utf8()), "not a valid character")
                .help("save the file as UTF-8");
            Err(Unreadable::NotText(file, Box::new(problem)))
        }
    }
}
