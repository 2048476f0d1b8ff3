//! From the name of a file to what it means: the reading that the pure stages do not do.

use super::args::Setting;
use super::output::Output;
use super::status::ExitStatus;
use crate::diag::{Checked, Code, FileId, Problem, Problems, SourceMap, Span};
use crate::plan::Plan;
use crate::sema::{Choices, Hir, Override};
use crate::syntax::ast::{Expr, ExprKind, ItemKind};
use crate::{check, compile, syntax};
use std::fs;
use std::path::Path;

/// A pipeline file and what came of it.
pub(super) struct Opened {
    /// Every text that a problem may point into.
    pub(super) sources: SourceMap,
    /// The file.
    pub(super) file: FileId,
    /// What it means, if it means anything, and what is to be said about it.
    pub(super) checked: Checked<Hir>,
}

/// Reads and compiles `path`; a file that cannot be read is said on standard error.
pub(super) fn open(
    path: &Path,
    settings: &[Setting],
    combine: Option<String>,
    output: &Output,
) -> Result<Opened, ExitStatus> {
    let mut sources = SourceMap::new();
    let (file, checked) = match read(path, &mut sources) {
        Ok(file) => {
            let (overrides, mut problems) = overrides(&mut sources, file, settings);
            let checked = check(&mut sources, file, &Choices { combine, overrides });
            problems.extend(checked.problems);
            problems.sort();
            let value = checked.value.filter(|_| !problems.has_errors());
            (file, Checked { value, problems })
        }
        Err(Unreadable::NotText(file, problem)) => (file, Checked::failed(*problem)),
        Err(Unreadable::NoFile(message)) => {
            output.err.line(&message);
            return Err(ExitStatus::CouldNotRun);
        }
    };
    Ok(Opened { sources, file, checked })
}

/// A pipeline that is ready to be planned or run.
pub(super) struct Pipeline {
    pub(super) sources: SourceMap,
    pub(super) file: FileId,
    pub(super) hir: Hir,
    pub(super) plan: Plan,
}

/// Opens `path` and goes on only without errors; everything found is said on standard error.
pub(super) fn open_pipeline(
    path: &Path,
    settings: &[Setting],
    combine: Option<String>,
    output: &Output,
) -> Result<Pipeline, ExitStatus> {
    let Opened { sources, file, checked } = open(path, settings, combine, output)?;
    output.problems(&checked.problems, &sources);
    let Some(hir) = checked.value else { return Err(ExitStatus::Problems) };
    match compile(&hir) {
        Ok(plan) => Ok(Pipeline { sources, file, hir, plan }),
        Err(defect) => {
            output.problems(&Problems::from(defect), &sources);
            Err(ExitStatus::CouldNotRun)
        }
    }
}

/// The values typed for params. A param that is a text takes what was typed as it is, without quotes.
fn overrides(sources: &mut SourceMap, file: FileId, settings: &[Setting]) -> (Vec<Override>, Problems) {
    let mut problems = Problems::new();
    let mut overrides = vec![];
    if settings.is_empty() {
        return (overrides, problems);
    }
    let text = sources.get(file).map(|source| source.text.clone()).unwrap_or_default();
    let (ast, _) = syntax::parse(file, &text);
    let is_text = |name: &str| {
        ast.items.iter().any(|item| match &item.kind {
            ItemKind::Param(param) => param.name.text == name && matches!(param.value.kind, ExprKind::Text(_)),
            _ => false,
        })
    };
    for Setting { name, value } in settings {
        let typed = sources.add(format!("--set {name}"), value.as_str());
        let span = Span::new(typed, 0, value.len());
        let value = if is_text(name) && !value.starts_with('"') {
            Some(Expr { kind: ExprKind::Text(value.clone()), span })
        } else {
            let (value, found) = syntax::parse_expr(typed, value);
            problems.extend(found);
            value
        };
        overrides.extend(value.map(|value| Override { name: name.clone(), value, span }));
    }
    (overrides, problems)
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
