//! Explained rows together: which modality decides how often, conflicts, sets of classes, risk and coverage, the least sure
//! rows.

use super::numbers::grouped;
use super::table::{Align, table};
use super::trust_words::{Facts, part_rows, share};
use crate::diag::Style;
use crate::experiment::{RiskSummary, RowTrust, SetCount, SetSummary, Trust, TrustSummary};
use crate::trust::interval;

/// Least sure rows, conflicts and classes that are shown.
const SHOWN: usize = 10;

/// The text of all rows.
pub(super) fn summary_text(trust: &Trust, style: Style) -> String {
    let summary = &trust.summary;
    let mut facts = Facts::new(style);
    let rows = grouped(summary.rows);
    let what = summary.part.map_or("rows of the file".to_owned(), part_rows);
    facts.line(&format!("{rows} {what} are decided by {}", summary.combine));
    facts.blank();
    facts.text(&modalities(summary, style));
    facts.blank();
    facts.fact("leads", "rows on which its Shapley value is the greatest");
    facts.fact("agrees", "rows on which it alone decides as all do");
    facts.fact("changes", "rows that are decided otherwise without it");
    facts.fact("mean q", "a weight, no share of the decision");
    if !summary.conflicts.is_empty() {
        facts.blank();
        facts.text(&conflicts(summary, style));
    }
    if let Some(sets) = &summary.sets {
        facts.blank();
        set_facts(sets, summary, style, &mut facts);
    }
    if let Some(risk) = &summary.risk {
        facts.blank();
        risk_facts(risk, style, &mut facts);
    }
    facts.blank();
    facts.text(&least_sure(&trust.rows, style));
    facts.finish()
}

fn modalities(summary: &TrustSummary, style: Style) -> String {
    use Align::{Left, Right};
    let header = [
        ("modality", Left),
        ("rows", Right),
        ("leads", Right),
        ("agrees", Right),
        ("changes", Right),
        ("mean Shapley", Right),
        ("mean q", Right),
        ("unlike", Right),
    ];
    let number = |number: Option<f64>| number.map_or("-".to_owned(), |number| format!("{number:.3}"));
    let lines = summary.modalities.iter().map(|of| {
        vec![
            of.name.clone(),
            grouped(of.present),
            grouped(of.leads),
            grouped(of.agrees),
            grouped(of.changes),
            number(of.mean_shapley),
            number(of.mean_q),
            grouped(of.atypical),
        ]
    });
    table(&header, lines.collect(), style)
}

fn conflicts(summary: &TrustSummary, style: Style) -> String {
    use Align::{Left, Right};
    let held_out = summary.held_out.map_or("held-out rows".to_owned(), |(part, _)| part_rows(part));
    let before = format!("{held_out}: disagree");
    let header = [
        ("conflict between", Left),
        ("rows", Right),
        (before.as_str(), Right),
        ("first right", Right),
        ("second right", Right),
        ("model right", Right),
    ];
    let lines = summary.conflicts.iter().take(SHOWN).map(|conflict| {
        let counts = conflict.before.map(|before| [before.rows, before.first, before.second, before.model]);
        let counts = counts.map_or_else(|| vec!["-".to_owned(); 4], |counts| counts.map(grouped).to_vec());
        [conflict.modalities.join(", "), grouped(conflict.rows)].into_iter().chain(counts).collect()
    });
    table(&header, lines.collect(), style)
}

fn set_facts(sets: &SetSummary, summary: &TrustSummary, style: Style, facts: &mut Facts) {
    let (single, rows) = (grouped(sets.single), grouped(summary.rows));
    let coverage = share(sets.coverage).replace(".0", "");
    let size = format!("{:.2} classes on average; one class on {single} of {rows} rows", sets.mean_size);
    facts.fact(&format!("{coverage} set"), &size);
    if sets.fallbacks > 0 {
        let text = format!(
            "on {} rows a class is judged by rows of other classes or modalities too: too few are alike",
            grouped(sets.fallbacks)
        );
        facts.fact("", &text);
    }
    if sets.all().rows == 0 {
        return;
    }
    let mut lines = vec![line("all rows", sets.all())];
    let named = sets.classes.iter().chain(sets.patterns.iter().filter(|_| sets.patterns.len() > 1));
    lines.extend(named.take(2 * SHOWN).map(|(name, count)| line(name, *count)));
    use Align::{Left, Right};
    let header = [("label in the set", Left), ("rows", Right), ("%", Right), ("95 % interval", Right)];
    facts.text(&table(&header, lines, style));
}

fn line(name: &str, count: SetCount) -> Vec<String> {
    let (low, high) = interval(count.held, count.rows, 0.95);
    let percent = |share: f64| format!("{:.1}", 100.0 * share);
    let held = percent(count.held as f64 / count.rows as f64);
    vec![name.to_owned(), grouped(count.rows), held, format!("{} to {}", percent(low), percent(high))]
}

fn risk_facts(risk: &RiskSummary, style: Style, facts: &mut Facts) {
    use Align::Right;
    let on = risk.part.map_or("rows of the file".to_owned(), part_rows);
    let text = format!(
        "area below risk against coverage, {} {on}: {:.4}; {:.4} where sureness says nothing, {:.4} where every error is \
         less sure than what is right",
        grouped(risk.rows as u64),
        risk.area,
        risk.error,
        risk.least_area
    );
    facts.fact("risk", &text);
    let header = [("surest %", Right), ("rows", Right), ("error %", Right)];
    let percent = |share: f64| format!("{:.2}", 100.0 * share);
    let lines = risk.points.iter().map(|(coverage, rows, error)| {
        vec![format!("{:.0}", 100.0 * coverage), grouped(*rows as u64), percent(*error)]
    });
    facts.text(&table(&header, lines.collect(), style));
}

fn least_sure(rows: &[RowTrust], style: Style) -> String {
    use Align::{Left, Right};
    let mut order: Vec<&RowTrust> = rows.iter().collect();
    order.sort_by(|one, other| other.uncertainty.total_cmp(&one.uncertainty));
    let labelled = rows.iter().any(|row| row.label.is_some());
    let mut header = vec![("least sure: row", Right)];
    if labelled {
        header.push(("label", Left));
    }
    header.extend([("decision", Left), ("p %", Right), ("runner-up", Left), ("p %", Right), ("conflicts", Right)]);
    let lines = order.into_iter().take(SHOWN).map(|row| {
        let mut line = vec![row.row.to_string()];
        if labelled {
            line.push(row.label.clone().unwrap_or_default());
        }
        let percent = |share: f64| format!("{:.1}", 100.0 * share);
        line.extend([
            row.decision.class.clone(),
            percent(row.decision.probability),
            row.runner_up.class.clone(),
            percent(row.runner_up.probability),
            row.conflicts.len().to_string(),
        ]);
        line
    });
    table(&header, lines.collect(), style)
}
