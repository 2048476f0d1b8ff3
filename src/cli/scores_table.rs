//! The table of measurements that `mmc run` and `mmc eval` share.

use super::numbers::{grouped, percent};
use super::table::{Align, table};
use crate::diag::Style;
use crate::train::{ComponentScores, Scores};

/// More components are summarised unless all are wanted.
const MOST_COMPONENTS: usize = 12;
/// Of many components so many of the best, of the worst and of the most used are shown.
const SHOWN: usize = 3;

/// The combination in the first line, its components below: of many the best, the most used and the worst, unless `all` are
/// wanted.
pub(super) fn scores_table(combine: &str, part: &str, scores: &Scores, all: bool, style: Style) -> String {
    use Align::{Left, Right};
    let first = format!("{part}, {} rows", grouped(scores.rows as u64));
    let mut header = vec![(first.as_str(), Left), ("error %", Right), ("AUC %", Right), ("log loss", Right)];
    let probabilities = &scores.probabilities;
    let boosted = scores.violations.is_some();
    header.extend([("Brier", Right), ("ECE %", Right), ("F1 %", Right)]);
    if boosted {
        header.push(("violations", Right));
    }
    // A single component is the combination.
    let several = scores.components.len() > 1;
    if several {
        header.push(("mean q", Right));
    }
    let mut whole = vec![
        combine.to_owned(),
        percent(scores.error),
        percent(scores.auc.unwrap_or(f64::NAN)),
        format!("{:.4}", probabilities.log_loss),
        format!("{:.4}", probabilities.brier),
        percent(probabilities.calibration_error),
        percent(scores.f1),
    ];
    whole.extend(scores.violations.map(grouped));
    whole.extend(several.then(String::new));
    let mut rows = vec![whole];
    let summarised = !all && scores.components.len() > MOST_COMPONENTS;
    let shown = match summarised {
        true => notable(&scores.components),
        false => scores.components.iter().map(|component| ("", component)).collect(),
    };
    for (what, component) in shown.into_iter().filter(|_| several) {
        let mut row = vec![
            format!("  {what}{}", component.name),
            percent(component.error),
            component.auc.map_or_else(|| "-".into(), percent),
            format!("{:.4}", component.log_loss),
            String::new(),
            String::new(),
            String::new(),
        ];
        row.extend(boosted.then(String::new));
        row.push(format!("{:.3}", component.mean_q));
        rows.push(row);
    }
    let mut text = table(&header, rows, style);
    if summarised {
        let (count, few) = (scores.components.len(), SHOWN);
        text += &format!("the {few} best alone, most used and worst of {count} components; --detail shows all\n");
    }
    text
}

/// The best components alone, the most used by their mean weight, and the worst, each once, with what they are.
fn notable(components: &[ComponentScores]) -> Vec<(&'static str, &ComponentScores)> {
    let ordered = |key: &dyn Fn(&ComponentScores) -> f64| {
        let known = components.iter().filter(|component| key(component).is_finite());
        let mut order: Vec<&ComponentScores> = known.collect();
        order.sort_by(|a, b| key(a).total_cmp(&key(b)));
        order
    };
    let (by_error, by_use) = (ordered(&|component| component.error), ordered(&|component| -component.mean_q));
    let best = by_error.iter().take(SHOWN).map(|component| ("best  ", *component));
    let used = by_use.iter().take(SHOWN).map(|component| ("used  ", *component));
    let worst = by_error.iter().rev().take(SHOWN).map(|component| ("worst ", *component));
    let mut found: Vec<(&str, &ComponentScores)> = vec![];
    for (what, component) in best.chain(used).chain(worst) {
        if found.iter().all(|(_, other)| other.name != component.name) {
            found.push((what, component));
        }
    }
    found
}
