//! The summary of a run on the terminal: the measurements, the time it took, and where its files are.

use super::numbers::{duration, grouped, percent};
use super::table::{Align, table};
use crate::diag::Style;
use crate::report::{Status, Summary};
use crate::train::Scores;
use std::fmt::Write;
use std::time::Duration;

/// The table of the test split, or else of the validation split, and the lines below it.
pub(super) fn run_summary(summary: &Summary, device: &str, style: Style) -> String {
    let mut text = String::new();
    match (&summary.test, &summary.valid) {
        (Some(test), _) => text += &scores_table(&summary.combine, "test", test, style),
        (None, Some(valid)) => text += &scores_table(&summary.combine, "valid", valid, style),
        (None, None) => text.push_str("there is no test split and no valid split to measure on\n"),
    }
    let stopped = match summary.status {
        Status::Completed => "",
        Status::Patience => ", stopped early without improvement",
        Status::Interrupted => ", interrupted",
        Status::Failed => ", failed",
    };
    let best = summary.best_epoch.map_or(String::new(), |epoch| format!(", best {}", grouped(epoch)));
    let time = duration(Duration::try_from_secs_f64(summary.seconds).unwrap_or_default());
    let _ = writeln!(text, "\nepochs      {}{best}{stopped}", grouped(summary.epochs as u64));
    let _ = writeln!(text, "parameters  {}", grouped(summary.parameters as u64));
    let _ = writeln!(text, "time        {time} on {device}");
    let _ = writeln!(text, "run         {}", summary.run);
    text
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
    // A single component is the combination.
    let several = scores.components.len() > 1;
    if several {
        header.push(("mean q", Right));
    }
    let mut whole = vec![
        combine.to_owned(),
        percent(scores.error),
        percent(scores.auc.unwrap_or(f64::NAN)),
        percent(scores.f1),
        format!("{:.4}", scores.log_loss),
    ];
    whole.extend(scores.violations.map(grouped));
    whole.extend(several.then(String::new));
    let mut rows = vec![whole];
    for component in scores.components.iter().filter(|_| several) {
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
    table(&header, rows, style)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::ComponentScores;

    fn summary() -> Summary {
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
        Summary {
            pipeline: "small".into(),
            combine: "mul".into(),
            run: "runs/small-0001".into(),
            status: Status::Patience,
            problem: None,
            parameters: 12_345,
            seed: 1,
            epochs: 10,
            steps: 100,
            best_epoch: Some(7),
            valid: None,
            test: Some(scores),
            seconds: 12.0,
        }
    }

    const STYLE: Style = Style { color: false, unicode: false, width: 80 };

    #[test]
    fn the_components_stand_below_the_combination() {
        let text = run_summary(&summary(), "cpu, 2 threads", STYLE);
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
                "epochs      10, best 7, stopped early without improvement",
                "parameters  12,345",
                "time        12.0 s on cpu, 2 threads",
                "run         runs/small-0001",
            ]
        );
    }

    #[test]
    fn one_component_is_the_combination() {
        let mut summary = summary();
        if let Some(test) = &mut summary.test {
            test.components.truncate(1);
            test.violations = Some(12);
        }
        let text = run_summary(&summary, "cpu", STYLE);
        assert!(text.starts_with("test, 4,000 rows  error %  AUC %   F1 %  log loss  violations\n"), "{text}");
        assert!(!text.contains("low ") && !text.contains("mean q"), "{text}");
    }

    #[test]
    fn without_a_test_split_the_validation_split_is_shown_as_such() {
        let mut summary = summary();
        summary.valid = summary.test.take();
        assert!(run_summary(&summary, "cpu", STYLE).starts_with("valid, 4,000 rows"));
        summary.valid = None;
        assert!(run_summary(&summary, "cpu", STYLE).starts_with("there is no test split"));
    }
}
