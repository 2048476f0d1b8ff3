//! Every operation's gradient against finite differences, on the native kernels and on dfdx's operations, and
//! the agreement of the two.

use super::{BOTH, KEY, batch, close, gradient, noise, start};
use crate::support::network::Network;
use mmc::exec::{DeviceChoice, Params, initialize};
use mmc::fusion::{
    Combination, ConfidenceOrder, Dynamic, EvidenceRule, Evidential, Experts, Fuzzy, Multiplicative, Multitask,
    QGradient, RowWeight,
};
use mmc::ops::{Activation, Arithmetic, Op, UnitLogits};
use mmc::plan::{Batch, Plan, Slot};
use mmc::spec::Init;
use std::sync::Arc;

pub(super) const DETACHED: Combination = Combination::Multiplicative(Multiplicative {
    beta: 0.6,
    gradient: QGradient::Detached,
    boost: None,
    normalize: false,
    ..Multiplicative::CROSS_ENTROPY
});
pub(super) const ATTACHED: Combination = Combination::Multiplicative(Multiplicative {
    beta: 0.6,
    gradient: QGradient::Attached,
    boost: None,
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

/// A plan whose middle is the operation in question: with weights before and after it.
fn around(operation: impl Fn(&mut Network, Slot, Slot) -> Slot, combination: Combination) -> Plan {
    let mut net = Network::new(3);
    net.init(Init::Torch);
    let (a, b) = (net.input("a", 4), net.input("b", 3));
    let (left, right) = (net.linear(a, 5, None), net.linear(b, 5, None));
    let made = operation(&mut net, left, right);
    let logits = net.linear(made, 3, None);
    net.component(logits, 1.0);
    net.finish(combination)
}

/// Weights large enough for every part to matter, and none of them at its first value.
pub(super) fn weights(plan: &Plan) -> Params {
    let mut params = initialize(plan, 1);
    for (value, noise) in params.values.iter_mut().zip(noise(plan.parameter_count(), 77)) {
        *value += 0.5 * noise;
    }
    params
}

/// Compares every component of the gradient with a central difference of the loss.
pub(super) fn check(plan: &Plan, batch: &Batch, what: &str) {
    let params = weights(plan);
    for device in BOTH {
        let mut engine = start(plan, device, 1);
        let (_, found) = gradient(engine.as_mut(), &params, batch);
        assert!(found.iter().any(|g| g.abs() > 1e-2), "{what}: a gradient that vanishes proves nothing");
        let step = 1e-3f32;
        for (at, found) in found.iter().enumerate() {
            let mut at_distance = |by: f32| {
                let mut moved = params.clone();
                moved.values[at] += by;
                gradient(engine.as_mut(), &moved, batch).0
            };
            let slope = (at_distance(step) - at_distance(-step)) / (2.0 * f64::from(step));
            let tolerance = 6e-4 + 4e-3 * slope.abs();
            close(f64::from(*found), slope, tolerance, &format!("{what} on {device:?}, parameter {at}"));
        }
    }
}

fn check_operation(what: &str, operation: impl Fn(&mut Network, Slot, Slot) -> Slot) {
    check_operation_on(21, what, operation);
}

/// With a batch of another seed.
fn check_operation_on(seed: u64, what: &str, operation: impl Fn(&mut Network, Slot, Slot) -> Slot) {
    let plan = around(operation, DETACHED);
    check(&plan, &batch(&plan, 6, seed), what);
}

#[test]
fn linear_with_and_without_bias() {
    check_operation("linear", |_, a, _| a);
    check_operation("linear without bias", |net, a, _| {
        let weight = net.linear_params(5, 4)[0];
        net.linear_with(a, 4, None, &[weight])
    });
}

#[test]
fn weights_used_twice_add_up() {
    check_operation("shared weights", |net, a, b| {
        let params = net.linear_params(5, 5);
        let (a, b) = (net.linear_with(a, 5, None, &params), net.linear_with(b, 5, None, &params));
        net.sum(&[a, b])
    });
}

#[test]
fn activations() {
    for activation in [Activation::Tanh, Activation::Sigmoid, Activation::Gelu, Activation::Relu] {
        // A batch without a value near 0, where relu has no derivative for a difference to find.
        check_operation_on(25, &format!("{activation:?}"), |net, a, _| net.activation(a, activation));
        check_operation_on(25, &format!("fused {activation:?}"), |net, a, _| net.linear(a, 4, Some(activation)));
    }
}

#[test]
fn fill_missing() {
    let plan = around(
        |net, a, b| {
            let filled = net.fill_missing(a);
            // The other input may be missing too, on other rows.
            let other = net.fill_missing(b);
            net.sum(&[filled, other])
        },
        DETACHED,
    );
    let mut rows = batch(&plan, 6, 21);
    rows.present =
        vec![Some(vec![true, false, false, true, true, false]), Some(vec![false, true, false, true, true, true])];
    check(&plan, &rows, "fill_missing");
    rows.present[1] = None;
    check(&plan, &rows, "fill_missing of one of two");
}

#[test]
fn dropout() {
    check_operation("dropout", |net, a, _| net.dropout(a, 0.4));
}

#[test]
fn norms() {
    check_operation("batch_norm", |net, a, _| net.batch_norm(a, 1e-3, 0.1));
    check_operation("layer_norm", |net, a, _| net.layer_norm(a, 1e-3));
}

#[test]
fn unit_logits() {
    check_operation("unit", |net, a, _| net.layer(Op::UnitLogits(UnitLogits { scale: 3.0 }), &[a]));
}

#[test]
fn joining() {
    check_operation("concat", |net, a, b| net.concat(&[a, b, a]));
    check_operation("sum", |net, a, b| net.sum(&[a, b]));
    check_operation("sum with itself", |net, a, b| net.sum(&[a, a, b, a]));
    check_operation("sum of one", |net, a, _| net.sum(&[a]));
    check_operation("mean", |net, a, b| net.mean(&[a, b]));
}

#[test]
fn attention() {
    check_operation("attention", |net, a, b| {
        let scores = net.linear(a, 3, Some(Activation::Tanh));
        net.attend(scores, &[a, b, a])
    });
    check_operation("attention to one value", |net, a, b| {
        let score = net.linear(b, 1, None);
        net.attend(score, &[a])
    });
}

#[test]
fn attention_is_a_mean_of_values_by_the_softmax_of_their_scores() {
    let mut net = Network::new(3);
    let (a, b, scores) = (net.input("a", 3), net.input("b", 3), net.input("scores", 2));
    let merged = net.attend(scores, &[a, b]);
    net.component(merged, 1.0);
    let plan = net.finish(DETACHED);
    let inputs = vec![vec![1.0, 2.0, 3.0], vec![-1.0, 0.5, 4.0], vec![900.0, 900.0 + 3.0f32.ln()]];
    let rows = Batch { rows: 1, inputs, present: vec![None; 3], labels: vec![0], weights: vec![], past: vec![] };
    for device in BOTH {
        let found = start(&plan, device, 1).logits(&Arc::new(initialize(&plan, 1)), &rows).unwrap();
        for (found, expected) in found.components[0].iter().zip([-0.25, 0.4375, 1.875]) {
            close(f64::from(*found), expected, 1e-4, "attention");
        }
    }
}

#[test]
fn arithmetic() {
    for arithmetic in [Arithmetic::Add, Arithmetic::Sub, Arithmetic::Mul] {
        check_operation(&format!("{arithmetic:?}"), |net, a, b| net.binary(arithmetic, a, b));
        check_operation(&format!("{arithmetic:?} with itself"), |net, a, _| {
            let same = net.binary(arithmetic, a, a);
            net.sum(&[same, a])
        });
    }
    check_operation("division", |net, a, b| {
        let divisor = net.activation(b, Activation::Sigmoid);
        let divisor = net.affine(divisor, 1.0, 1.0);
        net.binary(Arithmetic::Div, a, divisor)
    });
    check_operation("a number divided by", |net, a, _| {
        let divisor = net.activation(a, Activation::Sigmoid);
        let divisor = net.affine(divisor, 1.0, 1.0);
        net.activation(divisor, Activation::Reciprocal)
    });
    check_operation("affine", |net, a, _| net.affine(a, -2.5, 0.75));
}

/// Three components of different weights over shared parts.
fn combined(combination: Combination) -> Plan {
    let mut net = Network::new(3);
    net.init(Init::Torch);
    let (a, b) = (net.input("a", 4), net.input("b", 3));
    let (left, right) = (net.linear(a, 5, Some(Activation::Tanh)), net.linear(b, 5, Some(Activation::Tanh)));
    let both = net.mean(&[left, right]);
    for (value, weight) in [(left, 0.3), (right, 0.7), (both, 1.0)] {
        // A score after the logits, where components have one.
        let logits = net.linear(value, 3 + usize::from(combination.has_scores()), None);
        net.component(logits, weight);
    }
    net.finish(combination)
}

#[test]
fn combinations() {
    // A difference sees `q` move too, so that it is compared where the gradient does; boosting far from its margin.
    let boosted = Combination::Multiplicative(Multiplicative {
        beta: 0.6,
        gradient: QGradient::Attached,
        boost: Some(0.3),
        normalize: false,
        ..Multiplicative::CROSS_ENTROPY
    });
    let zero = Combination::Multiplicative(Multiplicative {
        beta: 0.0,
        gradient: QGradient::Detached,
        boost: None,
        normalize: false,
        ..Multiplicative::CROSS_ENTROPY
    });
    let evidential = |rule| Combination::Evidential(Evidential { rule, anneal: 50 });
    let generalized = |normalize| {
        let rule = Multiplicative { beta: 0.6, gradient: QGradient::Attached, ..Multiplicative::CROSS_ENTROPY };
        Combination::Multiplicative(Multiplicative { gce: Some(0.7), normalize, ..rule })
    };
    for combination in [
        ATTACHED,
        NORMALIZED,
        boosted,
        zero,
        generalized(false),
        generalized(true),
        Combination::Average,
        evidential(EvidenceRule::Dempster),
        evidential(EvidenceRule::Mean),
        evidential(EvidenceRule::Discounted),
        Combination::Dynamic(Dynamic { by: RowWeight::Entropy, rank: 0.0 }),
        Combination::Fuzzy(Fuzzy {}),
        Combination::Multitask(Multitask {}),
        Combination::Experts(Experts {}),
    ] {
        let plan = combined(combination.clone());
        check(&plan, &batch(&plan, 6, 22), &format!("{combination:?}"));
        let mut missing = batch(&plan, 6, 22);
        missing.present[1] = Some(vec![true, false, true, false, false, true]);
        check(&plan, &missing, &format!("{combination:?} with rows missing"));
    }
}

#[test]
fn rows_ordered_by_past_losses() {
    let plan = combined(Combination::Dynamic(Dynamic { by: RowWeight::Energy, rank: 5.0 }));
    let plain = combined(Combination::Dynamic(Dynamic { by: RowWeight::Energy, rank: 0.0 }));
    let mut rows = batch(&plan, 6, 22);
    rows.present[1] = Some(vec![true, false, true, false, true, true]);
    // Of `energy` alone the weights are constant to the gradient, so that only the gradient of the term is compared.
    let past = |component: usize| (0..6).map(|row| ((row * 5 + component * 3) % 7) as f32 / 6.0).collect();
    let with_past = Batch { past: (0..plan.loss.components.len()).map(past).collect(), ..rows.clone() };
    let params = weights(&plan);
    for device in BOTH {
        let (mut engine, mut other) = (start(&plan, device, 1), start(&plain, device, 1));
        let without = gradient(other.as_mut(), &params, &rows);
        assert_eq!(gradient(engine.as_mut(), &params, &rows), without, "without a past");
        let mut term = |params: &Params| {
            gradient(engine.as_mut(), params, &with_past).0 - gradient(other.as_mut(), params, &rows).0
        };
        assert!(term(&params) > 0.5);
        let mut slopes = vec![];
        for at in 0..params.values.len() {
            let mut at_distance = |by: f32| {
                let mut moved = params.clone();
                moved.values[at] += by;
                term(&moved)
            };
            slopes.push((at_distance(1e-3) - at_distance(-1e-3)) / 2e-3);
        }
        let found = gradient(engine.as_mut(), &params, &with_past).1;
        for ((found, without), slope) in found.iter().zip(&without.1).zip(slopes) {
            close(f64::from(*found - *without), slope, 6e-4 + 4e-3 * slope.abs(), &format!("on {device:?}"));
        }
    }
}

#[test]
fn confidence_in_order() {
    let mut plan = combined(Combination::Multitask(Multitask {}));
    let order = ConfidenceOrder::new(0.8, &[vec![0], vec![1], vec![0, 1]]);
    plan.loss.order = Some(order);
    check(&plan, &batch(&plan, 6, 24), "cml");
    let (mut without, params) = (plan.clone(), weights(&plan));
    without.loss.order = None;
    let loss = |plan: &Plan, device| gradient(start(plan, device, 1).as_mut(), &params, &batch(plan, 40, 25)).0;
    for device in BOTH {
        assert!(loss(&plan, device) > loss(&without, device) + 1e-3, "no row is out of order");
        close(loss(&plan, device), loss(&plan, BOTH[0]), 1e-6, "on another device");
    }
}

#[test]
fn the_fused_loss_agrees_with_its_composition() {
    let boosted = Combination::Multiplicative(Multiplicative {
        beta: 1.0,
        gradient: QGradient::Detached,
        boost: Some(0.2),
        normalize: false,
        ..Multiplicative::CROSS_ENTROPY
    });
    let naive = Combination::Multiplicative(Multiplicative {
        beta: 0.8,
        gradient: QGradient::Detached,
        boost: Some(0.2),
        normalize: true,
        ..Multiplicative::CROSS_ENTROPY
    });
    let evidential = Combination::Evidential(Evidential { rule: EvidenceRule::Discounted, anneal: 50 });
    let energy = Combination::Dynamic(Dynamic { by: RowWeight::Energy, rank: 0.0 });
    let rule = Multiplicative { beta: 0.6, gradient: QGradient::Attached, ..Multiplicative::CROSS_ENTROPY };
    let gce = Combination::Multiplicative(Multiplicative { gce: Some(0.7), anneal: 4, ..rule });
    let whole = Combination::Multiplicative(Multiplicative { gce: Some(0.7), normalize: true, ..rule });
    let predicted = Combination::Dynamic(Dynamic { by: RowWeight::Predicted, rank: 0.0 });
    let (multitask, experts) = (Combination::Multitask(Multitask {}), Combination::Experts(Experts {}));
    let fuzzy = Combination::Fuzzy(Fuzzy {});
    let rest = [Combination::Average, evidential, energy, predicted, multitask, experts, fuzzy, gce, whole];
    for combination in [DETACHED, ATTACHED, NORMALIZED, naive, boosted].into_iter().chain(rest) {
        let plan = combined(combination.clone());
        let mut some = batch(&plan, 150, 23);
        some.present[0] = Some((0..150).map(|row| row % 5 != 1).collect());
        some.present[1] = Some((0..150).map(|row| row % 3 != 0).collect());
        let params = Arc::new(weights(&plan));
        let mut results = Vec::new();
        for device in BOTH {
            let mut engine = start(&plan, device, 2);
            let result = engine.step(&params, &some, KEY).unwrap();
            results.push((result.loss, result.errors, result.violations, result.gradients.to_vec()));
        }
        let (fused, composed) = (&results[0], &results[1]);
        close(composed.0, fused.0, 1e-6 * fused.0.abs().max(1.0), "loss");
        assert_eq!((fused.1, fused.2), (composed.1, composed.2));
        assert_eq!(fused.3.len(), 3);
        for (fused, composed) in fused.3.iter().flatten().zip(composed.3.iter().flatten()) {
            close(f64::from(*composed), f64::from(*fused), 2e-6, &format!("{combination:?}"));
        }
    }
}

#[test]
fn the_composition_is_finite_where_probabilities_saturate() {
    let modes = [QGradient::Detached, QGradient::Attached];
    for (mode, normalize) in modes.into_iter().flat_map(|mode| [(mode, false), (mode, true)]) {
        let mut net = Network::new(3);
        for name in ["a", "b"] {
            let x = net.input(name, 3);
            let logits = net.linear(x, 3, None);
            net.component(logits, 1.0);
        }
        let plan = net.finish(Combination::Multiplicative(Multiplicative {
            beta: 0.5,
            gradient: mode,
            boost: None,
            normalize,
            ..Multiplicative::CROSS_ENTROPY
        }));
        let mut params = initialize(&plan, 1);
        for id in [0, 2] {
            let range = params.range(id);
            params.values[range].copy_from_slice(&[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
        }
        let rows = Batch {
            rows: 3,
            inputs: vec![
                vec![900.0, 0.0, 0.0, 40.0, 0.0, -900.0, 0.0, 0.0, 0.0],
                vec![0.0, 900.0, 0.0, 80.0, 0.0, 0.0, 5.0, 5.0, 5.0],
            ],
            present: vec![None, None],
            labels: vec![2, 1, 0],
            weights: vec![],
            past: vec![],
        };
        let mut fused = start(&plan, DeviceChoice::Cpu, 1);
        let mut composed = start(&plan, DeviceChoice::CpuComposed, 1);
        let (loss, expected) = gradient(fused.as_mut(), &params, &rows);
        let (composed_loss, found) = gradient(composed.as_mut(), &params, &rows);
        close(composed_loss, loss, 1e-6 * loss, "loss");
        for (found, expected) in found.iter().zip(expected) {
            assert!(expected.is_finite());
            close(f64::from(*found), f64::from(expected), 1e-6 * f64::from(expected.abs()) + 1e-5, "gradient");
        }
    }
}

#[test]
fn kernels_agree_with_dfdx_on_a_deep_plan() {
    let mut net = Network::new(4);
    let (a, b) = (net.input("a", 21), net.input("b", 7));
    let left = net.linear(a, 90, Some(Activation::Relu));
    let left = net.layer_norm(left, 1e-5);
    let left = net.linear(left, 30, Some(Activation::Gelu));
    let right = net.linear(b, 30, Some(Activation::Sigmoid));
    let right = net.dropout(right, 0.25);
    let whole = net.concat(&[left, right]);
    let whole = net.activation(whole, Activation::Tanh);
    for value in [left, right, whole] {
        let logits = net.linear(value, 4, None);
        net.component(logits, 1.0);
    }
    let plan = net.finish(ATTACHED);
    let (params, rows) = (initialize(&plan, 4), batch(&plan, 130, 24));
    let (loss, fused) = gradient(start(&plan, DeviceChoice::Cpu, 2).as_mut(), &params, &rows);
    let (other_loss, composed) = gradient(start(&plan, DeviceChoice::CpuComposed, 2).as_mut(), &params, &rows);
    close(other_loss, loss, 1e-5, "loss");
    for (fused, composed) in fused.iter().zip(composed) {
        close(f64::from(composed), f64::from(*fused), 1e-6 + 1e-4 * f64::from(fused.abs()), "gradient");
    }
}
