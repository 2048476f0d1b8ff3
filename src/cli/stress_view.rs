//! The tables of a stress for a terminal: one for each test, then modalities, and what the methods cost.

use super::numbers::{duration, grouped, percent, scaled};
use super::table::{Align, table, table_or_two};
use crate::diag::Style;
use crate::experiment::{
    MethodSummary, StressCell, StressReport, TestReport, percent_difference, percent_spread, probability,
};
use std::time::Duration;

/// All tables, and the meaning of their columns.
pub(super) fn text(report: &StressReport, style: Style) -> String {
    let compared = report.methods.len() > 1;
    let mut text = String::new();
    for test in &report.tests {
        let title = format!("{}: the level is the {}; {}", test.test.name, test.level, test.reach);
        text += &wrapped(&title, "", style);
        text += &test_table(report, test, style);
        text.push('\n');
    }
    text += &robustness_table(report, style);
    if report.methods.iter().any(|method| !method.modalities.is_empty()) {
        text.push('\n');
        text += &modality_table(report, style);
    }
    text.push('\n');
    text += &cost_table(report, style);
    text.push('\n');
    for line in meanings(report, compared) {
        text += &wrapped(&line, MARGIN, style);
    }
    text
}

/// Where the text of the closing lines begins.
const MARGIN: &str = "            ";

/// A line broken between words at the width of the terminal, at most 100 columns.
fn wrapped(line: &str, indent: &str, style: Style) -> String {
    let options = textwrap::Options::new(style.width.clamp(40, 100)).subsequent_indent(indent).break_words(false);
    textwrap::fill(line, options) + "\n"
}

/// A level as it was written: a share as a percentage.
fn level_text(test: &TestReport, level: f64) -> String {
    if test.test.is_share() { format!("{}%", (1e6 * level).round() / 1e4) } else { level.to_string() }
}

fn test_table(report: &StressReport, test: &TestReport, style: Style) -> String {
    use Align::{Left, Right};
    let compared = report.methods.len() > 1;
    let mut header = vec![("level", Right), ("method", Left), ("error %", Right)];
    if compared {
        header.extend([("difference [95%]", Right), ("p", Right)]);
    }
    header.extend([("AUROC", Right), ("AURC", Right)]);
    let mut rows = vec![];
    let mut add = |level: String, cells: &mut dyn Iterator<Item = (&str, &StressCell)>| {
        for (at, (name, cell)) in cells.enumerate() {
            let mut row = vec![if at == 0 { level.clone() } else { String::new() }, name.to_owned()];
            row.push(percent_spread(&cell.error));
            if compared {
                row.push(cell.difference.as_ref().map_or_else(String::new, percent_difference));
                row.push(cell.difference.as_ref().map_or_else(String::new, |_| probability(cell.holm)));
            }
            let auroc = cell.gap_auroc.map_or_else(|| "-".into(), |area| format!("{:.1}", 100.0 * area));
            row.extend([auroc, percent(cell.risk_coverage)]);
            rows.push(row);
        }
    };
    add("0".into(), &mut report.methods.iter().map(|method| (method.name.as_str(), &method.clean)));
    for (at, level) in test.test.levels.iter().enumerate() {
        let mut cells = test.methods.iter().map(|method| (method.name.as_str(), &method.levels[at]));
        add(level_text(test, *level), &mut cells);
    }
    // The two areas stand by themselves where names of methods are long.
    table_or_two(&header, rows, 2, 2, style)
}

/// Relative and effective robustness under every test.
fn robustness_table(report: &StressReport, style: Style) -> String {
    use Align::{Left, Right};
    let mut header = vec![("robustness", Left), ("test", Left), ("mean accuracy %", Right)];
    if report.late.is_some() {
        header.push(("effective", Right));
    }
    let mut rows = vec![];
    for (place, method) in report.methods.iter().enumerate() {
        for (at, test) in report.tests.iter().enumerate() {
            let tested = &test.methods[place];
            let name = if at == 0 { method.name.clone() } else { String::new() };
            let mut row = vec![name, test.test.name.clone()];
            row.push(percent(tested.relative_robustness.unwrap_or(f64::NAN)));
            if report.late.is_some() {
                row.push(tested.effective_robustness.map_or_else(|| "-".into(), |sum| format!("{:+.2}", 100.0 * sum)));
            }
            rows.push(row);
        }
    }
    table(&header, rows, style)
}

fn modality_table(report: &StressReport, style: Style) -> String {
    use Align::{Left, Right};
    let header = [("method", Left), ("modality", Left), ("alone: error %", Right), ("without: error %", Right)];
    let rows = report.methods.iter().flat_map(|method| {
        method.modalities.iter().enumerate().map(|(at, errors)| {
            let name = if at == 0 { method.name.clone() } else { String::new() };
            vec![name, errors.modality.clone(), percent_spread(&errors.alone), percent_spread(&errors.absent)]
        })
    });
    table(&header, rows.collect(), style)
}

fn cost_table(report: &StressReport, style: Style) -> String {
    use Align::{Left, Right};
    let header = [
        ("cost", Left),
        ("parameters", Right),
        ("FLOPs a row", Right),
        ("training", Right),
        ("tried", Right),
        ("runs", Right),
    ];
    let row = |method: &MethodSummary| {
        let seconds = method.seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        vec![
            method.name.clone(),
            grouped(method.parameters as u64),
            scaled(method.flops as f64),
            seconds.map_or_else(|| "-".into(), duration),
            method.configurations.map_or_else(|| "-".into(), |count| count.to_string()),
            method.runs.len().to_string(),
        ]
    };
    table(&header, report.methods.iter().map(row).collect(), style)
}

fn meanings(report: &StressReport, compared: bool) -> Vec<String> {
    let (rows, part, seed) = (grouped(report.rows as u64), report.part.as_str(), report.seed);
    let mut lines = vec![format!("rows        {rows} of {part}, corrupted alike for every run, by seed {seed}")];
    if compared {
        lines.push(format!(
            "difference  error less that of `{}`, in points: Student's paired test over runs with the same rows and seed, \
             McNemar's over the rows of a single pair; p adjusted by Holm",
            report.against
        ));
    }
    lines.push("AUROC       of the gap between the two least class losses, for right decisions, in percent".into());
    lines.push("AURC        area under the risk-coverage curve of that gap, in percent".into());
    lines.push("accuracy    its mean over the levels, by the trapezoidal rule".into());
    if let Some(late) = &report.late {
        lines.push(format!("effective   sum over the levels of the lead over `{late}`, less the lead at level 0"));
    }
    let replaced: Vec<&str> =
        report.methods.iter().filter(|method| method.replaced > 0).map(|method| method.name.as_str()).collect();
    if !replaced.is_empty() {
        let names = replaced.join(", ");
        lines.push(format!(
            "missing     no component is left on some rows of {names}: there the mean over the rows stands in"
        ));
    }
    lines
}
