//! The closing table of a run as text. Does not print it.

use crate::train::Scores;
use comfy_table::{Cell, CellAlignment, Table, presets};

/// One part of the data that a model was measured on.
#[derive(Clone, Copy, Debug)]
pub struct Measured<'a> {
    /// `valid`, `test`
    pub part: &'a str,
    /// What was measured.
    pub scores: &'a Scores,
}

/// A line for the combine on each part, and below the last of them a line for each component on that part: its own
/// error, its own cross-entropy as log loss, and its mean `q`. Shares are in percent.
pub fn metrics_table(combine: &str, measured: &[Measured<'_>], unicode: bool) -> String {
    let boosted = measured.iter().any(|measured| measured.scores.violations.is_some());
    let mut table = Table::new();
    table.load_preset(if unicode { presets::UTF8_FULL_CONDENSED } else { presets::ASCII_FULL_CONDENSED });
    let mut header = vec!["", "part", "rows", "error %", "AUC %", "F1 %", "log loss", "loss", "mean q"];
    header.extend(boosted.then_some("violations"));
    table.set_header(header);
    for Measured { part, scores } in measured {
        let auc = scores.auc.map_or("undefined".into(), percent);
        let mut line = vec![combine.into(), part.to_string(), scores.rows.to_string(), percent(scores.error), auc];
        line.extend([percent(scores.f1), number(scores.log_loss), number(scores.loss), String::new()]);
        line.extend(boosted.then(|| scores.violations.map_or(String::new(), |count| count.to_string())));
        table.add_row(cells(line));
    }
    // A model of one component is that component.
    if let Some(Measured { part, scores }) = measured.last().filter(|last| last.scores.components.len() > 1) {
        for component in &scores.components {
            let mut line = vec![format!("  {}", component.name), part.to_string(), String::new()];
            line.extend([percent(component.error), String::new(), String::new(), number(component.cross_entropy)]);
            line.extend([String::new(), number(component.mean_q)]);
            line.extend(boosted.then(String::new));
            table.add_row(cells(line));
        }
    }
    table.to_string()
}

/// Words to the left, numbers to the right.
fn cells(line: Vec<String>) -> Vec<Cell> {
    let align = |column| if column < 2 { CellAlignment::Left } else { CellAlignment::Right };
    line.into_iter().enumerate().map(|(column, text)| Cell::new(text).set_alignment(align(column))).collect()
}

fn percent(share: f64) -> String {
    format!("{:.2}", 100.0 * share)
}

fn number(number: f64) -> String {
    format!("{number:.4}")
}
