//! The table of measurements that `mmc run` and `mmc eval` share.

use super::numbers::{grouped, percent};
use super::table::{Align, table};
use crate::diag::Style;
use crate::train::Scores;

/// The combination in the first line, its components below.
pub(super) fn scores_table(combine: &str, part: &str, scores: &Scores, style: Style) -> String {
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
    for component in scores.components.iter().filter(|_| several) {
        let mut row = vec![
            format!("  {}", component.name),
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
    table(&header, rows, style)
}
