//! The summary of a run on the terminal: the measurements, the time it took, and where its files are.

use super::numbers::{duration, grouped, percent};
use super::scores_table::scores_table;
use crate::diag::Style;
use crate::fusion::{DecisionForm, EvidenceScale};
use crate::report::{Status, Summary};
use crate::spec::Part;
use crate::train::{CalibrationRecord, DecisionRecord, Scores};
use std::fmt::Write;
use std::time::Duration;

/// The table of the test split, or else of the validation split, and the lines below it. Of many components some are shown unless
/// `all` are wanted.
pub(super) fn run_summary(summary: &Summary, device: &str, all: bool, style: Style) -> String {
    let mut text = String::new();
    match (&summary.test, &summary.valid) {
        (Some(test), _) => text += &scores_table(&summary.combine, "test", test, all, style),
        (None, Some(valid)) => text += &scores_table(&summary.combine, "valid", valid, all, style),
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
    let _ = writeln!(text, "\nepochs      {}{best}{stopped}", epochs(summary, all));
    let _ = writeln!(text, "parameters  {}", grouped(summary.parameters as u64));
    let _ = writeln!(text, "time        {time} on {device}");
    let _ = writeln!(text, "run         {}", summary.run);
    text += &summary.decision.as_ref().map_or(String::new(), decision);
    let measured = summary.test.as_ref().or(summary.valid.as_ref());
    if let (Some(record), Some(scores)) = (&summary.calibration, measured) {
        text += &calibration(record, scores);
    }
    for note in &summary.notes {
        let _ = writeln!(text, "note: {note}");
    }
    text
}

/// How decisions were fitted, and what it brings on rows that they were not fitted to.
fn decision(record: &DecisionRecord) -> String {
    let fit = &record.fit;
    let rows = format!("{} {} rows", grouped(fit.rows as u64), rows_of(record.part));
    let loss = |form: DecisionForm| fit.log_loss.get(&form).map_or("-".into(), |loss| format!("{loss:.4}"));
    let Some(beta) = fit.decision.beta else {
        if fit.log_loss.is_empty() {
            return format!("decided     as trained: {rows} are too few\n");
        }
        if fit.log_loss.len() == 1 {
            return format!(
                "decided     as trained: of {rows}, the {} that are decided wrongly are too few\n",
                fit.errors
            );
        }
        let least = fit.log_loss.values().copied().fold(f64::INFINITY, f64::min);
        let gain = fit.log_loss.get(&DecisionForm::Trained).map_or(0.0, |trained| trained - least);
        let why = match fit.standard_error.filter(|_| gain > 0.0) {
            Some(error) => format!("fitting lowers the log loss by {gain:.4}, within its standard error of {error:.4}"),
            None => "no other `beta` lowers the log loss".into(),
        };
        return format!("decided     as trained: on {rows} {why}\n");
    };
    let temperatures = match fit.decision.temperatures.is_empty() {
        true => "",
        false => " and a temperature of each component",
    };
    let (trained, fitted) = (loss(DecisionForm::Trained), loss(fit.form));
    format!(
        "decided     beta = {beta:.3}{temperatures}, fitted to {rows}; their log loss, cross-fitted: {trained} to \
         {fitted}\n"
    )
}

/// How the probabilities were calibrated, and how good they were before.
fn calibration(record: &CalibrationRecord, scores: &Scores) -> String {
    let rows = format!("{} {} rows", grouped(record.fit.rows as u64), rows_of(record.part));
    let Some(before) = &scores.uncalibrated else {
        return format!("calibrated  no: on {rows} no temperature lowers the log loss\n");
    };
    let divided = match record.fit.calibration.scale {
        EvidenceScale::One => "",
        EvidenceScale::Count => " times the components present",
        EvidenceScale::Weights => " times the weights of the components present",
    };
    format!(
        "calibrated  T = {:.3}{divided}, fitted to {rows}\nbefore      log loss {:.4}, Brier {:.4}, ECE {} %\n",
        record.fit.calibration.temperature,
        before.log_loss,
        before.brier,
        percent(before.calibration_error),
    )
}

/// The part in words.
fn rows_of(part: Part) -> &'static str {
    match part {
        Part::Valid => "validation",
        Part::Calib => "calibration",
        Part::Train => "training",
        Part::Test => "test",
    }
}

/// `10`; where components are trained separately, the sum and its parts: `30 (low 10, high 20)`.
fn epochs(summary: &Summary, all: bool) -> String {
    /// More components are summarised.
    const MOST: usize = 12;
    let (few, each) = (summary.component_epochs.len() <= MOST, || summary.component_epochs.values());
    if let (false, Some(least), Some(most)) = (few || all, each().min(), each().max()) {
        return format!("{} ({least} to {most} of each component)", grouped(summary.epochs as u64));
    }
    let parts: Vec<String> =
        summary.component_epochs.iter().map(|(name, epochs)| format!("{name} {}", grouped(*epochs as u64))).collect();
    let sum = grouped(summary.epochs as u64);
    if parts.is_empty() { sum } else { format!("{sum} ({})", parts.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fusion::Calibration;
    use crate::train::{CalibrationFit, ComponentScores, ProbabilityScores};

    fn summary() -> Summary {
        let component = |name: &str, error| ComponentScores {
            name: name.into(),
            rows: 4000,
            cross_entropy: 0.7,
            log_loss: 0.6,
            error,
            auc: Some(0.625),
            mean_q: 0.75,
        };
        let scores = Scores {
            rows: 4000,
            error: 0.2,
            loss: 0.9,
            auc: Some(0.875),
            f1: 0.5,
            probabilities: ProbabilityScores { log_loss: 0.45, brier: 0.15, calibration_error: 0.025 },
            uncalibrated: Some(ProbabilityScores { log_loss: 0.8, brier: 0.2, calibration_error: 0.125 }),
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
            component_epochs: indexmap::IndexMap::new(),
            steps: 100,
            best_epoch: Some(7),
            valid: None,
            test: Some(scores),
            notes: vec!["look at `high`".into()],
            decision: None,
            calibration: Some(CalibrationRecord {
                part: Part::Valid,
                fit: CalibrationFit {
                    calibration: Calibration { temperature: 2.5, ..Calibration::default() },
                    rows: 2000,
                    log_loss_before: 0.9,
                    log_loss_after: [(EvidenceScale::One, 0.5)].into(),
                },
            }),
            seconds: 12.0,
        }
    }

    const STYLE: Style = Style { color: false, unicode: false, width: 80 };

    #[test]
    fn the_components_stand_below_the_combination() {
        let text = run_summary(&summary(), "cpu, 2 threads", false, STYLE);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "test, 4,000 rows  error %  AUC %  log loss   Brier  ECE %   F1 %  mean q",
                "-------------------------------------------------------------------------",
                "mul                 20.00  87.50    0.4500  0.1500   2.50  50.00",
                "  low               37.50  62.50    0.6000                         0.750",
                "  high              25.00  62.50    0.6000                         0.750",
                "",
                "epochs      10, best 7, stopped early without improvement",
                "parameters  12,345",
                "time        12.0 s on cpu, 2 threads",
                "run         runs/small-0001",
                "calibrated  T = 2.500, fitted to 2,000 validation rows",
                "before      log loss 0.8000, Brier 0.2000, ECE 12.50 %",
                "note: look at `high`",
            ]
        );
    }

    #[test]
    fn the_epochs_of_components_that_are_trained_separately_are_named() {
        let mut summary = summary();
        summary.component_epochs = [("low".to_owned(), 4), ("high".to_owned(), 6)].into();
        summary.best_epoch = None;
        let text = run_summary(&summary, "cpu", false, STYLE);
        assert!(text.contains("\nepochs      10 (low 4, high 6), stopped early"), "{text}");
    }

    #[test]
    fn of_many_components_the_notable_ones_are_shown() {
        let mut summary = summary();
        let Some(test) = &mut summary.test else { return };
        let pattern = test.components[0].clone();
        test.components = (0..36)
            .map(|at| ComponentScores {
                name: format!("c{at}"),
                error: f64::from(at) / 100.0,
                mean_q: f64::from((at * 7) % 36) / 36.0,
                ..pattern.clone()
            })
            .collect();
        let shown = |all| {
            let text = run_summary(&summary, "cpu", all, STYLE);
            let name = |line: &str| line.split_whitespace().take(if all { 1 } else { 2 }).collect::<Vec<_>>().join(" ");
            let names: Vec<String> = text.lines().filter(|line| line.starts_with("  ")).map(name).collect();
            (names, text.contains("--detail shows all"))
        };
        // 7 at is 35, 34 and 33 modulo 36 for at 5, 10 and 15.
        let few =
            ["best c0", "best c1", "best c2", "used c5", "used c10", "used c15", "worst c35", "worst c34", "worst c33"];
        assert_eq!(shown(false), (few.map(String::from).to_vec(), true));
        assert_eq!((shown(true).0.len(), shown(true).1), (36, false));
    }

    #[test]
    fn one_component_is_the_combination() {
        let mut summary = summary();
        if let Some(test) = &mut summary.test {
            test.components.truncate(1);
            test.violations = Some(12);
        }
        let text = run_summary(&summary, "cpu", false, STYLE);
        assert!(
            text.starts_with("test, 4,000 rows  error %  AUC %  log loss   Brier  ECE %   F1 %  violations\n"),
            "{text}"
        );
        assert!(!text.contains("low ") && !text.contains("mean q"), "{text}");
    }

    #[test]
    fn without_a_test_split_the_validation_split_is_shown_as_such() {
        let mut summary = summary();
        summary.valid = summary.test.take();
        assert!(run_summary(&summary, "cpu", false, STYLE).starts_with("valid, 4,000 rows"));
        summary.valid = None;
        assert!(run_summary(&summary, "cpu", false, STYLE).starts_with("there is no test split"));
    }
}
