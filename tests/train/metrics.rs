//! Metrics against scikit-learn's numbers and closed forms.

use super::softmax_regression::loss_of;
use mmc::exec::{ComponentDecisions, Decisions};
use mmc::fusion::RowLoss;
use mmc::fusion::{Combination, Multiplicative};
use mmc::train::{class_scores, scores};
use serde::Deserialize;

#[derive(Deserialize)]
struct Fixture {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    classes: usize,
    labels: Vec<u32>,
    predictions: Vec<u32>,
    probabilities: Vec<f64>,
    error: f64,
    f1: f64,
    log_loss: f64,
    brier: f64,
    calibration_error: f64,
    auc: Option<f64>,
    balanced_accuracy: f64,
    precision: Vec<Option<f64>>,
    recall: Vec<Option<f64>>,
    class_f1: Vec<Option<f64>>,
    support: Vec<u64>,
    confusion: Vec<Vec<u64>>,
}

fn multiplicative(boost: Option<f64>) -> Combination {
    Combination::Multiplicative(Multiplicative { beta: 0.5, boost, ..Multiplicative::CROSS_ENTROPY })
}

fn component(probabilities: &[f64], q: &[f64]) -> ComponentDecisions {
    let neg_log_p = probabilities.iter().map(|p| if *p > 0.0 { -p.ln() } else { 0.0 }).collect();
    let rows: Vec<bool> = probabilities.chunks_exact(2).map(|p| p.iter().any(|p| *p != 0.0)).collect();
    let present = rows.contains(&false).then_some(rows);
    ComponentDecisions { probabilities: probabilities.to_vec(), neg_log_p, q: q.to_vec(), factor: 1.0, present }
}

/// Decisions of one component, equal to those of the combination.
fn plain(classes: usize, predicted: Vec<u32>, probabilities: Vec<f64>) -> Decisions {
    Decisions {
        rows: predicted.len(),
        factors: vec![1.0; predicted.len()],
        classes,
        class_losses: probabilities.iter().map(|p| -p.ln()).collect(),
        predicted,
        components: vec![component(&probabilities, &vec![1.0; probabilities.len()])],
        probabilities,
    }
}

fn counted(losses: &[f64]) -> Vec<RowLoss> {
    losses.iter().map(|loss| RowLoss { loss: *loss, counts: *loss > 0.0 }).collect()
}

#[track_caller]
fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-12, "{found}, expected {expected}");
}

#[test]
fn agrees_with_scikit_learn() {
    let fixture: Fixture = serde_json::from_str(include_str!("../fixtures/metrics.json")).unwrap();
    for case in fixture.cases {
        let loss = loss_of(case.classes, &["whole"], multiplicative(None));
        let names: Vec<String> = (0..case.classes).map(|class| class.to_string()).collect();
        let by_class = class_scores(&names, &case.predictions, &case.labels);
        near(by_class.balanced_accuracy, case.balanced_accuracy);
        assert_eq!(by_class.confusion, case.confusion, "{}", case.name);
        for (class, own) in by_class.classes.iter().enumerate() {
            assert_eq!((&own.class, own.support), (&names[class], case.support[class]));
            let expected = [case.precision[class], case.recall[class], case.class_f1[class]];
            for (found, expected) in [own.precision, own.recall, own.f1].into_iter().zip(expected) {
                assert_eq!(found.is_some(), expected.is_some(), "{} class {class}", case.name);
                near(found.unwrap_or(0.0), expected.unwrap_or(0.0));
            }
        }
        let decisions = plain(case.classes, case.predictions, case.probabilities);
        let found = scores(&loss, &decisions, &counted(&vec![0.5; case.labels.len()]), &case.labels, &[]);
        near(found.error, case.error);
        near(found.f1, case.f1);
        near(found.probabilities.log_loss, case.log_loss);
        near(found.probabilities.brier, case.brier);
        near(found.probabilities.calibration_error, case.calibration_error);
        assert_eq!(found.uncalibrated, None);
        near(found.loss, 0.5);
        near(found.components[0].cross_entropy, case.log_loss);
        near(found.components[0].error, case.error);
        assert_eq!(found.auc.is_some(), case.auc.is_some(), "{}", case.name);
        near(found.auc.unwrap_or(0.0), case.auc.unwrap_or(0.0));
    }
}

#[test]
fn violations_are_the_rows_a_boosted_loss_counts_and_the_mean_is_over_all() {
    let decisions = plain(2, vec![0; 4], vec![0.5; 8]);
    let losses = counted(&[3.0, 0.0, 1.0, 0.0]);
    let found = scores(&loss_of(2, &["whole"], multiplicative(Some(0.0))), &decisions, &losses, &[0; 4], &[]);
    assert_eq!(found.violations, Some(2));
    near(found.loss, 1.0);
    let found = scores(&loss_of(2, &["whole"], multiplicative(None)), &decisions, &losses, &[0; 4], &[]);
    assert_eq!(found.violations, None);
}

#[test]
fn a_component_is_measured_on_the_rows_that_have_its_modalities() {
    let mut decisions = plain(2, vec![0, 1, 0], vec![0.5; 6]);
    decisions.components = vec![
        component(&[0.8, 0.2, 0.4, 0.6, 0.0, 0.0], &[0.9, 0.1, 0.2, 0.4, 0.0, 0.0]),
        component(&[0.1, 0.9, 0.5, 0.5, 0.3, 0.7], &[0.5; 6]),
    ];
    let loss = loss_of(2, &["a", "b"], multiplicative(None));
    let found = scores(&loss, &decisions, &counted(&[1.0; 3]), &[0, 1, 1], &[]);
    let [a, b] = found.components.as_slice() else { panic!("two components") };
    near(a.cross_entropy, -(0.8f64.ln() + 0.6f64.ln()) / 2.0);
    near(a.error, 0.0);
    near(a.mean_q, (0.9 + 0.4) / 2.0);
    // A tie goes to the lowest class, which is wrong on the second row.
    near(b.error, 2.0 / 3.0);
    assert_eq!((a.name.as_str(), b.name.as_str()), ("a", "b"));
}

#[test]
fn log_loss_is_finite_where_the_probability_is_too_small_for_a_number() {
    let mut decisions = plain(2, vec![1], vec![0.0, 1.0]);
    decisions.class_losses = vec![900.0, 0.0];
    let found = scores(&loss_of(2, &["whole"], multiplicative(None)), &decisions, &counted(&[900.0]), &[0], &[]);
    near(found.probabilities.log_loss, 900.0);
}

#[test]
fn decisions_that_are_not_numbers_are_measured_as_such() {
    let decisions = plain(2, vec![0, 0], vec![f64::NAN; 4]);
    let losses = counted(&[f64::NAN, 0.0]);
    let found = scores(&loss_of(2, &["whole"], multiplicative(None)), &decisions, &losses, &[0, 1], &[]);
    assert!(found.loss.is_nan() && found.probabilities.log_loss.is_nan() && found.auc.is_none());
    near(found.error, 0.5);
}
