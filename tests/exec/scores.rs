//! Components with a score besides their logits: mixtures of experts and predicted confidences through the engine, against
//! numbers of an independent program (`tests/fixtures/fusion.py`), and a net that changes nothing that it reads.

use super::{BOTH, KEY, batch, close, gradient, start};
use crate::support::fusion_fixture::cases;
use crate::support::network::Network;
use mmc::exec::{Params, decide, initialize, row_losses};
use mmc::fusion::{Calibration, Combination, Decision, Dynamic, Experts, RowWeight};
use mmc::ops::Op;
use mmc::plan::{Batch, Plan};
use std::sync::Arc;

const PREDICTED: Combination = Combination::Dynamic(Dynamic { by: RowWeight::Predicted, rank: 0.0 });

/// Three components of four logits and a score, each the identity of its input.
fn plan(combination: Combination) -> (Plan, Params) {
    let mut net = Network::new(4);
    for component in 0..3 {
        let x = net.input(&format!("x{component}"), 5);
        let same = net.linear(x, 5, None);
        net.component(same, 1.0);
    }
    let plan = net.finish(combination);
    let mut params = Params::zeros(&plan);
    for component in 0..3 {
        let range = params.range(2 * component);
        for at in 0..5 {
            params.values[range.start + at * 6] = 1.0;
        }
    }
    (plan, params)
}

#[test]
fn as_an_independent_program_has_it() {
    for (name, combination) in [("experts", Combination::Experts(Experts {})), ("predicted", PREDICTED)] {
        let (plan, params) = plan(combination);
        let (params, found) = (Arc::new(params), cases(name));
        assert_eq!(found.len(), 6, "{name}");
        for case in found {
            let batch = Batch {
                rows: 1,
                inputs: case.logits.iter().map(|z| z.iter().map(|z| *z as f32).collect()).collect(),
                present: case.present.iter().map(|present| Some(vec![*present])).collect(),
                labels: vec![case.label as u32],
                weights: vec![],
                past: vec![],
            };
            for device in BOTH {
                let mut engine = start(&plan, device, 1);
                let logits = engine.logits(&params, &batch).unwrap();
                let decided = decide(&plan.loss, &Decision::default(), &Calibration::default(), &logits);
                for (found, expected) in decided.class_losses.iter().zip(&case.losses) {
                    close(*found, *expected, 2e-6, &format!("{name}: class loss"));
                }
                close(row_losses(&plan.loss, &logits, &batch.labels)[0].loss, case.loss, 2e-6, "loss");
                let result = engine.step(&params, &batch, KEY).unwrap();
                close(result.loss, case.loss, 2e-6, &format!("{name}: loss of the step"));
                for (component, expected) in case.gradient.iter().enumerate() {
                    let bias = &result.gradients[0][params.range(2 * component + 1)];
                    for (found, expected) in bias.iter().zip(expected) {
                        close(f64::from(*found), *expected, 2e-6, &format!("{name}: gradient"));
                    }
                }
            }
        }
    }
}

/// What a component reads learns from the logits alone, where its score reads it through `hold`.
#[test]
fn a_net_of_confidence_changes_nothing_that_it_reads() {
    let plan = |scored: bool| {
        let mut net = Network::new(3);
        let x = net.input("x", 4);
        let encoder = net.linear(x, 5, None);
        let logits = net.linear(encoder, 3, None);
        let held = net.layer(Op::Hold, &[encoder]);
        let score = net.linear(held, 1, None);
        let both = net.concat(&[logits, score]);
        net.component(if scored { both } else { logits }, 1.0);
        net.finish(if scored { PREDICTED } else { Combination::CROSS_ENTROPY })
    };
    let (scored, alone) = (plan(true), plan(false));
    let (params, batch) = (initialize(&scored, 3), batch(&scored, 20, 9));
    for device in BOTH {
        let (_, found) = gradient(start(&scored, device, 1).as_mut(), &params, &batch);
        let (_, plain) = gradient(start(&alone, device, 1).as_mut(), &params, &batch);
        // One component counts twice: by itself, and as the combination.
        for id in 0..4 {
            for (found, plain) in found[params.range(id)].iter().zip(&plain[params.range(id)]) {
                close(f64::from(*found), 2.0 * f64::from(*plain), 1e-6, "encoder and head");
            }
        }
        assert!(found[params.range(4)].iter().any(|number| number.abs() > 1e-4), "the net learns");
    }
}
