//! The syntax: parsing, reports of mistakes, formatting.

mod examples;
mod format;
mod format_keeps_meaning;
mod format_of_mutants;
mod format_with_errors;
mod hostile_texts;
mod properties;
mod random_pipelines;
mod random_programs;
mod recovery;

use mmc::diag::{FileId, Problems, SourceMap};

/// The text and its problems, one after the other, as a snapshot holds them.
fn shown(text: &str, problems: &Problems) -> String {
    let mut sources = SourceMap::new();
    sources.add("test.mmc", text);
    let mut out = format!("{}\n---\n", text.trim_end_matches('\n'));
    for problem in problems.iter() {
        out += &format!("{} {}\n", problem.code, problem.message);
        for label in &problem.labels {
            let (line, column) = sources.line_column(label.span.file, label.span.start);
            let mark = if label.primary { "-->" } else { "and" };
            let snippet = sources.snippet(label.span);
            out += format!("  {mark} {line}:{column} {snippet:?} {}", label.message).trim_end();
            out.push('\n');
        }
        if let Some(help) = &problem.help {
            out += &format!("  help: {help}\n");
        }
        for edit in &problem.edits {
            let (line, column) = sources.line_column(edit.span.file, edit.span.start);
            let snippet = sources.snippet(edit.span);
            let safe = if edit.safe { "" } else { " (perhaps)" };
            out += &format!("  edit: {line}:{column} {snippet:?} becomes {:?}{safe}\n", edit.replacement);
        }
    }
    out
}

const FILE: FileId = FileId(0);
