//! Embedding, LSTMs and GRUs with lengths, and convolutions against the numbers of PyTorch; `tests/fixtures/sequences.py` made them.

use super::{BOTH, close, gradient, start};
use crate::support::network::Network;
use mmc::exec::Params;
use mmc::fusion::Combination;
use mmc::ops::{Conv1d, Embedding, Gru, Lstm, Op, Window};
use mmc::plan::{Batch, Plan};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

const STEPS: usize = 5;
const IDS: usize = 7;
const WIDTH: usize = 3;

#[derive(Deserialize)]
struct Fixture {
    tokens: Vec<f32>,
    labels: Vec<u32>,
    lstm_last: Case,
    lstm_all: Case,
    deep_last: Case,
    deep_all: Case,
    conv1d: Case,
    gru_last: Case,
    gru_all: Case,
    deep_gru_last: Case,
    deep_gru_all: Case,
}

#[derive(Deserialize)]
struct Case {
    classes: usize,
    weights: BTreeMap<String, Vec<f32>>,
    output: Vec<f32>,
    loss: f64,
    gradients: BTreeMap<String, Vec<f32>>,
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("../fixtures/sequences.json")).unwrap()
}

/// Tokens, their embedding and an operation on that; its whole output is used as logits.
fn plan(op: Op, classes: usize) -> Plan {
    let mut net = Network::new(classes);
    let tokens = net.input("word", STEPS);
    let length = net.layer(Op::Length, &[tokens]);
    let x = net.layer(Op::Embedding(Embedding { width: WIDTH, ids: IDS, steps: true }), &[tokens]);
    let made = net.layer(op, &[x, length]);
    net.component(made, 1.0);
    net.finish(Combination::Average)
}

fn check(op: Op, case: &Case, what: &str) {
    let fixture = fixture();
    let plan = plan(op, case.classes);
    let mut params = Params::zeros(&plan);
    // The table is the first parameter, and named like it; the layer's own follow by their names.
    let name = |id: usize| if id == 0 { "table" } else { &plan.params[id].name };
    for id in 0..plan.params.len() {
        let range = params.range(id);
        params.values[range].copy_from_slice(&case.weights[name(id)]);
    }
    assert_eq!(plan.params.len(), case.weights.len(), "{what}");
    let rows = Batch {
        rows: 4,
        inputs: vec![fixture.tokens],
        present: vec![None],
        labels: fixture.labels,
        weights: vec![],
        past: vec![],
    };
    for device in BOTH {
        let what = format!("{what} on {device:?}");
        let mut engine = start(&plan, device, 1);
        let logits = engine.logits(&Arc::new(params.clone()), &rows).unwrap();
        all_close(&logits.components[0], &case.output, &format!("{what}: output"));
        let (loss, gradients) = gradient(engine.as_mut(), &params, &rows);
        close(loss, case.loss, 1e-5, &format!("{what}: loss"));
        for id in 0..plan.params.len() {
            let found = &gradients[params.range(id)];
            all_close(found, &case.gradients[name(id)], &format!("{what}: gradient of {}", name(id)));
        }
    }
}

fn all_close(found: &[f32], expected: &[f32], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        close(f64::from(*found), f64::from(*expected), 1e-5, what);
    }
}

#[test]
fn lstms_agree_with_packed_sequences() {
    let fixture = fixture();
    let one = |hidden, all| Op::Lstm(Lstm { hidden, layers: 1, bidirectional: false, all });
    let deep = |all| Op::Lstm(Lstm { hidden: 2, layers: 2, bidirectional: true, all });
    check(one(4, false), &fixture.lstm_last, "the last state");
    check(one(2, true), &fixture.lstm_all, "all states");
    check(deep(false), &fixture.deep_last, "the last states of two layers both ways");
    check(deep(true), &fixture.deep_all, "all states of two layers both ways");
}

#[test]
fn grus_agree_with_packed_sequences() {
    let fixture = fixture();
    let one = |hidden, all| Op::Gru(Gru { hidden, layers: 1, bidirectional: false, all });
    let deep = |all| Op::Gru(Gru { hidden: 2, layers: 2, bidirectional: true, all });
    check(one(4, false), &fixture.gru_last, "the last state");
    check(one(2, true), &fixture.gru_all, "all states");
    check(deep(false), &fixture.deep_gru_last, "the last states of two layers both ways");
    check(deep(true), &fixture.deep_gru_all, "all states of two layers both ways");
}

#[test]
fn convolutions_agree_row_by_row() {
    let window = Window::over_steps(3, 2, 1);
    check(Op::Conv1d(Conv1d { channels: 4, window, bias: true }), &fixture().conv1d, "conv1d");
}
