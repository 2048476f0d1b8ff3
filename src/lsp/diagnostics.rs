//! Problems as diagnostics of the protocol.

use super::analysis::Analysis;
use super::bundled::BundledFiles;
use super::data_problems::data_problems;
use crate::diag::{Code, Problem, Severity, Span};
use gen_lsp_types::{
    Code as CodeOf, CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    Message, Uri,
};

/// Diagnostics of a document, and of the data that it reads.
pub(super) fn diagnostics(analysis: &Analysis, uri: &Uri, bundled: &BundledFiles) -> Vec<Diagnostic> {
    let of_data = data_problems(analysis, uri);
    let problems = analysis.analyzed.checked.problems.iter().chain(of_data.iter());
    problems.map(|problem| diagnostic(analysis, bundled, problem)).collect()
}

pub(super) fn diagnostic(analysis: &Analysis, bundled: &BundledFiles, problem: &Problem) -> Diagnostic {
    let place = place(analysis, problem);
    let related = problem.labels.iter().filter(|label| Some(label.span) != place).filter_map(|label| {
        let message = if label.message.is_empty() { "see here" } else { &label.message };
        Some(DiagnosticRelatedInformation { location: analysis.location(label.span)?, message: message.into() })
    });
    let related: Vec<_> = related.collect();
    Diagnostic {
        range: place.map(|span| analysis.range(span)).unwrap_or_default(),
        severity: Some(match problem.severity {
            Severity::Error => DiagnosticSeverity::Error,
            Severity::Warning => DiagnosticSeverity::Warning,
        }),
        code: Some(CodeOf::String(problem.code.as_str().into())),
        code_description: bundled.explanation(problem.code).map(|href| CodeDescription { href }),
        source: Some("mmc".into()),
        message: Message::String(message(problem, place)),
        tags: is_unused(problem.code).then(|| vec![DiagnosticTag::Unnecessary]),
        related_information: (!related.is_empty()).then_some(related),
        data: None,
    }
}

/// Span of a problem in this document: its place, or a related label where its place is in another file.
pub(super) fn place(analysis: &Analysis, problem: &Problem) -> Option<Span> {
    let here = |span: &Span| span.file == analysis.file;
    problem.place().filter(here).or_else(|| problem.labels.iter().map(|label| label.span).find(here))
}

/// Message, label and help of a problem.
fn message(problem: &Problem, place: Option<Span>) -> String {
    let mut words = problem.message.clone();
    let label = problem.labels.iter().find(|label| Some(label.span) == place).map(|label| label.message.as_str());
    for (before, more) in [("", label), ("help: ", problem.help.as_deref())] {
        if let Some(more) = more.filter(|more| !more.is_empty()) {
            words = format!("{words}\n{before}{more}");
        }
    }
    words
}

/// Whether the problem is about unused code.
fn is_unused(code: Code) -> bool {
    matches!(code, Code::UnusedModality | Code::UnusedEncoder | Code::UnusedParam | Code::UnusedFunction)
}
