//! What `mmc eval --corrupt`, `--ablate` and `--permute` print.

use super::numbers::{grouped, percent};
use super::table::{Align, table};
use crate::diag::Style;
use crate::experiment::{
    AblatedSubset, CorruptionCurve, PermutationImportance, RobustnessReport, percent_difference, percent_spread,
    plain_spread, probability,
};
use crate::spec::Part;
use std::fmt::Write;

/// All tables, and the meaning of their columns.
pub(super) fn text(report: &RobustnessReport, style: Style) -> String {
    let mut text = String::new();
    for curve in &report.curves {
        text += &curve_table(curve, style);
        text.push('\n');
    }
    if !report.subsets.is_empty() {
        text += &subset_table(report, style);
        text.push('\n');
    }
    if !report.importance.is_empty() {
        text += &importance_table(&report.importance, style);
        text.push('\n');
    }
    let (rows, part) = (grouped(report.rows as u64), report.part.map_or("new rows", Part::as_str));
    let _ = writeln!(text, "rows        {rows} of {part}; error {} % on them as they are", percent(report.error));
    if !(report.curves.is_empty() && report.subsets.is_empty()) {
        text += "difference  error less that on the rows as they are, in points; McNemar's test over the rows\n";
        text += "AUROC       of the gap of the two least class losses, for right decisions\n";
    }
    let replaced = report.curves.iter().flat_map(|curve| &curve.points).any(|point| point.replaced > 0)
        || report.subsets.iter().any(|subset| subset.replaced > 0);
    if replaced {
        text += "*           no component is left on some rows: there the mean over the rows stands in\n";
    }
    if !report.importance.is_empty() {
        text += "increase    over five permutations; mean ± standard deviation\n";
    }
    text
}

fn curve_table(curve: &CorruptionCurve, style: Style) -> String {
    use Align::{Left, Right};
    let title = format!("{} {}", curve.modality, curve.kind.as_str());
    let header = [
        (title.as_str(), Left),
        ("error %", Right),
        ("difference [95%]", Right),
        ("p", Right),
        ("log loss", Right),
        ("AUROC %", Right),
        ("AURC %", Right),
    ];
    let rows = curve.points.iter().map(|point| {
        let level = match curve.kind.is_share() {
            true => format!("{}%", (1e6 * point.level).round() / 1e4),
            false => point.level.to_string(),
        };
        vec![
            if point.replaced > 0 { format!("{level} *") } else { level },
            percent(point.error),
            point.difference.as_ref().map_or_else(String::new, percent_difference),
            point.difference.as_ref().map_or_else(String::new, |difference| probability(difference.p)),
            format!("{:.4}", point.log_loss),
            percent(point.gap_auroc.unwrap_or(f64::NAN)),
            percent(point.risk_coverage),
        ]
    });
    table(&header, rows.collect(), style)
}

fn subset_table(report: &RobustnessReport, style: Style) -> String {
    use Align::{Left, Right};
    let header = [
        ("modalities", Left),
        ("error %", Right),
        ("difference [95%]", Right),
        ("p", Right),
        ("log loss", Right),
        ("AUROC %", Right),
    ];
    let all = vec![report.modalities.join(", "), percent(report.error), String::new(), String::new()];
    let all = [all, vec![format!("{:.4}", report.log_loss)]].concat();
    let row = |subset: &AblatedSubset| {
        let names = subset.modalities.join(", ");
        vec![
            if subset.replaced > 0 { format!("{names} *") } else { names },
            percent(subset.error),
            subset.difference.as_ref().map_or_else(String::new, percent_difference),
            subset.difference.as_ref().map_or_else(String::new, |difference| probability(difference.p)),
            format!("{:.4}", subset.log_loss),
            percent(subset.gap_auroc.unwrap_or(f64::NAN)),
        ]
    };
    table(&header, std::iter::once(all).chain(report.subsets.iter().map(row)).collect(), style)
}

fn importance_table(importance: &[PermutationImportance], style: Style) -> String {
    use Align::{Left, Right};
    let header = [("permuted", Left), ("column", Left), ("error increase %", Right), ("log loss increase", Right)];
    let rows = importance.iter().map(|one| {
        let name = if one.column.is_none() { one.modality.clone() } else { String::new() };
        let column = one.column.clone().unwrap_or_default();
        vec![name, column, percent_spread(&one.error), plain_spread(&one.log_loss)]
    });
    table(&header, rows.collect(), style)
}
