//! The class loss against reference numbers, finite differences and its own definition.

use super::close;
use mmc::exec::{Logits, decide, row_losses};
use mmc::fusion::{Calibration, ClassLoss, Combination, Combiner, Decision, Multiplicative, QGradient};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn multiplicative(beta: f64, gradient: QGradient, boost: Option<f64>) -> Combination {
    Combination::Multiplicative(Multiplicative { beta, gradient, boost, ..Multiplicative::CROSS_ENTROPY })
}

fn normalized(beta: f64, gradient: QGradient) -> Combination {
    Combination::Multiplicative(Multiplicative { beta, gradient, normalize: true, ..Multiplicative::CROSS_ENTROPY })
}

fn gce(beta: f64, gradient: QGradient, normalize: bool, exponent: f64) -> Combination {
    let rule = Multiplicative { beta, gradient, normalize, gce: Some(exponent), ..Multiplicative::CROSS_ENTROPY };
    Combination::Multiplicative(rule)
}

fn node(combination: &Combination, weights: &[f64], logits: &[&[f64]]) -> ClassLoss {
    let mut node = ClassLoss::new(combination, weights, logits[0].len());
    node.row.logits = logits.concat();
    node.forward();
    node
}

fn all_close(found: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        close(*found, *expected, tolerance, &format!("{what} [{index}]"));
    }
}

const Z: [&[f64]; 3] = [&[2.0, 0.0, -1.0, 0.5], &[-0.5, 1.0, 0.0, 0.25], &[0.0, 0.0, 1.5, -2.0]];

/// The loss of the logits `Z` under some weights and beta; gradients for label 0, by mode of `q`.
struct Case {
    weights: [f64; 3],
    beta: f64,
    losses: [f64; 4],
    /// The q of label 0, which normalizing leaves as they are.
    q: [f64; 3],
    detached: [[f64; 4]; 3],
    attached: [[f64; 4]; 3],
}

/// Numbers of an independent implementation in double precision, checked there against central differences.
#[test]
fn reference_vectors() {
    let cases = [
        Case {
            weights: [1.0, 1.0, 1.0],
            beta: 0.5,
            losses: [3.2334646, 4.14403196, 4.05411755, 6.613393],
            q: [0.93279296, 0.70432479, 0.71307704],
            detached: [
                [-0.27041675, 0.08964287, 0.03297777, 0.14779611],
                [-0.62816025, 0.3413458, 0.1255741, 0.16124034],
                [-0.60531303, 0.107764, 0.48296476, 0.01458427],
            ],
            attached: [
                [-0.78774644, 0.26113713, 0.09606698, 0.43054233],
                [-0.67322163, 0.36583241, 0.13458222, 0.17280699],
                [-0.67656869, 0.12044966, 0.53981794, 0.01630109],
            ],
        },
        Case {
            weights: [0.3, 0.3, 1.0],
            beta: 1.0,
            losses: [1.38124003, 1.94484645, 1.15186803, 4.01520218],
            q: [0.87010271, 0.49607341, 0.50847886],
            detached: [
                [-0.07567285, 0.02508547, 0.00922843, 0.04135895],
                [-0.13272865, 0.07212549, 0.02653349, 0.03406967],
                [-0.43163482, 0.07684404, 0.34439108, 0.01039971],
            ],
            attached: [
                [-0.53435346, 0.17713762, 0.06516529, 0.29205056],
                [-0.18951259, 0.1029822, 0.03788504, 0.04864535],
                [-0.463401, 0.08249938, 0.36973655, 0.01116508],
            ],
        },
    ];
    for case in cases {
        for (mode, expected) in [(QGradient::Detached, case.detached), (QGradient::Attached, case.attached)] {
            let mut node = node(&multiplicative(case.beta, mode, None), &case.weights, &Z);
            all_close(&node.row.losses, &case.losses, 1e-7, "losses");
            let q: Vec<f64> = (0..3).map(|component| node.row.q[component * 4]).collect();
            all_close(&q, &case.q, 1e-7, "q");
            node.backward(0);
            all_close(&node.row.gradient, &expected.concat(), 1e-7, &format!("gradient, {mode:?}"));
        }
    }
    let plain = node(&multiplicative(0.0, QGradient::Detached, None), &[1.0; 3], &Z);
    all_close(&plain.row.losses, &[4.45633891, 4.95633891, 5.45633891, 7.20633891], 1e-7, "beta 0");
    assert!(plain.row.q.iter().all(|q| *q == 1.0));
}

/// The same logits with the loss normalized: numbers of an independent program in double precision, gradients by
/// extrapolated central differences there.
#[test]
fn reference_vectors_of_the_normalized_loss() {
    let cases = [
        Case {
            weights: [1.0, 1.0, 1.0],
            beta: 0.5,
            losses: [0.6294029984, 1.5399703575, 1.4500559415, 4.0093313953],
            q: [0.93279296, 0.70432479, 0.71307704],
            detached: [
                [-0.381653641, 0.181670362, 0.171008194, 0.028975086],
                [-0.335921368, 0.16955562, 0.163763853, 0.002601896],
                [-0.34541064, 0.164776051, 0.166018568, 0.014616021],
            ],
            attached: [
                [-0.637849332, 0.272562637, 0.203310013, 0.161976682],
                [-0.380425318, 0.250569891, 0.164492595, -0.034637168],
                [-0.451029144, 0.123011454, 0.322093588, 0.005924102],
            ],
        },
        Case {
            weights: [0.3, 0.3, 1.0],
            beta: 1.0,
            losses: [1.0642817004, 1.6278881165, 0.834909696, 3.6982438518],
            q: [0.87010271, 0.49607341, 0.50847886],
            detached: [
                [-0.129417924, 0.044584625, 0.069101848, 0.015731451],
                [-0.101103561, 0.035366045, 0.066658195, -0.00092068],
                [-0.364381129, 0.102693111, 0.245975188, 0.015712829],
            ],
            attached: [
                [-0.450275427, 0.156868467, 0.109779006, 0.183627954],
                [-0.161645439, 0.112920891, 0.076237498, -0.02751295],
                [-0.442347386, 0.060688923, 0.372951847, 0.008706616],
            ],
        },
    ];
    for case in cases {
        for (mode, expected) in [(QGradient::Detached, case.detached), (QGradient::Attached, case.attached)] {
            let mut node = node(&normalized(case.beta, mode), &case.weights, &Z);
            let losses: Vec<f64> = (0..4).map(|label| node.row_loss(label).loss).collect();
            all_close(&losses, &case.losses, 1e-9, "losses");
            let q: Vec<f64> = (0..3).map(|component| node.row.q[component * 4]).collect();
            all_close(&q, &case.q, 1e-7, "q");
            node.backward(0);
            all_close(&node.row.gradient, &expected.concat(), 2e-9, &format!("gradient, {mode:?}"));
        }
    }
    // The class losses themselves, and so the decision, are those without normalizing.
    let plain = node(&multiplicative(0.5, QGradient::Detached, None), &[1.0; 3], &Z);
    assert_eq!(node(&normalized(0.5, QGradient::Detached), &[1.0; 3], &Z).row.losses, plain.row.losses);
}

#[test]
fn a_normalized_loss_is_cross_entropy_for_one_component_and_nothing_for_none() {
    for mode in [QGradient::Detached, QGradient::Attached] {
        let mut one = node(&normalized(0.9, mode), &[1.0], &[&[1.0, 2.0, 0.5]]);
        let mut plain = node(&multiplicative(0.9, mode, None), &[1.0], &[&[1.0, 2.0, 0.5]]);
        close(one.row_loss(1).loss, plain.row_loss(1).loss, 1e-14, "loss");
        one.backward(1);
        plain.backward(1);
        all_close(&one.row.gradient, &plain.row.gradient, 1e-14, "gradient");
        let mut none = node(&normalized(0.9, mode), &[1.0; 2], &[&[1.0, 2.0, 0.5], &[0.0, 1.0, 3.0]]);
        none.row.present = vec![false, false];
        none.forward();
        none.backward(1);
        assert_eq!((none.row_loss(1).loss, none.row.gradient.as_slice()), (0.0, &[0.0; 6][..]));
        // Components that are certain and agree, and such that contradict each other.
        for logits in [[&[900.0, 0.0, 0.0][..], &[900.0, 0.0, 0.0]], [&[900.0, 0.0, 0.0], &[0.0, 900.0, 0.0]]] {
            for label in 0..3 {
                let mut sure = node(&normalized(0.5, mode), &[1.0; 2], &logits);
                sure.backward(label);
                assert!(sure.row_loss(label).loss.is_finite() && sure.row_loss(label).loss >= 0.0);
                assert!(sure.row.gradient.iter().all(|g| g.is_finite()), "{:?}", sure.row.gradient);
            }
        }
    }
}

/// How fast the loss falls: central differences, with `q` held where it is constant to the gradient.
fn differences(combination: &Combination, weights: &[f64], base: &ClassLoss, label: usize) -> Vec<f64> {
    let classes = base.row.losses.len();
    let value = |logits: &[f64]| {
        let mut moved = ClassLoss::new(combination, weights, classes);
        moved.row.logits = logits.to_vec();
        moved.row.present = base.row.present.clone();
        moved.forward();
        match combination {
            Combination::Multiplicative(Multiplicative { gradient, normalize, gce, .. }) => {
                let of = |x: f64| gce.map_or(x, |r| (1.0 - (-r * x).exp()) / r);
                let held = |class: usize| -> f64 {
                    let cells = (0..weights.len()).map(|i| (i, i * classes + class));
                    cells.map(|(i, at)| weights[i] * base.row.q[at] * moved.row.neg_log_p[at]).sum()
                };
                let losses = match gradient {
                    QGradient::Detached => (0..classes).map(held).collect(),
                    QGradient::Attached => moved.row.losses.clone(),
                };
                let losses: Vec<f64> = losses;
                let mass: f64 = losses.iter().map(|loss| (-loss).exp()).sum();
                let anybody = base.row.present.contains(&true);
                if *normalize {
                    of(losses[label] + if anybody { mass.ln() } else { 0.0 })
                } else {
                    let q = match gradient {
                        QGradient::Detached => &base.row.q,
                        QGradient::Attached => &moved.row.q,
                    };
                    let cells = (0..weights.len()).map(|i| (i, i * classes + label));
                    cells.map(|(i, at)| weights[i] * q[at] * of(moved.row.neg_log_p[at])).sum()
                }
            }
            _ => moved.row_loss(label).loss,
        }
    };
    let step = 1e-5;
    (0..base.row.logits.len())
        .map(|at| {
            let mut logits = base.row.logits.clone();
            logits[at] += step;
            let above: f64 = value(&logits);
            logits[at] -= 2.0 * step;
            (above - value(&logits)) / (2.0 * step)
        })
        .collect()
}

#[test]
fn gradients_agree_with_finite_differences() {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    for case in 0..1000 {
        let (components, classes) = (rng.random_range(1..=7), rng.random_range(2..=7));
        let beta = if case % 7 == 0 { 0.0 } else { rng.random_range(0.0..1.7) };
        let combination = match case % 9 {
            5 => gce(beta, QGradient::Detached, false, rng.random_range(0.05..1.0)),
            6 => gce(beta, QGradient::Attached, false, rng.random_range(0.05..1.0)),
            7 => gce(beta, QGradient::Detached, true, rng.random_range(0.05..1.0)),
            8 => gce(beta, QGradient::Attached, true, rng.random_range(0.05..1.0)),
            0 => [Combination::Average, Combination::Vote, learned(&[], &[])][case / 9 % 3].clone(),
            1 => multiplicative(beta, QGradient::Detached, None),
            2 => normalized(beta, QGradient::Detached),
            3 => normalized(beta, QGradient::Attached),
            _ => multiplicative(beta, QGradient::Attached, None),
        };
        let weights: Vec<f64> = match combination {
            _ if combination.trains_components_separately() => vec![1.0; components],
            _ => (0..components).map(|_| rng.random_range(0.2..1.5)).collect(),
        };
        let mut node = ClassLoss::new(&combination, &weights, classes);
        for logit in &mut node.row.logits {
            *logit = rng.random_range(-4.0..4.0);
        }
        if case % 4 == 0 {
            for present in &mut node.row.present {
                *present = rng.random_bool(0.7);
            }
        }
        let label = rng.random_range(0..classes);
        node.forward();
        node.backward(label);
        let expected = differences(&combination, &weights, &node, label);
        for (found, expected) in node.row.gradient.iter().zip(expected) {
            close(*found, expected, 1e-8 * (1.0 + expected.abs()), &format!("case {case}, {combination:?}"));
        }
    }
}

/// The definition, written down without protection against overflow.
#[test]
fn losses_follow_their_definition() {
    let mut rng = ChaCha8Rng::seed_from_u64(12);
    for _ in 0..200 {
        let (components, classes) = (rng.random_range(2..=7), rng.random_range(2..=7));
        let beta = rng.random_range(0.0..1.7);
        let combination = multiplicative(beta, QGradient::Detached, None);
        let mut node = ClassLoss::new(&combination, &vec![1.0; components], classes);
        for logit in &mut node.row.logits {
            *logit = rng.random_range(-4.0..4.0);
        }
        node.forward();
        let p: Vec<Vec<f64>> = node
            .row
            .logits
            .chunks(classes)
            .map(|z| {
                let sum: f64 = z.iter().map(|z| z.exp()).sum();
                z.iter().map(|z| z.exp() / sum).collect()
            })
            .collect();
        for (class, found) in node.row.losses.iter().enumerate() {
            let mut loss = 0.0;
            for (i, own) in p.iter().enumerate() {
                let others: f64 = (0..components).filter(|j| *j != i).map(|j| 1.0 - p[j][class]).product();
                let q = others.powf(beta / (components - 1) as f64);
                close(node.row.q[i * classes + class], q, 1e-12, "q");
                loss -= q * own[class].ln();
            }
            close(*found, loss, 1e-11, "loss");
        }
    }
}

#[test]
fn one_component_is_cross_entropy() {
    for mode in [QGradient::Detached, QGradient::Attached] {
        let mut node = node(&multiplicative(0.9, mode, None), &[1.0], &[&[1.0, 2.0, 0.5]]);
        let sum = 1f64.exp() + 2f64.exp() + 0.5f64.exp();
        let p = [1f64.exp() / sum, 2f64.exp() / sum, 0.5f64.exp() / sum];
        all_close(&node.row.losses, &p.map(|p| -p.ln()), 1e-14, "losses");
        node.backward(1);
        all_close(&node.row.gradient, &[p[0], p[1] - 1.0, p[2]], 1e-14, "gradient");
    }
}

#[test]
fn a_component_left_out_leaves_no_trace() {
    let mut rng = ChaCha8Rng::seed_from_u64(13);
    for case in 0..100 {
        let combination = match case % 3 {
            0 => Combination::Average,
            1 => multiplicative(0.8, QGradient::Detached, Some(0.1)),
            _ => multiplicative(0.8, QGradient::Attached, None),
        };
        let (components, classes) = (rng.random_range(2..=6), rng.random_range(2..=5));
        let mut whole = ClassLoss::new(&combination, &vec![1.0; components], classes);
        for logit in &mut whole.row.logits {
            *logit = rng.random_range(-3.0..3.0);
        }
        for present in &mut whole.row.present {
            *present = rng.random_bool(0.6);
        }
        let kept: Vec<usize> = (0..components).filter(|i| whole.row.present[*i]).collect();
        if kept.is_empty() {
            continue;
        }
        let mut part = ClassLoss::new(&combination, &vec![1.0; kept.len()], classes);
        part.row.logits = kept.iter().flat_map(|i| whole.row.logits[i * classes..][..classes].to_vec()).collect();
        whole.forward();
        part.forward();
        assert_eq!(whole.row.losses, part.row.losses);
        assert_eq!(whole.row_loss(0), part.row_loss(0));
        whole.backward(0);
        part.backward(0);
        for (at, i) in kept.iter().enumerate() {
            assert_eq!(whole.row.gradient[i * classes..][..classes], part.row.gradient[at * classes..][..classes]);
            assert_eq!(whole.row.q[i * classes..][..classes], part.row.q[at * classes..][..classes]);
        }
        for i in (0..components).filter(|i| !kept.contains(i)) {
            assert!(whole.row.gradient[i * classes..][..classes].iter().all(|g| *g == 0.0));
        }
    }
}

#[test]
fn a_row_without_components_has_no_loss() {
    for combination in [Combination::Average, multiplicative(0.5, QGradient::Attached, None)] {
        let mut node = ClassLoss::new(&combination, &[1.0, 1.0], 3);
        node.row.logits = vec![3.0, 1.0, 2.0, -1.0, 0.0, 1.0];
        node.row.present = vec![false, false];
        node.forward();
        assert_eq!(node.row.losses, [0.0; 3]);
        assert_eq!(node.row_loss(2).loss, 0.0);
        assert_eq!(node.decision(), 0);
        node.backward(2);
        assert_eq!(node.row.gradient, [0.0; 6]);
    }
}

/// Equation 10: a row counts nothing if every other class loses by more than the margin.
#[test]
fn boosting_counts_rows_that_are_not_right_by_the_margin() {
    let base = node(&multiplicative(0.5, QGradient::Detached, None), &[1.0; 3], &Z);
    let gap = base.row.losses[2] - base.row.losses[0];
    for (delta, counts) in [(gap - 1e-9, false), (gap, true), (gap + 1e-9, true), (0.0, false), (-1.0, false)] {
        let mut boosted = node(&multiplicative(0.5, QGradient::Detached, Some(delta)), &[1.0; 3], &Z);
        let row = boosted.row_loss(0);
        assert_eq!(row.counts, counts, "delta {delta}, gap {gap}");
        assert_eq!(row.loss, if counts { base.row.losses[0] } else { 0.0 });
        boosted.backward(0);
        assert_eq!(boosted.row.gradient.iter().any(|g| *g != 0.0), counts);
        assert!(delta < 0.0 || boosted.row_loss(1).counts, "a wrong row counts");
    }
    // A tie is within a margin of 0: strictly less is required.
    let tie = node(&multiplicative(0.5, QGradient::Detached, Some(0.0)), &[1.0], &[&[1.0, 1.0]]);
    assert!(tie.row_loss(0).counts);
}

#[test]
fn gaps_of_900_are_finite_and_exact() {
    for mode in [QGradient::Detached, QGradient::Attached] {
        let combination = multiplicative(0.5, mode, None);
        let mut agree = node(&combination, &[1.0; 2], &[&[900.0, 0.0], &[900.0, 0.0]]);
        // p^0 = 1 - e^-900: -log p^0 vanishes, and class 1 costs 900 from each, because no component is against it.
        assert_eq!(agree.row.losses[1], 1800.0);
        assert_eq!(agree.row.losses[0], 0.0);
        agree.backward(1);
        assert!(agree.row.gradient.iter().all(|g| g.is_finite()));
        assert_eq!(agree.row.gradient[..2], [1.0, -1.0]);

        let mut conflict = node(&combination, &[1.0; 2], &[&[900.0, 0.0], &[0.0, 900.0]]);
        // The more confident component suppresses the other: q = e^-450.
        close(conflict.row.losses[0], 900.0 * (-450f64).exp(), 1e-200, "silenced");
        conflict.backward(0);
        assert!(conflict.row.gradient.iter().all(|g| g.is_finite()), "{:?}", conflict.row.gradient);
        // dl/dz of the confident one, attached: g p^y S r^k with g = 0.5, S = 900 e^-450.
        let pull = if mode == QGradient::Attached { 0.5 * 900.0 * (-450f64).exp() } else { 0.0 };
        close(conflict.row.gradient[1], pull, 1e-12 * (1.0 + pull), "pull");
    }
    // Where single precision sees a tie at 0 between the first two classes.
    let confident =
        node(&multiplicative(0.5, QGradient::Detached, None), &[1.0; 2], &[&[18.0, 0.0, 0.0], &[0.0, 25.0, 0.0]]);
    close(confident.row.losses[0], 0.00436, 5e-6, "first");
    close(confident.row.losses[1], 0.0000949, 5e-8, "second");
    close(confident.row.losses[2], 43.0, 1e-6, "third");
    assert_eq!(confident.decision(), 1);
}

#[test]
fn ties_go_to_the_first_class() {
    let tied = node(&multiplicative(0.5, QGradient::Detached, None), &[1.0; 2], &[&[0.0, 2.0, 2.0], &[1.0, 3.0, 3.0]]);
    assert_eq!(tied.decision(), 1);
}

fn learned(weights: &[f64], bias: &[f64]) -> Combination {
    Combination::Learned(Combiner { weights: weights.to_vec(), bias: bias.to_vec() })
}

/// Logits of these probabilities.
fn logits(probabilities: &[f64]) -> Vec<f64> {
    probabilities.iter().map(|p| p.ln()).collect()
}

#[test]
fn votes_decide_and_the_average_settles_ties() {
    let (sure, one, two) = (logits(&[0.02, 0.98]), logits(&[0.6, 0.4]), logits(&[0.55, 0.45]));
    // Two of three, though the average is with the third.
    let three = node(&Combination::Vote, &[1.0; 3], &[&sure, &one, &two]);
    let mean = (0.02 + 0.6 + 0.55) / 3.0;
    all_close(&three.row.losses, &[-((2.0f64 + mean) / 4.0).ln(), -((2.0f64 - mean) / 4.0).ln()], 1e-12, "losses");
    assert_eq!(three.decision(), 0);
    // One against one: the average decides.
    assert_eq!(node(&Combination::Vote, &[1.0; 2], &[&sure, &one]).decision(), 1);
    // A missing component has no vote.
    let mut left = node(&Combination::Vote, &[1.0; 3], &[&sure, &one, &two]);
    left.row.present = vec![true, false, true];
    left.forward();
    assert_eq!(left.decision(), 1);
    close(left.row.losses.iter().map(|loss| (-loss).exp()).sum(), 1.0, 1e-12, "probabilities");
}

#[test]
fn a_learned_combiner_weighs_logarithms() {
    let (a, b) = (logits(&[0.2, 0.5, 0.3]), logits(&[0.6, 0.3, 0.1]));
    let mut found = node(&learned(&[2.0, 0.5], &[0.1, -0.2, 0.0]), &[1.0; 2], &[&a, &b]);
    let score = |class: usize| 2.0 * a[class] + 0.5 * b[class] + [0.1, -0.2, 0.0][class];
    let sum: f64 = (0..3).map(|class| score(class).exp()).sum();
    let expected: Vec<f64> = (0..3).map(|class| sum.ln() - score(class)).collect();
    all_close(&found.row.losses, &expected, 1e-12, "losses");
    assert_eq!((found.row.q[0], found.row.q[3]), (2.0, 0.5));
    // Not fitted, it is the product of the probabilities.
    let product = node(&learned(&[], &[]), &[1.0; 2], &[&a, &b]);
    close(product.row.losses[1] - product.row.losses[0], -(0.15f64 / 0.12).ln(), 1e-12, "product");
    found.row.present = vec![false, true];
    found.forward();
    let alone = |class: usize| 0.5 * b[class] + [0.1, -0.2, 0.0][class];
    close(found.row.losses[0] - found.row.losses[1], alone(1) - alone(0), 1e-12, "what is missing is left out");
}

#[test]
fn averages_decide_by_the_mean_probability() {
    let mut average = node(&Combination::Average, &[1.0; 2], &[&[0.0, 3f64.ln()], &[4f64.ln(), 0.0]]);
    // p = (1/4, 3/4) and (4/5, 1/5): their mean is (21/40, 19/40).
    all_close(&average.row.losses, &[-(21.0f64 / 40.0).ln(), -(19.0f64 / 40.0).ln()], 1e-14, "losses");
    assert_eq!(average.decision(), 0);
    close(average.row_loss(1).loss, -(0.75f64.ln() + 0.2f64.ln()), 1e-14, "each is trained separately");
    average.backward(1);
    all_close(&average.row.gradient, &[0.25, -0.25, 0.8, -0.8], 1e-14, "gradient");
}

#[test]
fn decisions_hold_every_quantity() {
    let mut net = crate::support::network::Network::new(2);
    for _ in 0..2 {
        let x = net.input("x", 1);
        let logits = net.linear(x, 2, None);
        net.component(logits, 1.0);
    }
    let loss = net.finish(multiplicative(1.0, QGradient::Detached, None)).loss;
    let logits = Logits {
        rows: 2,
        components: vec![vec![0.0, 3f32.ln(), 1.0, 1.0], vec![4f32.ln(), 0.0, 5.0, -5.0]],
        present: vec![None, Some(vec![true, false])],
    };
    let decisions = decide(&loss, &Decision::default(), &Calibration::default(), &logits);
    // p = (1/4, 3/4) and (4/5, 1/5), beta = 1: q is one less the other's probability.
    all_close(&decisions.components[0].q[..2], &[0.2, 0.8], 1e-7, "q");
    all_close(&decisions.components[1].q[..2], &[0.75, 0.25], 1e-7, "q");
    let losses = [-0.2 * 0.25f64.ln() - 0.75 * 0.8f64.ln(), -0.8 * 0.75f64.ln() - 0.25 * 0.2f64.ln()];
    all_close(&decisions.class_losses[..2], &losses, 1e-7, "losses");
    assert_eq!(decisions.predicted, [0, 0]);
    let odds = (losses[1] - losses[0]).exp();
    all_close(&decisions.probabilities[..2], &[odds / (1.0 + odds), 1.0 / (1.0 + odds)], 1e-7, "softmax of -l");
    all_close(&decisions.components[0].probabilities, &[0.25, 0.75, 0.5, 0.5], 1e-7, "probabilities");
    all_close(&decisions.components[0].neg_log_p[2..], &[2f64.ln(); 2], 1e-7, "neg_log_p");
    assert_eq!(decisions.components[1].probabilities[2..], [0.0; 2]);
    let rows = row_losses(&loss, &logits, &[1, 0]);
    close(rows[0].loss, losses[1], 1e-7, "row loss");
    close(rows[1].loss, 2f64.ln(), 1e-7, "the other is absent");
}
