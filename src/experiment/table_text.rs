//! Text of the tables of studies: spreads, differences and metrics as cells, Markdown and CSV.

use super::score_spreads::{ProbabilitySpreads, ScoreSpreads};
use super::statistics::{Difference, Spread};
use crate::spec::Metric;
use std::fmt::Write;

/// `20.10 ± 0.12`, of shares as percentages.
pub fn percent_spread(spread: &Spread) -> String {
    match spread.deviation {
        Some(deviation) => format!("{:.2} ± {:.2}", 100.0 * spread.mean, 100.0 * deviation),
        None => format!("{:.2}", 100.0 * spread.mean),
    }
}

/// `0.2010 ± 0.0012`, as it is.
pub fn plain_spread(spread: &Spread) -> String {
    match spread.deviation {
        Some(deviation) => format!("{:.4} ± {deviation:.4}", spread.mean),
        None => format!("{:.4}", spread.mean),
    }
}

/// `+0.31 [0.10, 0.52]`, of a difference of shares in points of percent; without an interval where that is undefined.
pub fn percent_difference(difference: &Difference) -> String {
    let mean = 100.0 * difference.mean;
    match difference.low.zip(difference.high) {
        Some((low, high)) => format!("{mean:+.2} [{:.2}, {:.2}]", 100.0 * low, 100.0 * high),
        None => format!("{mean:+.2}"),
    }
}

/// A p-value for a table; a small one is never rounded to 0, an undefined one is a dash.
pub fn probability(p: Option<f64>) -> String {
    match p {
        None => "-".into(),
        Some(p) if p < 0.001 => "< 0.001".into(),
        Some(p) => format!("{p:.3}"),
    }
}

/// How many runs a row of a table is of: `5`, or `5, as mul` of a training that was made once for both.
pub(super) fn run_count(runs: usize, same_as: Option<&String>) -> String {
    same_as.map_or_else(|| runs.to_string(), |other| format!("{runs}, as {other}"))
}

/// The head of a column with the values of a metric.
pub fn metric_label(metric: Metric) -> &'static str {
    match metric {
        Metric::Error => "error %",
        Metric::Loss => "loss",
        Metric::Auc => "AUC %",
        Metric::F1 => "F1 %",
        Metric::LogLoss => "log loss",
        Metric::Brier => "Brier",
        Metric::CalibrationError => "ECE %",
    }
}

/// The spread of a metric, shares as percentages; `-` where there is none.
pub fn metric_spread(metric: Metric, spread: Option<&Spread>) -> String {
    spread.map_or_else(|| "-".into(), if is_share(metric) { percent_spread } else { plain_spread })
}

/// One value of a metric, a share as a percentage.
pub fn metric_value(metric: Metric, value: f64) -> String {
    match is_share(metric) {
        _ if value.is_nan() => "-".into(),
        true => format!("{:.2}", 100.0 * value),
        false => format!("{value:.4}"),
    }
}

/// A metric with its value: `error 21.00%`, `log loss 0.4500`.
pub fn named_metric(metric: Metric, value: f64) -> String {
    let (label, value) = (metric_label(metric), metric_value(metric, value));
    match label.strip_suffix(" %") {
        Some(label) => format!("{label} {value}%"),
        None => format!("{label} {value}"),
    }
}

fn is_share(metric: Metric) -> bool {
    match metric {
        Metric::Error | Metric::Auc | Metric::F1 | Metric::CalibrationError => true,
        Metric::Loss | Metric::LogLoss | Metric::Brier => false,
    }
}

/// The heads of the columns of [`probability_cells`].
pub const PROBABILITY_HEADS: [&str; 6] = ["log loss", "before", "Brier", "before", "ECE %", "before"];

/// The means of log loss, Brier score and calibration error on the test rows, each followed by its value before
/// calibration.
pub fn probability_cells(test: &ScoreSpreads) -> [String; 6] {
    let (now, before) = (&test.probabilities, &test.uncalibrated);
    let cell = |metric, of: &Option<Spread>| metric_value(metric, of.as_ref().map_or(f64::NAN, |of| of.mean));
    [
        cell(Metric::LogLoss, &now.log_loss),
        cell(Metric::LogLoss, &before.log_loss),
        cell(Metric::Brier, &now.brier),
        cell(Metric::Brier, &before.brier),
        cell(Metric::CalibrationError, &now.calibration_error),
        cell(Metric::CalibrationError, &before.calibration_error),
    ]
}

/// The names of the CSV columns of [`score_columns`].
pub(super) fn score_names(split: &str) -> Vec<String> {
    let metrics = Metric::ALL.map(|metric| format!("{split}_{}", metric.as_str()));
    let before = PROBABILITY_METRICS.map(|metric| format!("{split}_uncalibrated_{}", metric.as_str()));
    metrics.into_iter().chain(before).flat_map(|name| [name.clone(), format!("{name}_deviation")]).collect()
}

/// Mean and deviation of every metric, then those of the probabilities before calibration.
pub(super) fn score_columns(scores: &ScoreSpreads) -> Vec<String> {
    let ProbabilitySpreads { log_loss, brier, calibration_error } = &scores.uncalibrated;
    let all = Metric::ALL.map(|metric| scores.get(metric));
    all.into_iter().chain([log_loss.as_ref(), brier.as_ref(), calibration_error.as_ref()]).flat_map(pair).collect()
}

const PROBABILITY_METRICS: [Metric; 3] = [Metric::LogLoss, Metric::Brier, Metric::CalibrationError];

/// A number of a CSV table; empty where there is none.
pub(super) fn number(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn pair(spread: Option<&Spread>) -> [String; 2] {
    [number(spread.map(|spread| spread.mean)), number(spread.and_then(|spread| spread.deviation))]
}

/// A table as Markdown whose first `words` columns are words and the others numbers.
pub(super) fn markdown(header: &[String], words: usize, rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut text = format!("| {} |\n|", header.join(" | "));
    for column in 0..header.len() {
        text += if column < words { "---|" } else { "---:|" };
    }
    text.push('\n');
    for row in rows {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text
}

/// A table as CSV.
pub(super) fn csv_text(header: Vec<String>, rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut csv = csv::Writer::from_writer(vec![]);
    for row in std::iter::once(header).chain(rows) {
        // Writing to memory does not fail.
        let _: Result<(), csv::Error> = csv.write_record(&row);
    }
    String::from_utf8(csv.into_inner().unwrap_or_default()).unwrap_or_default()
}
