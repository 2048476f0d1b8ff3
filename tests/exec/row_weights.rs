//! The weights of rows in the loss: under every combination a row of weight 3 is three rows, in the loss and in its
//! gradient, and a weight of 1 changes no bit.

use super::gradients::{ATTACHED, DETACHED, check, weights};
use super::{BOTH, batch, close, gradient, start};
use crate::support::network::Network;
use mmc::fusion::{Combination, Combiner, Multiplicative, QGradient};
use mmc::plan::{Batch, Plan};

const BOOSTED: Combination = Combination::Multiplicative(Multiplicative {
    beta: 0.6,
    gradient: QGradient::Detached,
    boost: Some(0.1),
    normalize: false,
    ..Multiplicative::CROSS_ENTROPY
});
const NORMALIZED: Combination = Combination::Multiplicative(Multiplicative {
    beta: 0.6,
    gradient: QGradient::Attached,
    boost: None,
    normalize: true,
    ..Multiplicative::CROSS_ENTROPY
});

/// Every combination with a name.
fn combinations() -> [(&'static str, Combination); 7] {
    [
        ("detached", DETACHED),
        ("attached", ATTACHED),
        ("boosted", BOOSTED),
        ("normalized", NORMALIZED),
        ("average", Combination::Average),
        ("vote", Combination::Vote),
        ("learned", Combination::Learned(Combiner::default())),
    ]
}

fn plan(combination: Combination) -> Plan {
    let mut net = Network::new(3);
    let (a, b) = (net.input("a", 4), net.input("b", 3));
    for (input, weight) in [(a, 1.0), (b, 0.5)] {
        let logits = net.linear(input, 3, None);
        net.component(logits, weight);
    }
    net.finish(combination)
}

/// Rows without the first modality among them.
fn rows(plan: &Plan, count: usize) -> Batch {
    let mut rows = batch(plan, count, 5);
    rows.present[0] = Some((0..count).map(|row| row % 4 != 1).collect());
    rows
}

/// These rows, each as often as it weighs.
fn repeated(plan: &Plan, rows: &Batch, times: &[usize]) -> Batch {
    let places: Vec<usize> = (0..rows.rows).flat_map(|row| std::iter::repeat_n(row, times[row])).collect();
    let numbers = |(input, of): (&mmc::plan::Input, &Vec<f32>)| {
        let width = input.shape.size();
        places.iter().flat_map(|row| of[row * width..(row + 1) * width].to_vec()).collect()
    };
    Batch {
        rows: places.len(),
        inputs: plan.inputs.iter().zip(&rows.inputs).map(numbers).collect(),
        present: rows
            .present
            .iter()
            .map(|of| of.as_ref().map(|of| places.iter().map(|row| of[*row]).collect()))
            .collect(),
        labels: places.iter().map(|row| rows.labels[*row]).collect(),
        weights: vec![],
        past: vec![],
    }
}

#[test]
fn gradients_of_weighted_rows() {
    for (name, combination) in combinations() {
        // A detached `q` is constant to the gradient only, not to a difference.
        if ["detached", "boosted"].contains(&name) {
            continue;
        }
        let plan = plan(combination);
        let rows = Batch { weights: vec![0.5, 3.0, 0.0, 1.25, 2.0, 7.0], ..rows(&plan, 6) };
        check(&plan, &rows, name);
    }
}

#[test]
fn a_weight_is_as_many_rows() {
    for (name, combination) in combinations() {
        let plan = plan(combination);
        let params = weights(&plan);
        // Several shards, one of them without any weight.
        let count = 150;
        let times: Vec<usize> = (0..count).map(|row| if row < 70 { 0 } else { row % 4 }).collect();
        let weighted = Batch { weights: times.iter().map(|times| *times as f64).collect(), ..rows(&plan, count) };
        let repeated = repeated(&plan, &weighted, &times);
        for device in BOTH {
            let mut engine = start(&plan, device, 1);
            let (loss, found) = gradient(engine.as_mut(), &params, &weighted);
            let (expected_loss, expected) = gradient(engine.as_mut(), &params, &repeated);
            close(loss, expected_loss, 1e-5, name);
            for (at, (found, expected)) in found.iter().zip(&expected).enumerate() {
                close(f64::from(*found), f64::from(*expected), 2e-6, &format!("{name} on {device:?}, parameter {at}"));
            }
        }
    }
}

#[test]
fn weights_of_1_change_no_bit_and_weights_of_0_leave_no_gradient() {
    for (name, combination) in combinations() {
        let plan = plan(combination);
        let params = weights(&plan);
        let plain = rows(&plan, 100);
        for device in BOTH {
            let mut engine = start(&plan, device, 1);
            let expected = gradient(engine.as_mut(), &params, &plain);
            let of_one = Batch { weights: vec![1.0; 100], ..plain.clone() };
            assert_eq!(gradient(engine.as_mut(), &params, &of_one), expected, "{name} on {device:?}");
            let of_none = Batch { weights: vec![0.0; 100], ..plain.clone() };
            let (loss, found) = gradient(engine.as_mut(), &params, &of_none);
            assert!(loss == 0.0 && found.iter().all(|gradient| *gradient == 0.0), "{name} on {device:?}: {loss}");
        }
    }
}

#[test]
fn weights_of_another_number_of_rows_are_refused() {
    let plan = plan(DETACHED);
    let wrong = Batch { weights: vec![1.0; 3], ..rows(&plan, 4) };
    let mut engine = start(&plan, mmc::exec::DeviceChoice::Cpu, 1);
    assert!(engine.step(&std::sync::Arc::new(weights(&plan)), &wrong, super::KEY).is_err());
}
