//! `logits = unit(scale)` against numbers of an independent program (`tests/fixtures/fusion.py`), and at the vectors where a
//! division by the length is dangerous.

use super::gradients::DETACHED;
use super::{BOTH, KEY, close, start};
use crate::support::fusion_fixture::cases;
use crate::support::network::Network;
use mmc::exec::{Params, decide, row_losses};
use mmc::fusion::{Calibration, Combination, Decision, Multiplicative};
use mmc::ops::{Op, UnitLogits};
use mmc::plan::{Batch, Plan};
use std::sync::Arc;

/// Components of as many inputs, each the identity and then of length `scale`.
fn plan(components: usize, classes: usize, scale: f64, combination: Combination) -> (Plan, Params) {
    let mut net = Network::new(classes);
    for component in 0..components {
        let x = net.input(&format!("x{component}"), classes);
        let same = net.linear(x, classes, None);
        let logits = net.layer(Op::UnitLogits(UnitLogits { scale }), &[same]);
        net.component(logits, 1.0);
    }
    let plan = net.finish(combination);
    let mut params = Params::zeros(&plan);
    for component in 0..components {
        let range = params.range(2 * component);
        for class in 0..classes {
            params.values[range.start + class * (classes + 1)] = 1.0;
        }
    }
    (plan, params)
}

fn rows(inputs: Vec<Vec<f32>>, present: Vec<Option<Vec<bool>>>, labels: Vec<u32>) -> Batch {
    Batch { rows: labels.len(), inputs, present, labels, weights: vec![], past: vec![] }
}

#[test]
fn as_an_independent_program_has_it() {
    let half = Combination::Multiplicative(Multiplicative { beta: 0.5, ..Multiplicative::CROSS_ENTROPY });
    let (plan, params) = plan(3, 4, 3.0, half);
    let (params, found) = (Arc::new(params), cases("unit(3)"));
    assert_eq!(found.len(), 6);
    for case in found {
        let inputs = case.logits.iter().map(|z| z.iter().map(|z| *z as f32).collect()).collect();
        let present = case.present.iter().map(|present| Some(vec![*present])).collect();
        let batch = rows(inputs, present, vec![case.label as u32]);
        for device in BOTH {
            let mut engine = start(&plan, device, 1);
            let logits = engine.logits(&params, &batch).unwrap();
            let decided = decide(&plan.loss, &Decision::default(), &Calibration::default(), &logits);
            for (found, expected) in decided.class_losses.iter().zip(&case.losses) {
                close(*found, *expected, 2e-6, "class loss");
            }
            close(row_losses(&plan.loss, &logits, &batch.labels)[0].loss, case.loss, 2e-6, "loss");
            let result = engine.step(&params, &batch, KEY).unwrap();
            close(result.loss, case.loss, 2e-6, "loss of the step");
            for (component, expected) in case.gradient.iter().enumerate() {
                let bias = &result.gradients[0][params.range(2 * component + 1)];
                for (found, expected) in bias.iter().zip(expected) {
                    close(f64::from(*found), *expected, 2e-6, "gradient");
                }
            }
        }
    }
}

#[test]
fn short_and_long_vectors_have_the_length_and_zero_stays_zero() {
    let (plan, params) = plan(1, 3, 10.0, DETACHED);
    let params = Arc::new(params);
    let direction = [0.6f32, 0.0, -0.8];
    let sizes = [1e-9f32, 1e-4, 1.0, 1e9, 1e18];
    let mut numbers: Vec<f32> = sizes.iter().flat_map(|size| direction.map(|x| x * size)).collect();
    numbers.extend([0.0, 0.0, 0.0, 1e-30, 0.0, -1e-30]);
    let batch = rows(vec![numbers], vec![None], vec![0; sizes.len() + 2]);
    for device in BOTH {
        let mut engine = start(&plan, device, 1);
        let logits = engine.logits(&params, &batch).unwrap();
        for (row, found) in logits.components[0].chunks(3).enumerate() {
            let expected = if row < sizes.len() { [6.0, 0.0, -8.0] } else { [0.0; 3] };
            for (found, expected) in found.iter().zip(expected) {
                close(f64::from(*found), expected, 1e-5, &format!("{device:?}, row {row}"));
            }
        }
        let result = engine.step(&params, &batch, KEY).unwrap();
        assert!(result.loss.is_finite() && result.gradients.iter().flatten().all(|g| g.is_finite()), "{device:?}");
        let zeros = rows(vec![vec![0.0; 3]], vec![None], vec![0]);
        let result = engine.step(&params, &zeros, KEY).unwrap();
        close(result.loss, 3f64.ln(), 1e-6, "a zero vector knows nothing");
        assert!(result.gradients.iter().flatten().all(|g| *g == 0.0));
    }
}
