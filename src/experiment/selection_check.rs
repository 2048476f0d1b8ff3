//! Whether the metric that selects the best epoch is defined on the validation rows.

use crate::data::Dataset;
use crate::diag::{Code, Problem, Span};
use crate::sema::Hir;
use crate::spec::{DataProfile, Metric, Part};

/// The error of a selection by the area under the curve where a class has no validation rows: it is undefined in every
/// epoch, and the first would be kept.
pub(crate) fn undefined_selection(hir: &Hir, data: &Dataset) -> Option<Problem> {
    let valid = data.valid.as_ref()?;
    undefined_by(hir, &data.label.classes, &valid.class_counts(data.label.classes.len()))
}

/// The same from the profile of the data.
pub(super) fn undefined_in_profile(hir: &Hir, profile: &DataProfile) -> Option<Problem> {
    let valid = profile.parts.iter().find(|part| part.part == Part::Valid)?;
    undefined_by(hir, &profile.classes, &valid.classes)
}

/// The error of the metric that a pipeline selects by; `counts` are the validation rows of each class.
fn undefined_by(hir: &Hir, classes: &[String], counts: &[usize]) -> Option<Problem> {
    let stop = hir.train.stop.as_ref()?;
    let problem = undefined_metric(classes, counts, stop.metric, stop.span)?;
    let split = &hir.data.split;
    Some(if split.span == Span::default() { problem } else { problem.also(split.span, "the split is made here") })
}

/// The error of a metric that some class without rows leaves undefined.
fn undefined_metric(classes: &[String], counts: &[usize], metric: Metric, span: Span) -> Option<Problem> {
    let absent = classes.iter().zip(counts).filter(|_| metric == Metric::Auc).find(|(_, rows)| **rows == 0)?.0;
    let message = format!("`valid.{}` is not defined: no validation row is of class `{absent}`", metric.as_str());
    Some(Problem::error(Code::AbsentClass, message).at(span, "models are selected by it").help(
        "select by `valid.error` or `valid.log_loss`, or give the validation rows a share of every class with `stratify`",
    ))
}
