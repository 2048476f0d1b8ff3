//! `missing(values)` after a transform that has changed the numbers it looks for.

use crate::diag::{Code, Problem, Problems};
use crate::lint::subject::Subject;
use crate::spec::TransformKind;

pub(in crate::lint) fn late_missing(subject: &Subject<'_>) -> Problems {
    let mut problems = Problems::new();
    for modality in &subject.hir.modalities {
        let mut before = None;
        for transform in &modality.transforms {
            match (&transform.kind, before) {
                (TransformKind::Missing { values, .. }, Some(span)) if !values.is_empty() => problems.push(
                    Problem::warning(Code::LateMissing, "`missing` looks for numbers that are no longer there")
                        .at(transform.span, "the numbers have changed before it")
                        .also(span, "the cells are changed here")
                        .help("write `missing(..)` first: it compares with the cells of the table"),
                ),
                (TransformKind::Missing { .. }, _) => {}
                (_, None) => before = Some(transform.span),
                _ => {}
            }
        }
    }
    problems
}
