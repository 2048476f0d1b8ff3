//! From the name of a file to what it means: the reading that the pure stages do not do.

use super::args::Setting;
use super::output::Output;
use super::status::ExitStatus;
use crate::diag::{Checked, Code, FileId, Problem, SourceMap, Span};
use crate::lint::{Allows, Levels};
use crate::plan::Plan;
use crate::sema::Hir;
use crate::syntax::ast::Ast;
use crate::world::Disk;
use crate::{Compiled, Request, compile_in};
use std::fs;
use std::path::Path;

/// A pipeline file and what came of it.
pub(super) struct Opened {
    /// Every text that a problem may point into.
    pub(super) sources: SourceMap,
    /// The file.
    pub(super) file: FileId,
    /// What it means, if it means anything, and what is to be said about it.
    pub(super) compiled: Checked<Compiled>,
}

/// Reads and compiles `path`; a file that cannot be read is said on standard error.
pub(super) fn open(
    path: &Path,
    settings: &[Setting],
    combine: Option<String>,
    levels: &Levels,
    output: &Output,
) -> Result<Opened, ExitStatus> {
    let mut sources = SourceMap::new();
    let settings: Vec<_> = settings.iter().map(|setting| (setting.name.clone(), setting.value.clone())).collect();
    let (file, compiled) = match read(path, &mut sources) {
        Ok(file) => {
            let request = Request { world: &Disk, settings: &settings, combine, levels: levels.clone() };
            (file, compile_in(&mut sources, file, &request))
        }
        Err(Unreadable::NotText(file, problem)) => (file, Checked::failed(*problem)),
        Err(Unreadable::NoFile(message)) => {
            output.err.line(&message);
            return Err(ExitStatus::CouldNotRun);
        }
    };
    Ok(Opened { sources, file, compiled })
}

/// A pipeline that is ready to be planned or run.
pub(super) struct Pipeline {
    pub(super) sources: SourceMap,
    pub(super) file: FileId,
    pub(super) hir: Hir,
    pub(super) plan: Plan,
    pub(super) ast: Ast,
    pub(super) allows: Allows,
}

/// Opens `path` and goes on only without errors; everything found is said on standard error.
pub(super) fn open_pipeline(
    path: &Path,
    settings: &[Setting],
    combine: Option<String>,
    output: &Output,
) -> Result<Pipeline, ExitStatus> {
    let Opened { sources, file, compiled } = open(path, settings, combine, &Levels::default(), output)?;
    let Checked { value, problems } = compiled;
    output.problems(&problems, &sources);
    match value {
        Some(Compiled { hir, plan, ast, allows }) => Ok(Pipeline { sources, file, hir, plan, ast, allows }),
        // The passes over the graph check themselves, and what they find is not the file's fault.
        None if problems.iter().any(|problem| problem.code == Code::Internal) => Err(ExitStatus::CouldNotRun),
        None if !problems.has_errors() => {
            let name = path.display();
            output
                .err
                .line(&format!("error: `{name}` holds functions and params for other files to `use`, no pipeline"));
            Err(ExitStatus::Problems)
        }
        None => Err(ExitStatus::Problems),
    }
}

/// Why a file gives no text.
pub(super) enum Unreadable {
    /// It cannot be opened, in words.
    NoFile(String),
    /// It is no UTF-8.
    NotText(FileId, Box<Problem>),
}

/// Adds the text of `path` to `sources`, under the name the user gave it.
pub(super) fn read(path: &Path, sources: &mut SourceMap) -> Result<FileId, Unreadable> {
    let name = path.display().to_string();
    let bytes = fs::read(path).map_err(|error| Unreadable::NoFile(format!("error: cannot read `{name}`: {error}")))?;
    text(name, bytes, sources)
}

/// Adds `bytes` to `sources` as text.
pub(super) fn text(name: String, bytes: Vec<u8>, sources: &mut SourceMap) -> Result<FileId, Unreadable> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(sources.add(name, text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let file = sources.add(name, String::from_utf8_lossy(error.as_bytes()).into_owned());
            let problem = Problem::error(Code::NotUtf8, "the file is not UTF-8 text")
                .at(Span::new(file, at, at + '\u{fffd}'.len_utf8()), "this is no letter")
                .help("save the file as UTF-8");
            Err(Unreadable::NotText(file, Box::new(problem)))
        }
    }
}
