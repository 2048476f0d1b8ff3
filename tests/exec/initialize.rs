//! Initial values of parameters.

use crate::support::network::Network;
use mmc::exec::initialize;
use mmc::fusion::Combination;
use mmc::plan::Plan;
use mmc::spec::Init;

fn plan(init: Init, before: usize) -> Plan {
    let mut net = Network::new(2);
    net.init(init);
    let x = net.input("x", 400);
    for _ in 0..before {
        net.linear(x, 3, None);
    }
    let logits = net.linear(x, 100, None);
    net.component(logits, 1.0);
    net.finish(Combination::Average)
}

#[test]
fn schemes_have_their_range_and_variance() {
    let (inputs, outputs) = (400.0f64, 100.0f64);
    let cases = [
        (Init::Scaled, Some((3.0 / inputs).sqrt()), 1.0 / inputs),
        (Init::HeUniform, Some((6.0 / inputs).sqrt()), 2.0 / inputs),
        (Init::HeNormal, None, 2.0 / inputs),
        (Init::XavierUniform, Some((6.0 / (inputs + outputs)).sqrt()), 2.0 / (inputs + outputs)),
        (Init::XavierNormal, None, 2.0 / (inputs + outputs)),
        (Init::Torch, Some((1.0 / inputs).sqrt()), 1.0 / (3.0 * inputs)),
    ];
    for (init, bound, variance) in cases {
        let params = initialize(&plan(init, 0), 9);
        let weights: Vec<f64> = params.get(0).iter().map(|w| f64::from(*w)).collect();
        let count = weights.len() as f64;
        let mean = weights.iter().sum::<f64>() / count;
        let found = weights.iter().map(|w| (w - mean) * (w - mean)).sum::<f64>() / count;
        assert!(mean.abs() < 5.0 * (variance / count).sqrt(), "{init:?}: mean {mean}");
        // The sample variance of a normal spreads by sqrt(2 / n); that of a uniform by less.
        assert!((found / variance - 1.0).abs() < 5.0 * (2.0 / count).sqrt(), "{init:?}: {found} for {variance}");
        if let Some(bound) = bound {
            let most = weights.iter().fold(0.0f64, |most, w| most.max(w.abs()));
            assert!(most <= bound * 1.000_001 && most > 0.99 * bound, "{init:?}: {most} for {bound}");
        }
        let biases = params.get(1);
        assert_eq!(biases.iter().any(|b| *b != 0.0), init == Init::Torch);
    }
}

#[test]
fn a_parameter_depends_on_its_name_and_the_seed_alone() {
    let (one, other) = (plan(Init::Scaled, 0), plan(Init::Scaled, 1));
    let first = initialize(&one, 5);
    assert_eq!(first, initialize(&one, 5));
    assert_ne!(first.values, initialize(&one, 6).values);
    // The same name, in a plan where it has another shape: the stream is the same, from its first number on.
    assert_eq!(one.params[0].name, other.params[0].name);
    assert_eq!(first.get(0)[..1200], initialize(&other, 5).get(0)[..]);
    // Other names, same shape: other numbers.
    let twice = initialize(&plan(Init::Scaled, 2), 5);
    assert_ne!(twice.get(0), twice.get(2));
}
