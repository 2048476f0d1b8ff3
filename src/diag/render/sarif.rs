//! Problems as SARIF 2.1.0, the format that code-scanning services read.

use crate::diag::problem::ProblemsWithSources;
use crate::diag::{Code, Edit, Label, Problem, Severity, SourceMap, Span};
use serde_json::{Value, json};

/// One SARIF log with one run: the codes that occur as its rules, the problems of all texts as its results.
pub fn render_sarif(reports: &[ProblemsWithSources<'_>]) -> String {
    let mut codes: Vec<Code> =
        reports.iter().flat_map(|(problems, _)| problems.iter().map(|problem| problem.code)).collect();
    codes.sort_unstable();
    codes.dedup();
    let rules: Vec<Value> = codes.iter().map(|code| rule(*code)).collect();
    let results: Vec<Value> = (reports.iter())
        .flat_map(|(problems, sources)| problems.iter().map(|problem| result(problem, sources, &codes)))
        .collect();
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "mmc", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    // Strings and numbers always have a JSON form.
    serde_json::to_string_pretty(&log).unwrap_or_default()
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.as_str(),
        "shortDescription": { "text": code.title() },
        "help": { "text": code.explanation(), "markdown": code.explanation() },
    })
}

fn result(problem: &Problem, sources: &SourceMap, codes: &[Code]) -> Value {
    let level = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let place = problem.data.as_ref().map_or(String::new(), |place| format!(" ({place})"));
    let help = problem.help.as_ref().map_or(String::new(), |help| format!("\nhelp: {help}"));
    let mut result = json!({
        "ruleId": problem.code.as_str(),
        "ruleIndex": codes.binary_search(&problem.code).unwrap_or_default(),
        "level": level,
        "message": { "text": format!("{}{place}{help}", problem.message) },
        "locations": [],
    });
    let at = problem.place();
    let here = problem.labels.iter().find(|label| Some(label.span) == at);
    if let Some(location) = here.and_then(|label| location(label, sources)) {
        result["locations"] = json!([location]);
    }
    let related: Vec<Value> = (problem.labels.iter())
        .filter(|label| here.is_none_or(|here| !std::ptr::eq(*label, here)))
        .filter_map(|label| location(label, sources))
        .enumerate()
        .map(|(id, mut location)| {
            location["id"] = json!(id);
            location
        })
        .collect();
    if !related.is_empty() {
        result["relatedLocations"] = json!(related);
    }
    let changes: Option<Vec<Value>> = problem.edits.iter().map(|edit| change(edit, sources)).collect();
    if let Some(changes) = changes.filter(|changes| !changes.is_empty()) {
        let text = problem.help.as_deref().unwrap_or("apply the change");
        result["fixes"] = json!([{ "description": { "text": text }, "artifactChanges": changes }]);
    }
    result
}

fn location(label: &Label, sources: &SourceMap) -> Option<Value> {
    let mut location = json!({
        "physicalLocation": { "artifactLocation": artifact(label.span, sources)?, "region": region(label.span, sources) },
    });
    if !label.message.is_empty() {
        location["message"] = json!({ "text": label.message });
    }
    Some(location)
}

fn change(edit: &Edit, sources: &SourceMap) -> Option<Value> {
    Some(json!({
        "artifactLocation": artifact(edit.span, sources)?,
        "replacements": [{
            "deletedRegion": region(edit.span, sources),
            "insertedContent": { "text": edit.replacement },
        }],
    }))
}

fn artifact(span: Span, sources: &SourceMap) -> Option<Value> {
    sources.get(span.file).map(|source| json!({ "uri": uri(&source.name) }))
}

fn region(span: Span, sources: &SourceMap) -> Value {
    let (line, column) = sources.line_column(span.file, span.start);
    let (end_line, end_column) = sources.line_column(span.file, span.end);
    json!({ "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column })
}

/// A path as a relative URI: reserved characters are escaped.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.replace('\\', "/").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}
