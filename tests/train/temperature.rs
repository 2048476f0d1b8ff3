//! The fitted temperature beside those of scikit-learn and scipy.

use super::softmax_regression::loss_of;
use mmc::exec::{ComponentDecisions, Decisions};
use mmc::fusion::{Combination, RowLoss};
use mmc::spec::CalibrationMethod;
use mmc::train::{fit_calibration, scores};
use serde::Deserialize;

#[derive(Deserialize)]
struct Fixture {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    classes: usize,
    /// Rows x classes.
    logits: Vec<f64>,
    labels: Vec<u32>,
    /// Temperature and log loss of `CalibratedClassifierCV(method="temperature")`.
    sklearn: f64,
    log_loss: f64,
    /// Temperature of least log loss with Platt's labels, by scipy.
    smoothed: f64,
}

/// Decisions of one component, whose class losses are `-log softmax` of these logits.
fn decisions(case: &Case, temperature: f64) -> Decisions {
    let class_losses: Vec<f64> = case
        .logits
        .chunks(case.classes)
        .flat_map(|logits| {
            let mass = logits.iter().map(|z| z.exp()).sum::<f64>().ln();
            logits.iter().map(move |z| mass - z)
        })
        .collect();
    let factor = 1.0 / temperature;
    let shares = |losses: &[f64]| {
        let raw: Vec<f64> = losses.iter().map(|loss| (-factor * loss).exp()).collect();
        let sum: f64 = raw.iter().sum();
        raw.into_iter().map(move |share| share / sum)
    };
    let probabilities: Vec<f64> = class_losses.chunks(case.classes).flat_map(shares).collect();
    let least = |losses: &[f64]| (0..losses.len()).min_by(|a, b| losses[*a].total_cmp(&losses[*b])).unwrap() as u32;
    let component = ComponentDecisions {
        probabilities: probabilities.clone(),
        neg_log_p: class_losses.clone(),
        q: vec![1.0; class_losses.len()],
        factor: 1.0,
        present: None,
    };
    Decisions {
        rows: case.labels.len(),
        classes: case.classes,
        factors: vec![factor; case.labels.len()],
        predicted: class_losses.chunks(case.classes).map(least).collect(),
        class_losses,
        probabilities,
        components: vec![component],
    }
}

#[test]
fn agrees_with_scikit_learn_and_scipy() {
    let fixture: Fixture = serde_json::from_str(include_str!("../fixtures/temperature.json")).unwrap();
    for case in &fixture.cases {
        let loss = loss_of(case.classes, &["whole"], Combination::CROSS_ENTROPY);
        let fit = fit_calibration(CalibrationMethod::Temperature, &loss, &decisions(case, 1.0), &case.labels);
        let found = fit.calibration.temperature;
        assert!((found / case.smoothed - 1.0).abs() < 1e-6, "{}: {found}, scipy {}", case.name, case.smoothed);
        // Without smoothed labels the minimum moves by an amount of the order of 1 / rows, where the loss is flat.
        let rows = case.labels.len() as f64;
        assert!((found / case.sklearn - 1.0).abs() < 6.0 / rows, "{}: {found}, sklearn {}", case.name, case.sklearn);
        let counted = vec![RowLoss { loss: 0.0, counts: true }; case.labels.len()];
        let measured = scores(&loss, &decisions(case, found), &counted, &case.labels, &[]).probabilities.log_loss;
        let above = measured - case.log_loss;
        assert!((0.0..0.1 / rows).contains(&above), "{}: {measured}, sklearn {}", case.name, case.log_loss);
    }
}
