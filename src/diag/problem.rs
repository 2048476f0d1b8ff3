//! A problem as a value: code, labels, message, help and edits.

use super::visible::visible;
use super::{Code, SourceMap, Span};
use serde::Serialize;

/// The severity of a problem. Only errors stop a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The pipeline cannot run as written.
    Error,
    /// It can run, and probably should not as written.
    Warning,
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        })
    }
}

/// A span with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The labelled text.
    pub span: Span,
    /// Message at the span; may be empty.
    pub message: String,
    /// Whether this is the place of the problem; else it is related text.
    pub primary: bool,
}

/// An edit of the text that can be applied automatically.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The text to replace; empty to insert.
    pub span: Span,
    /// The replacement.
    pub replacement: String,
    /// Whether it certainly keeps the intended meaning, so that it may be applied without asking.
    pub safe: bool,
}

/// A place in a data file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DataPlace {
    /// The file as the pipeline names it.
    pub file: String,
    /// Line, counted from 1, if the problem is in one line.
    pub line: Option<u64>,
    /// Row, counted from 0 in its file, where the file has rows but no lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// The column by name, or by position counted from 0 in a table without a header.
    pub column: Option<String>,
}

impl std::fmt::Display for DataPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&visible(self.file.as_str()))?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(row) = self.row {
            write!(f, ", row {row}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column `{}`", visible(column.as_str()))?;
        }
        Ok(())
    }
}

/// Something wrong with a pipeline, its data or its execution.
///
/// Made by [`Problem::error`] or [`Problem::warning`] and completed by chaining. Messages are lower case, without a
/// final period, with the user's names in backticks: "expected X, found Y".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The stable code.
    pub code: Code,
    /// Whether it stops the run.
    pub severity: Severity,
    /// The message, with the names of the file.
    pub message: String,
    /// Where; the first primary label is the place the problem sorts by.
    pub labels: Vec<Label>,
    /// Suggestion to the user.
    pub help: Option<String>,
    /// Edits of the fix.
    pub edits: Vec<Edit>,
    /// The place in the data, for problems found in data.
    pub data: Option<DataPlace>,
}

impl Problem {
    fn new(code: Code, severity: Severity, message: impl Into<String>) -> Self {
        Self { code, severity, message: visible(message), labels: vec![], help: None, edits: vec![], data: None }
    }

    /// A problem that stops the run.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, message)
    }

    /// A problem that does not stop the run.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, message)
    }

    /// Adds the place of the problem.
    pub fn at(mut self, span: Span, message: impl Into<String>) -> Self {
        self.labels.push(Label { span, message: visible(message), primary: true });
        self
    }

    /// Adds related text.
    pub fn also(mut self, span: Span, message: impl Into<String>) -> Self {
        self.labels.push(Label { span, message: visible(message), primary: false });
        self
    }

    /// Sets the suggestion to the user.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(visible(help));
        self
    }

    /// Adds an edit that was made before.
    pub fn with_edit(mut self, edit: Edit) -> Self {
        self.edits.push(edit);
        self
    }

    /// Adds an edit of the fix.
    pub fn edit(mut self, span: Span, replacement: impl Into<String>, safe: bool) -> Self {
        self.edits.push(Edit { span, replacement: replacement.into(), safe });
        self
    }

    /// Sets the place in the data.
    pub fn in_data(mut self, place: DataPlace) -> Self {
        self.data = Some(place);
        self
    }

    /// Where the problem is: its first primary label, else its first.
    pub fn place(&self) -> Option<Span> {
        self.labels.iter().find(|label| label.primary).or(self.labels.first()).map(|label| label.span)
    }

    /// Whether it stops the run.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// All problems found so far. A stage adds everything it finds and continues.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// No problems.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// Adds all of `other`.
    pub fn extend(&mut self, other: Problems) {
        self.0.extend(other.0);
    }

    /// Drops all but the first `count`.
    pub fn truncate(&mut self, count: usize) {
        self.0.truncate(count);
    }

    /// Whether any of them stops the run.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(Problem::is_error)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Their number.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// In the order they were found, or in source order after [`Problems::sort`].
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.0.iter()
    }

    /// Brings them into source order and drops repetitions.
    pub fn sort(&mut self) {
        self.0.sort_by_key(|problem| (problem.place(), problem.code));
        self.0.dedup();
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl FromIterator<Problem> for Problems {
    fn from_iter<I: IntoIterator<Item = Problem>>(problems: I) -> Self {
        Self(problems.into_iter().collect())
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Problems and the sources that their spans point into.
pub type ProblemsWithSources<'a> = (&'a Problems, &'a SourceMap);

/// Result of a stage: a value, if there is one, and its problems.
#[derive(Clone, Debug)]
pub struct Checked<T> {
    /// Present unless an error made it impossible.
    pub value: Option<T>,
    /// Everything found, warnings included.
    pub problems: Problems,
}

impl<T> Checked<T> {
    /// A value, with the problems found; no value where that holds an error.
    pub fn new(value: T, problems: Problems) -> Self {
        let value = if problems.has_errors() { None } else { Some(value) };
        Self { value, problems }
    }

    /// Only problems.
    pub fn failed(problems: impl Into<Problems>) -> Self {
        Self { value: None, problems: problems.into() }
    }
}
