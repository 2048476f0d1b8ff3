//! What stands at the end of a run: the measurements, what it took, and where everything is.

use super::numbers::{duration, grouped, percent};
use super::table::{Align, table};
use crate::diag::Style;
use crate::train::{Scores, StopReason};
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

/// What a finished run has to show.
pub(super) struct Closing<'a> {
    /// The combine's name.
    pub(super) combine: &'a str,
    /// Which part of the data was measured, and how it did; `None` if there was nothing to measure on.
    pub(super) measured: Option<(&'a str, &'a Scores)>,
    /// Epochs that were made, and the one whose weights were kept.
    pub(super) epochs: u64,
    /// The epoch whose weights were kept.
    pub(super) best_epoch: Option<u64>,
    /// Why training ended.
    pub(super) stopped: StopReason,
    /// How many numbers were learned.
    pub(super) parameters: u64,
    /// How long it took.
    pub(super) time: Duration,
    /// `cpu, 2 threads`
    pub(super) device: String,
    /// The run directory.
    pub(super) directory: &'a Path,
}

impl Closing<'_> {
    /// The table and the lines under it.
    pub(super) fn text(&self, style: Style) -> String {
        let mut text = String::new();
        match self.measured {
            Some((part, scores)) => text += &scores_table(self.combine, part, scores, style),
            None => text.push_str("there is no test split to measure on\n"),
        }
        let stopped = match self.stopped {
            StopReason::Completed => "",
            StopReason::Patience => ", stopped for want of improvement",
            StopReason::Interrupted => ", interrupted",
        };
        let best = self.best_epoch.map_or(String::new(), |epoch| format!(", best {}", grouped(epoch)));
        let _ = writeln!(text, "\nepochs      {}{best}{stopped}", grouped(self.epochs));
        let _ = writeln!(text, "parameters  {}", grouped(self.parameters));
        let _ = writeln!(text, "time        {} on {}", duration(self.time), self.device);
        let _ = writeln!(text, "run         {}", self.directory.display());
        text
    }
}

/// The combination in the first line, its components below.
fn scores_table(combine: &str, part: &str, scores: &Scores, style: Style) -> String {
    use Align::{Left, Right};
    let first = format!("{part}, {} rows", grouped(scores.rows as u64));
    let mut header =
        vec![(first.as_str(), Left), ("error %", Right), ("AUC %", Right), ("F1 %", Right), ("log loss", Right)];
    let boosted = scores.violations.is_some();
    if boosted {
        header.push(("violations", Right));
    }
    header.push(("mean q", Right));
    let mut whole = vec![
        combine.to_owned(),
        percent(scores.error),
        percent(scores.auc.unwrap_or(f64::NAN)),
        percent(scores.f1),
        format!("{:.4}", scores.log_loss),
    ];
    whole.extend(scores.violations.map(grouped));
    whole.push(String::new());
    let mut rows = vec![whole];
    // A single component is the combination.
    if scores.components.len() > 1 {
        for component in &scores.components {
            let mut row = vec![
                format!("  {}", component.name),
                percent(component.error),
                String::new(),
                String::new(),
                format!("{:.4}", component.cross_entropy),
            ];
            row.extend(boosted.then(String::new));
            row.push(format!("{:.3}", component.mean_q));
            rows.push(row);
        }
    }
    table(&header, rows, style)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::ComponentScores;

    #[test]
    fn the_components_stand_below_the_combination() {
        let component =
            |name: &str, error| ComponentScores { name: name.into(), cross_entropy: 0.6, error, mean_q: 0.75 };
        let scores = Scores {
            rows: 4000,
            error: 0.2,
            loss: 0.9,
            auc: Some(0.875),
            f1: 0.5,
            log_loss: 0.45,
            violations: None,
            components: vec![component("low", 0.375), component("high", 0.25)],
        };
        let closing = Closing {
            combine: "mul",
            measured: Some(("test", &scores)),
            epochs: 10,
            best_epoch: Some(7),
            stopped: StopReason::Patience,
            parameters: 12_345,
            time: Duration::from_secs(12),
            device: "cpu, 2 threads".into(),
            directory: Path::new("runs/mul-0001"),
        };
        let text = closing.text(Style { color: false, unicode: false, width: 80 });
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "test, 4,000 rows  error %  AUC %   F1 %  log loss  mean q",
                "----------------------------------------------------------",
                "mul                 20.00  87.50  50.00    0.4500",
                "  low               37.50                  0.6000   0.750",
                "  high              25.00                  0.6000   0.750",
                "",
                "epochs      10, best 7, stopped for want of improvement",
                "parameters  12,345",
                "time        12.0 s on cpu, 2 threads",
                "run         runs/mul-0001",
            ]
        );
    }
}
