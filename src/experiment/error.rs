//! The error of the public interface: its kind, the problems behind it with the texts they point into, and how it is
//! shown.

use crate::diag::{Code, Problem, Problems, SourceMap, Style, render};
use std::fmt;

/// The error of opening, training, saving, loading or predicting with a pipeline.
///
/// Displayed it is the report that the command line prints: the code, the lines of the text with labels in
/// them, and the help. `{:?}` shows the same, so that a `main` that returns the error prints it legibly.
///
/// ```
/// let text = "pipeline small\n\nmodality x: dense[2] = columns([\"a\", \"b\")\n";
/// let error = mmc::Pipeline::from_text(text, mmc::NoFiles).unwrap_err();
/// assert!(error.problems().iter().any(|problem| problem.is_error()));
/// assert!(error.to_string().contains("pipeline.mmc:3"), "{error}");
/// ```
#[derive(Clone)]
pub struct Error {
    kind: ErrorKind,
    message: Option<String>,
    diagnostics: Diagnostics,
}

/// The cause of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The pipeline, the data, a name that was given, or the numbers of the training. Exit code 1 of the command line.
    Invalid,
    /// A pipeline file that cannot be read, a device that is missing, the memory, or `mmc` itself. Exit code 2.
    CannotRun,
    /// An interrupt, before there was a model. Exit code 130.
    Interrupted,
}

/// Problems and the texts they point into. Displayed they are the report of the command line, without colour.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    /// The problems, in the order of their places.
    pub problems: Problems,
    /// The texts that the places of the problems lie in.
    pub sources: SourceMap,
}

/// Width of a displayed report, in columns.
const WIDTH: usize = 100;

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let style = Style { color: false, unicode: true, width: WIDTH };
        f.write_str(render(&self.problems, &self.sources, style).trim_end())
    }
}

impl Error {
    /// The error of these problems.
    pub(crate) fn new(problems: Problems, sources: SourceMap) -> Self {
        // The cause is the machine or `mmc` itself, not the input.
        let cannot = |problem: &Problem| matches!(problem.code, Code::NoDevice | Code::OutOfMemory | Code::Internal);
        let kind = if problems.iter().any(cannot) { ErrorKind::CannotRun } else { ErrorKind::Invalid };
        Self { kind, message: None, diagnostics: Diagnostics { problems, sources } }
    }

    /// The error of one problem.
    pub(crate) fn of(problem: Problem, sources: &SourceMap) -> Self {
        Self::new(Problems::from(problem), sources.clone())
    }

    /// An error without a place in a text. The message begins as it is printed: `error: ...`.
    pub(crate) fn message(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: Some(message.into()), diagnostics: Diagnostics::default() }
    }

    /// The cause.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The problems, each with its code, places and help; none for an error of one sentence, see [`Error::text`].
    pub fn problems(&self) -> &Problems {
        &self.diagnostics.problems
    }

    /// The texts that the places of the problems lie in.
    pub fn sources(&self) -> &SourceMap {
        &self.diagnostics.sources
    }

    /// The sentence of an error without problems.
    pub fn text(&self) -> Option<&str> {
        self.message.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.message {
            Some(message) => f.write_str(message),
            None => self.diagnostics.fmt(f),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl std::error::Error for Error {}
