//! The engine as a whole: the same bits on any number of threads, chunks, shards, faults.

use super::{KEY, batch, close, gradient, start};
use crate::support::network::Network;
use mmc::exec::{DeviceChoice, ExecError, StepKey, decide, initialize, row_losses};
use mmc::fusion::{Calibration, Combination, Decision, Multiplicative, QGradient};
use mmc::ops::Activation;
use mmc::plan::Plan;
use std::sync::Arc;

fn plan(with_batch_norm: bool) -> Plan {
    let relu = Some(Activation::Relu);
    let mut net = Network::new(3);
    let (a, b) = (net.input("a", 21), net.input("b", 7));
    let mut left = net.linear(a, 150, relu);
    if with_batch_norm {
        left = net.batch_norm(left, 1e-5, 0.1);
    }
    left = net.dropout(left, 0.3);
    left = net.linear(left, 130, relu);
    let right = net.linear(b, 130, relu);
    let both = net.mean(&[left, right]);
    for value in [left, right, both] {
        let logits = net.linear(value, 3, None);
        net.component(logits, 1.0);
    }
    net.finish(Combination::Multiplicative(Multiplicative {
        beta: 0.5,
        gradient: QGradient::Attached,
        boost: Some(0.2),
        normalize: false,
        ..Multiplicative::CROSS_ENTROPY
    }))
}

#[test]
fn threads_change_no_bit() {
    for with_batch_norm in [false, true] {
        let plan = plan(with_batch_norm);
        let (params, rows) = (Arc::new(initialize(&plan, 2)), batch(&plan, 300, 31));
        let mut seen = Vec::new();
        for threads in [1, 2, 3] {
            let mut engine = start(&plan, DeviceChoice::Cpu, threads);
            for repeat in 0..2 {
                let result = engine.step(&params, &rows, KEY).unwrap();
                let shards = result.gradients.len();
                assert_eq!(shards, if with_batch_norm { 1 } else { 5 });
                let numbers = (result.loss, result.errors, result.violations, result.moments);
                let gradients = result.gradients.to_vec();
                seen.push((threads, repeat, numbers, gradients, engine.logits(&params, &rows).unwrap()));
            }
        }
        for other in &seen[1..] {
            assert!(other.2 == seen[0].2 && other.3 == seen[0].3 && other.4 == seen[0].4, "{} threads", other.0);
        }
    }
}

#[test]
fn shards_sum_to_the_gradient_of_the_mean() {
    let mut net = Network::new(2);
    let x = net.input("x", 5);
    let hidden = net.linear(x, 9, Some(Activation::Tanh));
    let logits = net.linear(hidden, 2, None);
    net.component(logits, 1.0);
    let mut plan = net.finish(Combination::Average);
    let (params, rows) = (initialize(&plan, 2), batch(&plan, 203, 32));
    let (loss, sharded) = gradient(start(&plan, DeviceChoice::Cpu, 2).as_mut(), &params, &rows);
    plan.shardable = false;
    let (whole_loss, whole) = gradient(start(&plan, DeviceChoice::Cpu, 2).as_mut(), &params, &rows);
    close(loss, whole_loss, 1e-7, "loss");
    for (sharded, whole) in sharded.iter().zip(whole) {
        close(f64::from(*sharded), f64::from(whole), 1e-6, "gradient");
    }
}

#[test]
fn a_step_and_an_evaluation_see_the_same_model() {
    let mut plan = plan(false);
    plan.steps.iter_mut().for_each(|step| {
        if let mmc::ops::Op::Dropout(mmc::ops::Dropout { p }) = &mut step.op {
            *p = 0.0;
        }
    });
    let (params, rows) = (Arc::new(initialize(&plan, 2)), batch(&plan, 300, 33));
    let mut engine = start(&plan, DeviceChoice::Cpu, 2);
    let logits = engine.logits(&params, &rows).unwrap();
    let decisions = decide(&plan.loss, &Decision::default(), &Calibration::default(), &logits);
    let losses = row_losses(&plan.loss, &logits, &rows.labels);
    let result = engine.step(&params, &rows, KEY).unwrap();
    close(result.loss, losses.iter().map(|row| row.loss).sum::<f64>() / 300.0, 1e-6, "loss");
    assert_eq!(result.errors, decisions.predicted.iter().zip(&rows.labels).filter(|(p, l)| p != l).count());
    assert_eq!(result.violations, losses.iter().filter(|row| row.counts).count());
    assert!(result.violations < 300 && result.violations > 0, "boosting leaves some rows out");
}

/// Rows do not depend on the chunk they are evaluated in.
#[test]
fn evaluation_goes_row_by_row() {
    let plan = plan(true);
    let params = Arc::new(initialize(&plan, 2));
    let engine = start(&plan, DeviceChoice::Cpu, 2);
    let all = batch(&plan, 1100, 34);
    let logits = engine.logits(&params, &all).unwrap();
    for row in [0, 511, 512, 1099] {
        let mut one = all.clone();
        one.rows = 1;
        for (input, width) in one.inputs.iter_mut().zip([21, 7]) {
            *input = input[row * width..(row + 1) * width].to_vec();
        }
        let alone = engine.logits(&params, &one).unwrap();
        for (alone, all) in alone.components.iter().zip(&logits.components) {
            for (alone, all) in alone.iter().zip(&all[row * 3..]) {
                close(f64::from(*alone), f64::from(*all), 1e-5, "logit");
            }
        }
    }
    let mut none = all.clone();
    none.rows = 0;
    none.inputs.iter_mut().for_each(Vec::clear);
    assert_eq!(engine.logits(&params, &none).unwrap().components, vec![Vec::<f32>::new(); 3]);
}

#[test]
fn dropout_follows_seed_and_step_in_training_only() {
    let plan = plan(false);
    let (params, rows) = (Arc::new(initialize(&plan, 2)), batch(&plan, 100, 35));
    let mut engine = start(&plan, DeviceChoice::Cpu, 2);
    let mut loss = |key| engine.step(&params, &rows, key).unwrap().loss;
    let first = loss(KEY);
    assert_eq!(first, loss(KEY));
    assert_ne!(first, loss(StepKey { step: KEY.step + 1, ..KEY }));
    assert_ne!(first, loss(StepKey { seed: KEY.seed + 1, ..KEY }));
}

/// A parameter that nothing reads has gradient 0, whatever the buffer held before.
#[test]
fn unused_parameters_have_no_gradient() {
    let mut net = Network::new(2);
    let x = net.input("x", 3);
    let unused = net.linear_params(3, 4)[0];
    let logits = net.linear(x, 2, None);
    net.component(logits, 1.0);
    let plan = net.finish(Combination::Average);
    let params = Arc::new(initialize(&plan, 2));
    let mut engine = start(&plan, DeviceChoice::Cpu, 2);
    for _ in 0..2 {
        let result = engine.step(&params, &batch(&plan, 130, 36), KEY).unwrap();
        for shard in result.gradients.iter_mut() {
            assert!(shard[params.range(unused)].iter().all(|g| *g == 0.0));
            shard.fill(f32::NAN);
        }
    }
}

#[test]
fn the_first_number_that_is_not_finite_is_found() {
    let plan = plan(false);
    let params = initialize(&plan, 2);
    let rows = batch(&plan, 300, 37);
    let engine = start(&plan, DeviceChoice::Cpu, 2);
    let find =
        |params: &mmc::exec::Params, rows| engine.first_non_finite(&Arc::new(params.clone()), rows, KEY).unwrap();
    assert_eq!(find(&params, &rows), None);
    // The second layer of the first encoder, in step order: two inputs, linear, dropout, linear.
    let mut broken = params.clone();
    let range = broken.range(2);
    broken.values[range][7] = f32::NAN;
    assert_eq!(find(&broken, &rows), Some(4));
    let mut bad = rows.clone();
    bad.inputs[1][7 * 290] = f32::INFINITY;
    assert_eq!(find(&broken, &bad), Some(1));
}

#[test]
fn what_does_not_fit_the_plan_is_refused() {
    let plan = plan(false);
    let params = Arc::new(initialize(&plan, 2));
    let mut engine = start(&plan, DeviceChoice::Cpu, 1);
    let rows = batch(&plan, 10, 38);
    let mut wrong = vec![rows.clone(), rows.clone(), rows.clone(), rows];
    wrong[0].inputs[0].pop();
    wrong[1].labels[3] = 3;
    wrong[2].present.pop();
    wrong[3].rows = 0;
    wrong[3].labels.clear();
    for batch in wrong {
        assert!(matches!(engine.step(&params, &batch, KEY), Err(ExecError::Internal(_))));
    }
}

#[cfg(not(feature = "cuda"))]
#[test]
fn a_device_that_was_not_built_says_what_to_do() {
    let Err(error) = mmc::exec::engine(Arc::new(plan(false)), DeviceChoice::Cuda(1), None) else {
        panic!("there is none")
    };
    let words = error.to_string();
    assert!(words.contains("`cuda:1`") && words.contains("--features cuda"), "{words}");
}
