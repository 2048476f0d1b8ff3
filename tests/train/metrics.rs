//! Metrics against scikit-learn's numbers and closed forms.

use super::softmax_regression::loss_of;
use mmc::spec::{Combination, QGradient};
use mmc::train::{Decisions, scores};
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
    auc: Option<f64>,
}

fn multiplicative(boost: Option<f64>) -> Combination {
    Combination::Multiplicative { beta: 0.5, gradient: QGradient::Detached, boost }
}

/// Decisions of one component that agrees with the whole.
fn plain(predictions: Vec<u32>, probabilities: Vec<f64>) -> Decisions {
    Decisions {
        class_loss: probabilities.iter().map(|p| -p.ln()).collect(),
        predictions,
        component_probabilities: vec![probabilities.clone()],
        q: vec![vec![1.0; probabilities.len()]],
        present: vec![None],
        probabilities,
    }
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
        let found = scores(&loss, &plain(case.predictions, case.probabilities), &case.labels);
        near(found.error, case.error);
        near(found.f1, case.f1);
        near(found.log_loss, case.log_loss);
        near(found.loss, case.log_loss);
        near(found.components[0].cross_entropy, case.log_loss);
        near(found.components[0].error, case.error);
        assert_eq!(found.auc.is_some(), case.auc.is_some(), "{}", case.name);
        near(found.auc.unwrap_or(0.0), case.auc.unwrap_or(0.0));
    }
}

#[test]
fn boosting_counts_the_rows_not_yet_right_by_the_margin() {
    // Class losses of the label 0 and of class 1: right by 2, by exactly 1, by 0.5, tied, wrong.
    let class_loss = vec![1.0, 3.0, 1.0, 2.0, 1.0, 1.5, 1.0, 1.0, 2.0, 0.5];
    let mut decisions = plain(vec![0, 0, 0, 0, 1], vec![0.5; 10]);
    decisions.class_loss = class_loss;
    for (margin, violations, sum) in [(0.0, 2, 3.0), (0.5, 3, 4.0), (1.0, 4, 5.0), (9.0, 5, 6.0)] {
        let found = scores(&loss_of(2, &["whole"], multiplicative(Some(margin))), &decisions, &[0; 5]);
        assert_eq!(found.violations, Some(violations), "margin {margin}");
        // The mean is over all rows, not over those that count.
        near(found.loss, sum / 5.0);
    }
    let found = scores(&loss_of(2, &["whole"], multiplicative(None)), &decisions, &[0; 5]);
    assert_eq!(found.violations, None);
    near(found.loss, 6.0 / 5.0);
}

#[test]
fn with_many_classes_the_nearest_other_class_decides_the_margin() {
    let mut decisions = plain(vec![1], vec![1.0 / 3.0; 3]);
    decisions.class_loss = vec![2.0, 1.0, 9.0];
    for (margin, violations) in [(0.9, 0), (1.0, 1)] {
        let found = scores(&loss_of(3, &["whole"], multiplicative(Some(margin))), &decisions, &[1]);
        assert_eq!(found.violations, Some(violations));
    }
}

#[test]
fn an_average_is_trained_by_the_cross_entropy_of_each() {
    let mut decisions = plain(vec![0], vec![0.625, 0.375]);
    decisions.component_probabilities = vec![vec![0.75, 0.25], vec![0.5, 0.5]];
    decisions.q = vec![vec![1.0; 2]; 2];
    let found = scores(&loss_of(2, &["a", "b"], Combination::Average), &decisions, &[0]);
    near(found.loss, -(0.75f64.ln() + 0.5f64.ln()));
    near(found.log_loss, -(0.625f64.ln()));
}

#[test]
fn a_component_is_measured_where_it_has_a_say() {
    let mut decisions = plain(vec![0, 1, 0], vec![0.5; 6]);
    decisions.component_probabilities = vec![vec![0.8, 0.2, 0.4, 0.6, 0.0, 0.0], vec![0.1, 0.9, 0.5, 0.5, 0.3, 0.7]];
    decisions.q = vec![vec![0.9, 0.1, 0.2, 0.4, 7.0, 7.0], vec![0.5; 6]];
    decisions.present = vec![Some(vec![true, true, false]), None];
    let found = scores(&loss_of(2, &["a", "b"], multiplicative(None)), &decisions, &[0, 1, 1]);
    let [a, b] = found.components.as_slice() else { panic!("two components") };
    near(a.cross_entropy, -(0.8f64.ln() + 0.6f64.ln()) / 2.0);
    near(a.error, 0.0);
    near(a.mean_q, (0.9 + 0.4) / 2.0);
    // A tie goes to the lowest class, which is wrong on the second row.
    near(b.error, 2.0 / 3.0);
    assert_eq!((a.name.as_str(), b.name.as_str()), ("a", "b"));
}

#[test]
fn a_probability_of_zero_is_a_large_finite_loss() {
    let found = scores(&loss_of(2, &["whole"], multiplicative(None)), &plain(vec![1], vec![0.0, 1.0]), &[0]);
    assert!(found.log_loss > 700.0 && found.log_loss.is_finite());
}

#[test]
fn decisions_that_are_not_numbers_are_measured_as_such() {
    let found = scores(&loss_of(2, &["whole"], multiplicative(None)), &plain(vec![0, 0], vec![f64::NAN; 4]), &[0, 1]);
    assert!(found.loss.is_nan() && found.log_loss.is_nan() && found.auc.is_none());
    near(found.error, 0.5);
}
