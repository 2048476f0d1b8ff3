//! Problems as GitHub workflow commands, shown as annotations of a change.

use crate::diag::Severity;
use crate::diag::problem::ProblemsWithSources;
use std::fmt::Write;

/// A line for each problem: `::error file=a.mmc,line=3,col=5,endLine=3,endColumn=9,title=MMC0201::message`.
pub fn render_github(reports: &[ProblemsWithSources<'_>]) -> String {
    let mut lines = String::new();
    for (problems, sources) in reports {
        for problem in problems.iter() {
            let command = match problem.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            let _ = write!(lines, "::{command} ");
            if let Some((span, source)) = problem.place().and_then(|span| Some((span, sources.get(span.file)?))) {
                let (line, column) = sources.line_column(span.file, span.start);
                let (end_line, end_column) = sources.line_column(span.file, span.end);
                let file = property(&source.name);
                let _ =
                    write!(lines, "file={file},line={line},col={column},endLine={end_line},endColumn={end_column},");
            }
            let place = problem.data.as_ref().map_or(String::new(), |place| format!(" ({place})"));
            let help = problem.help.as_ref().map_or(String::new(), |help| format!("\nhelp: {help}"));
            let message = data(&format!("{}{place}{help}", problem.message));
            let _ = writeln!(lines, "title={}::{message}", problem.code);
        }
    }
    lines
}

/// Escapes the text after `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value after `key=`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
