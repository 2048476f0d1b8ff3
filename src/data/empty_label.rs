//! The advice on rows without a label.

use crate::diag::{Problem, Span};
use crate::spec::DataSpec;

/// The problem with a label that is empty, with the setting that leaves out such rows.
pub(crate) fn advise(problem: Problem, data: Option<&DataSpec>) -> Problem {
    let problem =
        problem.help("fill the cell; or write `unlabeled = drop` in `data` to leave out rows without a label");
    let source = data.and_then(|data| data.origin.sources().first().map(|source| source.span));
    match source.filter(|span| *span != Span::default()) {
        Some(span) => {
            let end = span.range().end;
            problem.edit(Span::new(span.file, end, end), "\n  unlabeled = drop", false)
        }
        None => problem,
    }
}
