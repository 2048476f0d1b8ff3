//! Decisions with their own `beta`, temperatures and prior, and the training losses that go with them, against the numbers of
//! an independent program (`tests/fixtures/fusion.py`) and in the cases where they change nothing.

use crate::support::fusion_fixture::{FusionCase, cases};
use mmc::fusion::{ClassLoss, Combination, Decision, DecisionBeta, Multiplicative, PriorCount, QGradient};
use proptest::prelude::*;

const HALF: Multiplicative = Multiplicative { beta: 0.5, ..Multiplicative::CROSS_ENTROPY };

fn all_close(found: &[f64], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-11 * expected.abs().max(1.0), "{what}: {found} instead of {expected}");
    }
}

fn filled(mut node: ClassLoss, logits: &[Vec<f64>], present: &[bool]) -> ClassLoss {
    node.row.logits = logits.concat();
    node.row.present = present.to_vec();
    node.forward();
    node
}

#[test]
fn training_losses_are_those_of_an_independent_program() {
    let gce = Multiplicative { gce: Some(0.7), ..HALF };
    let methods = [
        ("gce", gce, None),
        ("gce, normalized", Multiplicative { normalize: true, ..gce }, None),
        ("epoch 4 of 10", Multiplicative { anneal: 10, ..HALF }, Some(4)),
        ("epoch 1 of 10", Multiplicative { anneal: 10, ..HALF }, Some(1)),
    ];
    for (name, rule, epoch) in methods {
        let found = cases(name);
        assert_eq!(found.len(), 6, "{name}");
        for FusionCase { logits, present, label, losses, loss, gradient, .. } in found {
            let what = format!("{name}, {present:?}, label {label}");
            let mut node = ClassLoss::new(&Combination::Multiplicative(rule), &[1.0; 3], 4);
            node.row.epoch = epoch;
            let mut node = filled(node, &logits, &present);
            all_close(&node.row.losses, &losses, &what);
            all_close(&[node.row_loss(label).loss], &[loss], &what);
            node.backward(label);
            all_close(&node.row.gradient, &gradient.concat(), &what);
        }
    }
}

#[test]
fn decisions_are_those_of_an_independent_program() {
    let log_prior: Vec<f64> = [0.1, 0.2, 0.3, 0.4f64].map(f64::ln).to_vec();
    let once = Multiplicative { prior: PriorCount::Once, ..HALF };
    let fitted = Decision { beta: Some(0.8), temperatures: vec![0.5, 2.0, 1.25], log_prior: log_prior.clone() };
    let prior = Decision { log_prior, ..Decision::default() };
    for (name, rule, decision) in [("decision", once, fitted), ("prior once", once, prior)] {
        let found = cases(name);
        assert_eq!(found.len(), 6, "{name}");
        for FusionCase { logits, present, losses, .. } in found {
            let node = ClassLoss::deciding(&Combination::Multiplicative(rule), &decision, &[1.0; 3], 4);
            let node = filled(node, &logits, &present);
            all_close(&node.row.losses, &losses, &format!("{name}, {present:?}"));
            let least = (0..4).min_by(|a, b| losses[*a].total_cmp(&losses[*b])).unwrap();
            assert_eq!(node.decision(), least);
        }
    }
}

#[test]
fn the_beta_of_the_decision_is_not_that_of_the_training() {
    let logits = [vec![2.0, 0.1, -1.0], vec![-0.5, 1.0, 0.2]];
    let losses = |beta: f64| {
        let rule = Combination::Multiplicative(Multiplicative { beta, ..HALF });
        filled(ClassLoss::new(&rule, &[1.0; 2], 3), &logits, &[true; 2]).row.losses
    };
    let fixed = Combination::Multiplicative(Multiplicative { decide: DecisionBeta::Fixed(0.9), anneal: 7, ..HALF });
    let decided = |decision: &Decision| {
        filled(ClassLoss::deciding(&fixed, decision, &[1.0; 2], 3), &logits, &[true; 2]).row.losses
    };
    assert_eq!(decided(&Decision::default()), losses(0.9));
    assert_eq!(decided(&Decision { beta: Some(0.2), ..Decision::default() }), losses(0.2));
    let mut training = ClassLoss::new(&fixed, &[1.0; 2], 3);
    training.row.epoch = Some(8);
    assert_eq!(filled(training, &logits, &[true; 2]).row.losses, losses(0.5));
    // Other combinations have no decision of their own.
    let fitted = Decision { beta: Some(0.2), ..Decision::default() };
    let average = filled(ClassLoss::new(&Combination::Average, &[1.0; 2], 3), &logits, &[true; 2]);
    let deciding = filled(ClassLoss::deciding(&Combination::Average, &fitted, &[1.0; 2], 3), &logits, &[true; 2]);
    assert_eq!(average.row.losses, deciding.row.losses);
}

/// Two equal and independent inputs under imbalance: counted once, the product is the posterior of Bayes' rule.
#[test]
fn once_is_what_bayes_says() {
    let (prior, likelihood) = ([0.9, 0.1], [[0.2, 0.8], [0.3, 0.7]]);
    let posterior = |of: &[[f64; 2]]| {
        let joint = [0, 1].map(|class| prior[class] * of.iter().map(|l| l[class]).product::<f64>());
        joint.map(|p| p / (joint[0] + joint[1]))
    };
    let logits: Vec<Vec<f64>> = likelihood.iter().map(|l| posterior(&[*l]).map(f64::ln).to_vec()).collect();
    let decision = Decision { log_prior: prior.map(f64::ln).to_vec(), ..Decision::default() };
    let rule = Multiplicative { beta: 0.0, prior: PriorCount::Once, ..HALF };
    let node = ClassLoss::deciding(&Combination::Multiplicative(rule), &decision, &[1.0; 2], 2);
    for (present, of) in [([true, true], &likelihood[..]), ([false, true], &likelihood[1..]), ([false, false], &[])] {
        let losses = filled(node.clone(), &logits, &present).row.losses;
        let expected = posterior(of);
        assert!(((losses[0] - losses[1]).exp() - expected[1] / expected[0]).abs() < 1e-12, "{present:?}: {losses:?}");
    }
}

#[test]
fn a_label_that_nothing_supports_has_no_gradient_and_a_bounded_loss() {
    for normalize in [false, true] {
        for gradient in [QGradient::Detached, QGradient::Attached] {
            let rule = Multiplicative { gce: Some(0.5), gradient, normalize, ..HALF };
            let node = ClassLoss::new(&Combination::Multiplicative(rule), &[1.0; 2], 3);
            let mut node = filled(node, &[vec![800.0, 0.0, 1.0], vec![700.0, 5.0, 0.0]], &[true; 2]);
            // At most 1 / r of each component, or of the whole.
            let most = if normalize { 2.0 } else { 4.0 };
            assert!(node.row_loss(1).loss <= most && node.row_loss(1).loss > 0.99 * most);
            node.backward(1);
            assert!(node.row.gradient.iter().all(|slope| slope.abs() < 1e-9), "{:?}", node.row.gradient);
        }
    }
}

proptest! {
    /// A row that lacks components is decided as by the rule without them, to the last bit of rounding.
    #[test]
    fn what_is_missing_is_as_if_it_did_not_exist(
        logits in prop::collection::vec(-4.0f64..4.0, 12),
        logs in prop::collection::vec(-1.0f64..1.0, 4),
        has in 1usize..16,
        beta in 0.0f64..2.0,
    ) {
        let rule = Combination::Multiplicative(Multiplicative { prior: PriorCount::Once, ..HALF });
        let temperatures: Vec<f64> = logs.iter().map(|log| log.exp()).collect();
        let log_prior = [0.2, 0.5, 0.3f64].map(f64::ln).to_vec();
        let which: Vec<usize> = (0..4).filter(|component| has >> component & 1 == 1).collect();
        let rows: Vec<Vec<f64>> = logits.chunks(3).map(<[f64]>::to_vec).collect();
        let whole = Decision { beta: Some(beta), temperatures: temperatures.clone(), log_prior };
        let own = Decision { temperatures: which.iter().map(|at| temperatures[*at]).collect(), ..whole.clone() };
        let present: Vec<bool> = (0..4).map(|component| which.contains(&component)).collect();
        let some = filled(ClassLoss::deciding(&rule, &whole, &[1.0; 4], 3), &rows, &present);
        let left: Vec<Vec<f64>> = which.iter().map(|at| rows[*at].clone()).collect();
        let weights = vec![1.0; which.len()];
        let alone = filled(ClassLoss::deciding(&rule, &own, &weights, 3), &left, &vec![true; which.len()]);
        // Sums of at most four terms below 20 in the same order, with zeros among them.
        for (found, expected) in some.row.losses.iter().zip(&alone.row.losses) {
            prop_assert!((found - expected).abs() < 1e-12 * expected.abs().max(1.0), "{} {}", found, expected);
        }
        let cells = which.iter().flat_map(|component| (0..3).map(move |class| component * 3 + class));
        for (at, expected) in cells.zip(&alone.row.neg_log_p) {
            prop_assert_eq!(some.row.neg_log_p[at], *expected);
        }
    }
}
