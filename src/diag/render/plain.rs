//! Problems as plain sentences for screen readers: no drawing, no colour.

use super::fix_preview::{Change, fix_preview};
use crate::diag::{Problems, SourceMap};
use std::fmt::Write;

/// For each problem its message, then a line for each place and one for the help; a blank line after each.
pub fn render_plain(problems: &Problems, sources: &SourceMap) -> String {
    let mut text = String::new();
    for problem in problems.iter() {
        let _ = writeln!(text, "{} {}: {}.", problem.severity, problem.code, problem.message);
        if let Some(place) = &problem.data {
            let _ = writeln!(text, "in the data: {place}.");
        }
        // The place of the problem comes first, then related text.
        let (here, there): (Vec<_>, Vec<_>) = problem.labels.iter().partition(|label| label.primary);
        for label in here.into_iter().chain(there) {
            let Some(source) = sources.get(label.span.file) else { continue };
            let (line, column) = sources.line_column(label.span.file, label.span.start);
            let snippet = sources.snippet(label.span);
            let _ = write!(text, "{}, line {line}, column {column}", source.name);
            // Text of several lines is not quoted.
            if !snippet.is_empty() && snippet.len() <= 80 && !snippet.contains('\n') {
                let _ = write!(text, ", `{snippet}`");
            }
            let message = if label.message.is_empty() { String::new() } else { format!(": {}", label.message) };
            let _ = writeln!(text, "{message}.");
        }
        if let Some(help) = &problem.help {
            let _ = writeln!(text, "help: {help}{}", if help.ends_with('?') { "" } else { "." });
        }
        let corrected = fix_preview(problem, sources).and_then(|made| Some((sources.get(made.file)?, made)));
        if let Some((source, made)) = corrected {
            for line in made.lines.iter().filter(|line| line.change != Change::Gone) {
                let _ = writeln!(text, "{}, line {}, corrected: `{}`.", source.name, line.number, line.text.trim());
            }
        }
        text.push('\n');
    }
    text
}
