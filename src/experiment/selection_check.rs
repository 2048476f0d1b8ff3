//! Whether the metric that selects the best epoch is defined on the validation rows.

use super::pipeline::Pipeline;
use crate::data::Dataset;
use crate::diag::{Code, Problem, Span};
use crate::spec::Metric;

/// The error of a selection by the area under the curve where a class has no validation rows: it is undefined in every
/// epoch, and the first would be kept.
pub(crate) fn undefined_selection(pipeline: &Pipeline, data: &Dataset) -> Option<Problem> {
    let hir = &pipeline.compiled.hir;
    let stop = hir.train.stop.as_ref().filter(|stop| stop.metric == Metric::Auc)?;
    undefined(data, stop.metric, stop.span).map(|problem| {
        let split = &hir.data.split;
        if split.span == Span::default() { problem } else { problem.also(split.span, "the split is made here") }
    })
}

/// The error of a metric that is undefined on the validation rows of a data set.
pub(crate) fn undefined(data: &Dataset, metric: Metric, span: Span) -> Option<Problem> {
    let valid = data.valid.as_ref().filter(|_| metric == Metric::Auc)?;
    let counts = valid.class_counts(data.label.classes.len());
    let absent = data.label.classes.iter().zip(counts).find(|(_, rows)| *rows == 0)?.0;
    let message = format!("`valid.{}` is not defined: no validation row is of class `{absent}`", metric.as_str());
    Some(Problem::error(Code::AbsentClass, message).at(span, "models are selected by it").help(
        "select by `valid.error` or `valid.log_loss`, or give the validation rows a share of every class with `stratify`",
    ))
}
