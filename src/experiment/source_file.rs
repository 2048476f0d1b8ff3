//! Pipeline files as texts: read from disk, checked to be UTF-8, entered into the map of sources.

use super::error::{Error, ErrorKind};
use crate::diag::{Code, FileId, Problem, SourceMap, Span, nearest};
use crate::spec::FileFormat;
use crate::world::read_text;
use std::fs;
use std::io;
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
    if FileFormat::of(&name).is_some() && path.is_file() {
        let message = format!("error: `{name}` is a table and no pipeline; `mmc new {name}` writes a pipeline for it");
        return Err(Unreadable::NoFile(message));
    }
    let bytes = read_text(path, false).map_err(|error| Unreadable::NoFile(unreadable(path, &error)))?;
    add_source(name, bytes, sources)
}

/// Why the file at `path` cannot be read, with the pipelines that may be meant.
fn unreadable(path: &Path, error: &io::Error) -> String {
    let name = path.display();
    let is_folder = path.is_dir();
    let folder = if is_folder { path } else { path.parent().unwrap_or(Path::new("")) };
    let there = pipelines_in(folder);
    let shown: Vec<String> = there.iter().map(|name| folder.join(name).display().to_string()).collect();
    if is_folder {
        let help = match shown.as_slice() {
            [] => "name a file that ends in `.mmc`".to_owned(),
            shown => format!("it holds {}", listed(shown)),
        };
        return format!("error: `{name}` is a folder, neither a pipeline nor the folder of a run; {help}");
    }
    let wanted = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let bare = |name: &str| name.strip_suffix(".mmc").unwrap_or(name).to_owned();
    let bares: Vec<String> = there.iter().map(|name| bare(name)).collect();
    let near = nearest(&bare(wanted), bares.iter().map(String::as_str))
        .or_else(|| bares.iter().map(String::as_str).find(|name| *name == wanted));
    let help = match near.and_then(|near| bares.iter().position(|name| name == near)).and_then(|at| shown.get(at)) {
        Some(near) => format!("; did you mean `{near}`?"),
        None if error.kind() == io::ErrorKind::NotFound && !shown.is_empty() => {
            format!("; there is {}", listed(&shown))
        }
        None => String::new(),
    };
    match error.kind() {
        io::ErrorKind::NotFound => format!("error: there is no file `{name}`{help}"),
        _ => format!("error: cannot read `{name}`: {error}{help}"),
    }
}

/// The first of several names in backticks.
fn listed(names: &[String]) -> String {
    const MOST: usize = 5;
    let mut list: Vec<String> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    if names.len() > MOST {
        list.push(format!("and {} more", names.len() - MOST));
    }
    list.join(", ")
}

/// The names of the pipelines in a folder, in order.
fn pipelines_in(folder: &Path) -> Vec<String> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.ends_with(".mmc"))
        .collect();
    names.sort();
    names
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
