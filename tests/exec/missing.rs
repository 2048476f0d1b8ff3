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
        ..Multiplicative::CROSS_ENTROPY
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

/// `a`, and `b` filled, side by side; or `a` beside zeros of the width of `b`'s encoder.
fn filled_plan() -> Plan {
    let mut net = Network::new(3);
    let (a, b) = (net.input("a", 4), net.input("b", 3));
    let right = net.linear(b, 6, Some(Activation::Tanh));
    let right = net.fill_missing(right);
    let both = net.concat(&[a, right]);
    let logits = net.linear(both, 3, None);
    net.component(logits, 1.0);
    net.finish(Combination::CROSS_ENTROPY)
}

#[test]
fn a_filled_value_is_the_learned_vector_where_it_is_missing_and_the_value_elsewhere() {
    let plan = filled_plan();
    let params = Arc::new(super::gradients::weights(&plan));
    let mut rows = batch(&plan, 90, 43);
    let present: Vec<bool> = (0..90).map(|row| row % 3 != 0).collect();
    rows.present[0] = None;
    rows.present[1] = Some(present.clone());
    // What a missing row holds decides nothing.
    let mut other = rows.clone();
    for row in (0..90).filter(|row| !present[*row]) {
        other.inputs[1][3 * row..3 * row + 3].fill(7.5);
    }
    let mut all = rows.clone();
    all.present[1] = None;
    for device in BOTH {
        let mut engine = start(&plan, device, 2);
        let logits = engine.logits(&params, &rows).unwrap();
        assert_eq!(logits.present, [None], "a filled component is there on every row");
        assert_eq!(engine.logits(&params, &other).unwrap().components, logits.components);
        let whole = engine.logits(&params, &all).unwrap();
        for (row, present) in present.iter().enumerate() {
            let same = logits.components[0][3 * row..3 * row + 3] == whole.components[0][3 * row..3 * row + 3];
            assert_eq!(same, *present, "row {row}");
        }
        // No gradient reaches the encoder from rows where it is missing.
        let mut none = rows.clone();
        none.present[1] = Some(vec![false; 90]);
        let found = engine.step(&params, &none, KEY).unwrap();
        let encoder = plan.params[0].offset..plan.params[1].offset + plan.params[1].shape.size();
        let stand_in = plan.params[2].offset..plan.params[2].offset + plan.params[2].shape.size();
        assert!(found.gradients.iter().all(|shard| shard[encoder.clone()].iter().all(|g| *g == 0.0)));
        assert!(found.gradients.iter().any(|shard| shard[stand_in.clone()].iter().any(|g| *g != 0.0)));
    }
}
