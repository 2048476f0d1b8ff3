//! Activations against their closed forms.

use super::{BOTH, close, start};
use crate::support::network::Network;
use mmc::exec::Params;
use mmc::fusion::Combination;
use mmc::ops::Activation;
use mmc::plan::Batch;
use std::sync::Arc;

#[test]
fn activations_have_their_closed_forms() {
    let gelu = |x: f64| 0.5 * x * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3))).tanh());
    let cases: [(Activation, &dyn Fn(f64) -> f64); 5] = [
        (Activation::Relu, &|x| x.max(0.0)),
        (Activation::Tanh, &|x| (x.exp() - (-x).exp()) / (x.exp() + (-x).exp())),
        (Activation::Sigmoid, &|x| x.exp() / (1.0 + x.exp())),
        (Activation::Gelu, &gelu),
        (Activation::Reciprocal, &|x| 1.0 / x),
    ];
    let values = [-4.0, -1.0, -0.1, 0.0, 0.3, 2.5];
    for (activation, expected) in cases {
        for fused in [false, true] {
            let mut net = Network::new(2);
            let x = net.input("x", 2);
            let y = net.linear(x, 2, fused.then_some(activation));
            let y = if fused { y } else { net.activation(y, activation) };
            net.component(y, 1.0);
            let plan = net.finish(Combination::Average);
            let mut params = Params::zeros(&plan);
            // The identity.
            params.values[0] = 1.0;
            params.values[3] = 1.0;
            let rows = Batch {
                rows: 3,
                inputs: vec![values.to_vec()],
                present: vec![None],
                labels: vec![],
                weights: vec![],
                past: vec![],
            };
            for device in BOTH {
                let logits = start(&plan, device, 1).logits(&Arc::new(params.clone()), &rows).unwrap();
                for (x, y) in values.iter().zip(&logits.components[0]) {
                    let expected = expected(f64::from(*x));
                    if expected.is_infinite() {
                        assert!(y.is_infinite(), "{activation:?} {x} {device:?}: {y}");
                        continue;
                    }
                    let tolerance = 3e-7 * expected.abs().max(1.0);
                    close(f64::from(*y), expected, tolerance, &format!("{activation:?} {x} {device:?}"));
                }
            }
        }
    }
}
