//! Problems for programs: one line each for editors and scripts, and JSON.

use crate::diag::problem::ProblemsWithSources;
use crate::diag::{DataPlace, Problem, Problems, Severity, SourceMap, Span};
use serde::Serialize;
use std::fmt::Write;

/// One line a problem: `file:line:column: severity[CODE]: message`.
pub fn render_short(problems: &Problems, sources: &SourceMap) -> String {
    let mut lines = String::new();
    for problem in problems.iter() {
        if let Some((span, source)) = problem.place().and_then(|span| Some((span, sources.get(span.file)?))) {
            let (line, column) = sources.line_column(span.file, span.start);
            let _ = write!(lines, "{}:{line}:{column}: ", source.name);
        }
        let _ = write!(lines, "{}[{}]: {}", problem.severity, problem.code, problem.message.replace('\n', " "));
        if let Some(place) = &problem.data {
            let _ = write!(lines, " ({place})");
        }
        lines.push('\n');
    }
    lines
}

/// One JSON array with an object for each problem of all texts. Lines and columns count from 1, columns in characters.
pub fn render_json(reports: &[ProblemsWithSources<'_>]) -> String {
    let all: Vec<JsonProblem> = (reports.iter())
        .flat_map(|(problems, sources)| problems.iter().map(|problem| json(problem, sources)))
        .collect();
    // Strings and numbers always have a JSON form.
    serde_json::to_string_pretty(&all).unwrap_or_default()
}

#[derive(Serialize)]
struct JsonProblem<'a> {
    code: &'static str,
    severity: Severity,
    message: &'a str,
    file: Option<&'a str>,
    labels: Vec<JsonLabel<'a>>,
    help: Option<&'a str>,
    edits: Vec<JsonEdit<'a>>,
    data: Option<&'a DataPlace>,
}

#[derive(Serialize)]
struct JsonPlace<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
struct JsonLabel<'a> {
    #[serde(flatten)]
    place: JsonPlace<'a>,
    message: &'a str,
    primary: bool,
}

#[derive(Serialize)]
struct JsonEdit<'a> {
    #[serde(flatten)]
    place: JsonPlace<'a>,
    replacement: &'a str,
    safe: bool,
}

fn json<'a>(problem: &'a Problem, sources: &'a SourceMap) -> JsonProblem<'a> {
    let name = |span: Span| sources.get(span.file).map(|source| source.name.as_str());
    let place = |span: Span| {
        let (line, column) = sources.line_column(span.file, span.start);
        let (end_line, end_column) = sources.line_column(span.file, span.end);
        Some(JsonPlace { file: name(span)?, line, column, end_line, end_column })
    };
    JsonProblem {
        code: problem.code.as_str(),
        severity: problem.severity,
        message: &problem.message,
        file: problem.place().and_then(name),
        labels: (problem.labels.iter())
            .filter_map(|label| {
                Some(JsonLabel { place: place(label.span)?, message: &label.message, primary: label.primary })
            })
            .collect(),
        help: problem.help.as_deref(),
        edits: (problem.edits.iter())
            .filter_map(|edit| {
                Some(JsonEdit { place: place(edit.span)?, replacement: &edit.replacement, safe: edit.safe })
            })
            .collect(),
        data: problem.data.as_ref(),
    }
}
