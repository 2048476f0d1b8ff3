//! From the name of a file to what it means: the reading that the pure stages do not do.

use super::args::Setting;
use super::output::Output;
use super::status::ExitStatus;
use crate::diag::{Checked, Code, FileId, Problem, Problems, SourceMap, Span};
use crate::lint::{Allows, Levels};
use crate::plan::Plan;
use crate::report::RunDir;
use crate::sema::{Hir, Uses, copies};
use crate::syntax::ast::{Ast, ItemKind};
use crate::world::Disk;
use crate::{CompileOptions, Compiled, compile_in};
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
    let (file, compiled) = match read(path, &mut sources) {
        Ok(file) => (file, compiled(&mut sources, file, settings, combine, levels)),
        Err(Unreadable::NotText(file, problem)) => (file, Checked::failed(*problem)),
        Err(Unreadable::NoFile(message)) => {
            output.err.line(&message);
            return Err(ExitStatus::CouldNotRun);
        }
    };
    Ok(Opened { sources, file, compiled })
}

impl Opened {
    /// What comes of `text` if it takes the place of the file at `path`.
    pub(super) fn of(path: &Path, text: &str, settings: &[Setting], levels: &Levels) -> Self {
        let mut sources = SourceMap::new();
        let file = sources.add(path.display().to_string(), text);
        let compiled = compiled(&mut sources, file, settings, None, levels);
        Self { sources, file, compiled }
    }
}

fn compiled(
    sources: &mut SourceMap,
    file: FileId,
    settings: &[Setting],
    combine: Option<String>,
    levels: &Levels,
) -> Checked<Compiled> {
    let settings: Vec<_> = settings.iter().map(|setting| (setting.name.clone(), setting.value.clone())).collect();
    compile_in(sources, file, &CompileOptions { world: &Disk, settings: &settings, combine, levels: levels.clone() })
}

/// A pipeline that is ready to be planned or run.
pub(super) struct Pipeline {
    pub(super) sources: SourceMap,
    pub(super) hir: Hir,
    pub(super) plan: Plan,
    pub(super) ast: Ast,
    pub(super) uses: Uses,
    pub(super) allows: Allows,
}

impl Pipeline {
    /// Writes the pipeline at `path` and the files it uses into the folder of its run, from where it can be run again.
    pub(super) fn keep_in(&self, directory: &RunDir, path: &Path) -> Result<(), Problem> {
        let way = directory.way_to(path.parent().unwrap_or(Path::new("")));
        let moved = |path: &str| way.join(path).display().to_string();
        for copy in copies(&self.ast, &self.uses, &self.sources, &self.hir.data.paths(), &moved) {
            directory.write(&copy.name, |file| file.write_all(copy.text.as_bytes()))?;
        }
        Ok(())
    }
}

/// Opens `path` and goes on only without errors; everything found is said on standard error.
pub(super) fn open_pipeline(
    path: &Path,
    settings: &[Setting],
    combine: Option<String>,
    output: &Output,
) -> Result<Pipeline, ExitStatus> {
    let Opened { sources, compiled, .. } = open(path, settings, combine, &Levels::default(), output)?;
    let Checked { value, problems } = compiled;
    output.problems(&problems, &sources);
    match value {
        Some(Compiled { hir, plan, ast, uses, allows }) => Ok(Pipeline { sources, hir, plan, ast, uses, allows }),
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

/// The combines that a file declares, in order.
pub(super) fn combine_names(path: &Path, output: &Output) -> Result<Vec<String>, ExitStatus> {
    let mut sources = SourceMap::new();
    let file = match read(path, &mut sources) {
        Ok(file) => file,
        Err(Unreadable::NotText(_, problem)) => {
            output.problems(&Problems::from(*problem), &sources);
            return Err(ExitStatus::Problems);
        }
        Err(Unreadable::NoFile(message)) => {
            output.err.line(&message);
            return Err(ExitStatus::CouldNotRun);
        }
    };
    let text = sources.get(file).map(|source| source.text.clone()).unwrap_or_default();
    let (ast, _) = crate::syntax::parse(file, &text);
    let names = ast.items.iter().filter_map(|item| match &item.kind {
        ItemKind::Combine(combine) => Some(combine.name.text.clone()),
        _ => None,
    });
    Ok(names.collect())
}

/// Opens `path` once for each of these combines; what is found in the file is said once.
pub(super) fn open_combines(
    path: &Path,
    settings: &[Setting],
    combines: &[String],
    said: &mut bool,
    output: &Output,
) -> Result<Vec<Pipeline>, ExitStatus> {
    let mut pipelines = vec![];
    for combine in combines {
        let Opened { sources, compiled, .. } = open(path, settings, Some(combine.clone()), &Levels::default(), output)?;
        let Checked { value, problems } = compiled;
        if value.is_none() || !std::mem::replace(said, true) {
            output.problems(&problems, &sources);
        }
        let Some(Compiled { hir, plan, ast, uses, allows }) = value else { return Err(ExitStatus::Problems) };
        pipelines.push(Pipeline { sources, hir, plan, ast, uses, allows });
    }
    Ok(pipelines)
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
