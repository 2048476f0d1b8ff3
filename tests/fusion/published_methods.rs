//! Evidential, dynamic, fuzzy and multitask combinations and mixtures of experts against the numbers of an independent program (`tests/fixtures/fusion.py`), and
//! in the limits where their formulas are in danger.

use crate::support::fusion_fixture::{FusionCase, cases};
use mmc::fusion::{
    ClassLoss, Combination, Complementary, ConfidenceOrder, Dynamic, EvidenceRule, Evidential, Experts, Fuzzy,
    Multitask, RowWeight,
};

fn evidential(rule: EvidenceRule) -> Combination {
    Combination::Evidential(Evidential { rule, anneal: 50 })
}

/// Every method by its name in the numbers, with the epoch of the row.
fn methods() -> Vec<(&'static str, Combination, Option<u64>)> {
    vec![
        ("dempster", evidential(EvidenceRule::Dempster), None),
        ("dempster, epoch 10 of 50", evidential(EvidenceRule::Dempster), Some(10)),
        ("mean", evidential(EvidenceRule::Mean), Some(50)),
        ("discounted", evidential(EvidenceRule::Discounted), Some(500)),
        ("energy", Combination::Dynamic(Dynamic { by: RowWeight::Energy, rank: 0.0 }), Some(1)),
        ("entropy", Combination::Dynamic(Dynamic { by: RowWeight::Entropy, rank: 0.0 }), None),
        ("fuzzy", Combination::Fuzzy(Fuzzy {}), None),
        ("multitask", Combination::Multitask(Multitask {}), None),
        ("experts", Combination::Experts(Experts {}), None),
        ("complementary", Combination::Complementary(Complementary { floor: 0.8 }), None),
        ("predicted", Combination::Dynamic(Dynamic { by: RowWeight::Predicted, rank: 0.0 }), None),
    ]
}

fn node(combination: &Combination, logits: &[Vec<f64>], present: &[bool]) -> ClassLoss {
    let classes = logits[0].len() - usize::from(combination.has_scores());
    let mut node = ClassLoss::new(combination, &vec![1.0; logits.len()], classes);
    node.row.logits = logits.iter().flat_map(|numbers| numbers[..classes].to_vec()).collect();
    if combination.has_scores() {
        node.row.scores = logits.iter().map(|numbers| numbers[classes]).collect();
    }
    node.row.present = present.to_vec();
    node
}

/// The gradient by all numbers of every component.
fn gradient_of(node: &ClassLoss, combination: &Combination) -> Vec<f64> {
    let scores =
        node.row.score_gradient.iter().map(|score| if combination.has_scores() { vec![*score] } else { vec![] });
    node.row.gradient.chunks(node.row.classes).zip(scores).flat_map(|(own, score)| [own, &score].concat()).collect()
}

fn all_close(found: &[f64], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-11 * expected.abs().max(1.0), "{what}: {found} instead of {expected}");
    }
}

#[test]
fn as_an_independent_program_has_it() {
    for (name, combination, epoch) in methods() {
        let found = cases(name);
        assert_eq!(found.len(), 6, "{name}");
        for FusionCase { logits, present, label, losses, loss, gradient, .. } in found {
            let what = format!("{name}, {present:?}, label {label}");
            let mut node = node(&combination, &logits, &present);
            node.row.epoch = epoch;
            node.forward();
            all_close(&node.row.losses, &losses, &format!("{what}: class losses"));
            all_close(&[node.row_loss(label).loss], &[loss], &format!("{what}: loss"));
            node.backward(label);
            all_close(&gradient_of(&node, &combination), &gradient.concat(), &format!("{what}: gradient"));
        }
    }
}

#[test]
fn losing_an_input_may_not_raise_the_confidence() {
    let order = ConfidenceOrder::new(0.3, &[vec![0], vec![1], vec![0, 1]]);
    assert_eq!(order.pairs, [(0, 2), (1, 2)]);
    let found = cases("multitask, cml 0.3");
    assert_eq!(found.len(), 6);
    for FusionCase { logits, present, label, loss, gradient, .. } in found {
        let what = format!("{present:?}, label {label}");
        let mut node = node(&Combination::Multitask(Multitask {}), &logits, &present).with_order(Some(&order));
        node.forward();
        all_close(&[node.row_loss(label).loss], &[loss], &format!("{what}: loss"));
        node.backward(label);
        all_close(&node.row.gradient, &gradient.concat(), &format!("{what}: gradient"));
    }
}

#[test]
fn a_row_without_components_has_no_loss() {
    for (name, combination, _) in methods() {
        let mut node = node(&combination, &[vec![3.0, 1.0, 2.0], vec![-1.0, 0.0, 1.0]], &[false, false]);
        node.forward();
        assert_eq!(
            (node.row.losses.as_slice(), node.row_loss(node.row.classes - 1).loss, node.decision()),
            (&vec![0.0; node.row.classes][..], 0.0, 0),
            "{name}"
        );
        node.backward(node.row.classes - 1);
        assert!(gradient_of(&node, &combination).iter().all(|number| *number == 0.0), "{name}");
    }
}

#[test]
fn large_logits_and_zeros_are_finite() {
    for (name, combination, _) in methods() {
        for logits in [
            [vec![900.0, -900.0, 0.0], vec![-900.0, 900.0, 0.0]],
            [vec![1e30, 0.0, -1e30], vec![1e30, 0.0, -1e30]],
            [vec![0.0; 3], vec![0.0; 3]],
            [vec![-1e4; 3], vec![-1e4; 3]],
        ] {
            for label in 0..3 - usize::from(combination.has_scores()) {
                let mut node = node(&combination, &logits, &[true, true]);
                node.forward();
                let loss = node.row_loss(label).loss;
                node.backward(label);
                let numbers =
                    node.row.losses.iter().chain(&node.row.gradient).chain(&node.row.score_gradient).chain([&loss]);
                assert!(numbers.into_iter().all(|number| number.is_finite()), "{name}, {logits:?}: {:?}", node.row);
            }
        }
    }
}

/// A row that the others know counts for a component as much as the floor leaves of it, and one they are wrong about in full.
#[test]
fn what_the_others_know_is_learned_less() {
    let rule = Combination::Complementary(Complementary { floor: 0.25 });
    let gradient = |others: f64| {
        let mut node = node(&rule, &[vec![0.0, 0.0], vec![others, 0.0], vec![others, 0.0]], &[true; 3]);
        node.forward();
        node.backward(0);
        node.row.gradient[0]
    };
    all_close(&[gradient(400.0), gradient(-400.0), gradient(0.0)], &[-0.125, -0.5, -0.5 * 0.625], "gradient");
}

/// A component without evidence changes nothing under Dempster's rule, and evidence for the same class adds up.
#[test]
fn ignorance_is_neutral_to_dempster_and_agreement_adds_up() {
    let rule = evidential(EvidenceRule::Dempster);
    let sure = vec![3.0, -2.0, -1.0];
    let decided = |logits: &[Vec<f64>]| {
        let mut node = node(&rule, logits, &vec![true; logits.len()]);
        node.forward();
        node.row.losses.clone()
    };
    let alone = decided(std::slice::from_ref(&sure));
    all_close(&decided(&[sure.clone(), vec![-800.0; 3]]), &alone, "with one that knows nothing");
    assert!(decided(&[sure.clone(), sure.clone()])[0] < alone[0]);
    // A mean of two equal opinions is that opinion.
    let mut mean = node(&evidential(EvidenceRule::Mean), &[sure.clone(), sure], &[true, true]);
    mean.forward();
    all_close(&mean.row.losses, &alone, "mean of equals");
}
