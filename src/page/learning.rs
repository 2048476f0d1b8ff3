//! Learning curves: loss and error by epoch, with the epoch that was chosen.

use super::content::{PageBlock, PageSection, PageTable, Plot};
use super::values::{MOST_POINTS, decimal, number, percent, thinned};
use crate::chart::{Axis, Line, Rule, XyChart};
use crate::diag::visible;
use crate::report::SavedEpoch;
use serde_json::Value;

/// Components whose curves are drawn, where each is trained separately.
const MOST_COMPONENTS: usize = 7;
/// Epochs that a table lists at most.
const MOST_ROWS: usize = 60;

pub(super) fn learning(summary: &Value, history: &[SavedEpoch]) -> Option<PageSection> {
    let blocks = match history.first()?.component {
        None => together(summary, history),
        Some(_) => separately(history),
    };
    Some(PageSection { id: "learning", title: "Learning".into(), blocks })
}

fn together(summary: &Value, history: &[SavedEpoch]) -> Vec<PageBlock> {
    let best = number(summary, "/best_epoch");
    let measures: [(&str, &str, &str, Measure); 2] = [
        ("learning-error", "Error by epoch", "error (%)", |epoch| {
            [100.0 * epoch.train_error, 100.0 * epoch.valid_error]
        }),
        ("learning-loss", "Loss by epoch", "mean loss (nats)", |epoch| [epoch.train_loss, epoch.valid_loss]),
    ];
    let plot = |(name, title, unit, of): (&str, &str, &str, Measure)| {
        let numbers = || history.iter().flat_map(of);
        let mut chart = XyChart::new(format!("{title}: {unit}"), epochs(history), Axis::over(unit, numbers()));
        for (at, line) in ["training rows", "validation rows"].into_iter().enumerate() {
            let points: Vec<(f64, f64)> = history
                .iter()
                .map(|epoch| (epoch.epoch as f64, of(epoch)[at]))
                .filter(|(_, y)| y.is_finite())
                .collect();
            if !points.is_empty() {
                let points = thinned(&points, MOST_POINTS);
                chart.lines.push(Line { name: line.into(), color: at, dashed: at == 1, points });
            }
        }
        if best.is_finite() {
            chart.rules.push(Rule::Vertical(best, format!("epoch {best}")));
        }
        let mut table = PageTable::new(format!("{title}: numbers"), &["#epoch", "#training", "#validation"]).folded();
        for epoch in thinned(history, MOST_ROWS) {
            let [train, valid] = of(&epoch);
            table.row([epoch.epoch.to_string(), decimal(train, 4), decimal(valid, 4)]);
        }
        PageBlock::Plot(Plot {
            name: name.into(),
            title: title.into(),
            svg: chart.svg(),
            reading: reading(best, history, of, unit),
            numbers: table,
        })
    };
    measures.map(plot).into()
}

/// Training and validation measurement of an epoch.
type Measure = fn(&SavedEpoch) -> [f64; 2];

fn reading(best: f64, history: &[SavedEpoch], of: Measure, unit: &str) -> String {
    let chosen = history.iter().find(|epoch| epoch.epoch as f64 == best);
    let Some([train, valid]) = chosen.map(of) else { return "No epoch was chosen.".into() };
    let round = |number: f64| decimal(number, if unit.contains('%') { 2 } else { 4 });
    match valid.is_finite() {
        true => format!(
            "At epoch {best}, which is kept, the training rows are at {} and the validation rows at {}; a validation curve that \
             rises while training falls is overfitting.",
            round(train),
            round(valid)
        ),
        false => format!(
            "At epoch {best}, which is kept, the training rows are at {}; there are no validation rows.",
            round(train)
        ),
    }
}

fn separately(history: &[SavedEpoch]) -> Vec<PageBlock> {
    let mut names: Vec<&String> = vec![];
    for name in history.iter().filter_map(|epoch| epoch.component.as_ref()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let of = |name: &str| -> Vec<&SavedEpoch> {
        history.iter().filter(|epoch| epoch.component.as_deref() == Some(name)).collect()
    };
    let shown = names.len().min(MOST_COMPONENTS);
    let error = |epoch: &SavedEpoch| match epoch.valid_error.is_finite() {
        true => 100.0 * epoch.valid_error,
        false => 100.0 * epoch.train_error,
    };
    let part = if history.iter().any(|epoch| epoch.valid_error.is_finite()) { "validation" } else { "training" };
    let unit = format!("error on {part} rows (%)");
    let drawn = || names.iter().take(shown).flat_map(|name| of(name)).map(error);
    let mut chart =
        XyChart::new(format!("Error of each component by epoch: {unit}"), epochs(history), Axis::over(unit, drawn()));
    let mut table =
        PageTable::new("Epochs of each component", &["component", "#epochs", "#chosen", "#error there"]).folded();
    for (at, name) in names.iter().enumerate() {
        let points: Vec<(f64, f64)> = of(name).into_iter().map(|epoch| (epoch.epoch as f64, error(epoch))).collect();
        let chosen = of(name).into_iter().rev().find(|epoch| epoch.best);
        table.row([
            visible(name.as_str()),
            points.len().to_string(),
            chosen.map_or_else(String::new, |epoch| epoch.epoch.to_string()),
            chosen.map_or_else(String::new, |epoch| percent(error(epoch) / 100.0)),
        ]);
        if at < shown {
            let points = thinned(&points, MOST_POINTS);
            chart.lines.push(Line { name: visible(name.as_str()), color: at, dashed: at % 2 == 1, points });
        }
    }
    let left_out = match names.len() - shown {
        0 => String::new(),
        more => format!(" {more} more are in the table only."),
    };
    vec![PageBlock::Plot(Plot {
        name: "learning-error".into(),
        title: "Error of each component by epoch".into(),
        svg: chart.svg(),
        reading: format!("Each component is trained separately, and keeps its own best epoch.{left_out}"),
        numbers: table,
    })]
}

fn epochs(history: &[SavedEpoch]) -> Axis {
    let last = history.iter().map(|epoch| epoch.epoch).max().unwrap_or(1);
    let first = history.iter().map(|epoch| epoch.epoch).min().unwrap_or(1);
    Axis::whole("epoch", first as f64, last as f64)
}
