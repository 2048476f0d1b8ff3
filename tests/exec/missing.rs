//! Rows on which a modality is missing.

use super::{BOTH, KEY, batch, close, start};
use crate::support::network::Network;
use mmc::exec::initialize;
use mmc::fusion::{Combination, Multiplicative, QGradient};
use mmc::ops::Activation;
use mmc::plan::Plan;
use std::sync::Arc;

/// One component for each of two inputs and one for both, or for the first input alone.
fn plan(alone: bool) -> Plan {
    let mut net = Network::new(3);
    let a = net.input("a", 4);
    let left = net.linear(a, 6, Some(Activation::Tanh));
    let logits = net.linear(left, 3, None);
    net.component(logits, 1.0);
    if !alone {
        let b = net.input("b", 3);
        let right = net.linear(b, 6, Some(Activation::Tanh));
        let logits = net.linear(right, 3, None);
        net.component(logits, 1.0);
        let both = net.sum(&[left, right]);
        let logits = net.linear(both, 3, None);
        net.component(logits, 1.0);
    }
    net.finish(Combination::Multiplicative(Multiplicative {
        beta: 0.8,
        gradient: QGradient::Attached,
        boost: None,
        normalize: false,
    }))
}

#[test]
fn a_missing_modality_leaves_the_others() {
    let (whole, alone) = (plan(false), plan(true));
    let (whole_params, alone_params) = (Arc::new(initialize(&whole, 1)), Arc::new(initialize(&alone, 1)));
    let mut rows = batch(&whole, 90, 41);
    rows.present[1] = Some(vec![false; 90]);
    let mut left = rows.clone();
    left.inputs.truncate(1);
    left.present.truncate(1);
    for device in BOTH {
        let mut one = start(&whole, device, 2);
        let mut other = start(&alone, device, 2);
        let found = one.step(&whole_params, &rows, KEY).unwrap();
        let expected = other.step(&alone_params, &left, KEY).unwrap();
        close(found.loss, expected.loss, 1e-6, "loss");
        assert_eq!(found.errors, expected.errors);
        for (found, expected) in found.gradients.iter().zip(expected.gradients.iter()) {
            let (own, others) = found.split_at(alone.parameter_count());
            for (own, expected) in own.iter().zip(expected) {
                close(f64::from(*own), f64::from(*expected), 1e-7, "gradient");
            }
            assert!(others.iter().all(|g| *g == 0.0));
        }
        let logits = one.logits(&whole_params, &rows).unwrap();
        assert_eq!(logits.present, [None, Some(vec![false; 90]), Some(vec![false; 90])]);
    }
}

#[test]
fn rows_without_any_modality_cost_nothing() {
    let plan = plan(false);
    let params = Arc::new(initialize(&plan, 1));
    let mut rows = batch(&plan, 90, 42);
    rows.present = vec![Some(vec![false; 90]); 2];
    for device in BOTH {
        let mut engine = start(&plan, device, 2);
        let found = engine.step(&params, &rows, KEY).unwrap();
        assert_eq!(found.loss, 0.0);
        assert!(found.gradients.iter().flatten().all(|g| *g == 0.0));
    }
}
