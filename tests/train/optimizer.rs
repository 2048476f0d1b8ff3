//! Optimizers against PyTorch's numbers, closed forms, and themselves on other threads and shards.

use super::softmax_regression::plan_of;
use mmc::spec;
use mmc::train::Optimizer;
use serde::Deserialize;

#[derive(Deserialize)]
struct Fixture {
    values: Vec<f32>,
    gradients: Vec<Vec<f32>>,
    rates: Vec<f64>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    kind: String,
    #[serde(default)]
    momentum: f64,
    #[serde(default)]
    nesterov: bool,
    #[serde(default)]
    beta1: f64,
    #[serde(default)]
    beta2: f64,
    #[serde(default)]
    eps: f64,
    weight_decay: f64,
    #[serde(default)]
    decoupled: bool,
    clip: Option<f64>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    norm: f64,
    values: Vec<f32>,
}

impl Case {
    fn rule(&self) -> spec::OptimizerSpec {
        let &Case { momentum, nesterov, beta1, beta2, eps, weight_decay, decoupled, .. } = self;
        match self.kind.as_str() {
            "sgd" => spec::OptimizerSpec::Sgd(spec::SgdSpec { lr: 1.0, momentum, nesterov, weight_decay }),
            _ => spec::OptimizerSpec::Adam(spec::AdamSpec { lr: 1.0, beta1, beta2, eps, weight_decay, decoupled }),
        }
    }
}

fn sgd(momentum: f64, weight_decay: f64) -> spec::OptimizerSpec {
    spec::OptimizerSpec::Sgd(spec::SgdSpec { lr: 1.0, momentum, nesterov: false, weight_decay })
}

/// Pseudorandom numbers of a generator that the crate does not use.
fn noise(count: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    let mut next = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1u32 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

#[test]
fn agrees_with_pytorch() {
    let fixture: Fixture = serde_json::from_str(include_str!("../fixtures/optimizers.json")).unwrap();
    let plan = plan_of(&[("weight", &[2, 3], true), ("bias", &[2], false)]);
    assert_eq!(fixture.cases.len(), 11);
    for case in &fixture.cases {
        let mut optimizer = Optimizer::new(&case.rule(), case.clip, &plan);
        let mut values = fixture.values.clone();
        for (index, expected) in case.steps.iter().enumerate() {
            let mut gradients = vec![fixture.gradients[index].clone()];
            let norm = optimizer.step(&mut values, &mut gradients, fixture.rates[index]);
            assert!((norm - expected.norm).abs() < 1e-5, "{}, step {index}: norm {norm}, {}", case.name, expected.norm);
            for (found, expected) in values.iter().zip(&expected.values) {
                assert!((found - expected).abs() < 1e-6, "{}, step {index}: {found}, expected {expected}", case.name);
            }
        }
        assert_eq!(optimizer.state.steps, case.steps.len() as u64);
    }
}

#[test]
fn momentum_under_a_constant_gradient_is_a_geometric_sum() {
    let plan = plan_of(&[("bias", &[1], false)]);
    let mut optimizer = Optimizer::new(&sgd(0.5, 0.0), None, &plan);
    let mut values = vec![0.0];
    for step in 1..=10 {
        optimizer.step(&mut values, &mut [vec![1.0]], 1.0);
        // Velocities 1, 3/2, 7/4, ..: after n steps their sum is 2 n - 2 + 2^(1 - n).
        let expected = 2.0 * step as f32 - 2.0 + 2f32.powi(1 - step);
        assert_eq!(values[0], -expected);
    }
}

#[test]
fn adam_moves_by_the_learning_rate_under_a_constant_gradient() {
    let plan = plan_of(&[("bias", &[2], false)]);
    let rule = spec::OptimizerSpec::Adam(spec::AdamSpec {
        lr: 1.0,
        beta1: 0.9,
        beta2: 0.999,
        eps: 0.0,
        weight_decay: 0.0,
        decoupled: false,
    });
    let mut optimizer = Optimizer::new(&rule, None, &plan);
    let mut values = vec![0.0, 0.0];
    for step in 1..=20 {
        optimizer.step(&mut values, &mut [vec![3.0, -0.002]], 0.01);
        assert!((values[0] + 0.01 * step as f32).abs() < 1e-5 && (values[1] - 0.01 * step as f32).abs() < 1e-5);
    }
}

#[test]
fn clipping_scales_the_whole_gradient_to_the_limit_and_leaves_smaller_ones() {
    let plan = plan_of(&[("a", &[1], true), ("b", &[1], false)]);
    let mut values = vec![0.0, 0.0];
    let mut optimizer = Optimizer::new(&sgd(0.0, 0.0), Some(1.0), &plan);
    assert_eq!(optimizer.step(&mut values, &mut [vec![3.0, 4.0]], 1.0), 5.0);
    assert_eq!(values, [-0.6, -0.8]);
    assert_eq!(optimizer.step(&mut values, &mut [vec![0.0, 0.5]], 1.0), 0.5);
    assert_eq!(values, [-0.6, -0.8 - 0.5]);
}

#[test]
fn decay_counts_in_the_norm_that_is_clipped() {
    let plan = plan_of(&[("a", &[1], true), ("b", &[1], false)]);
    let mut values = vec![30.0, 30.0];
    let mut optimizer = Optimizer::new(&sgd(0.0, 0.1), Some(2.5), &plan);
    assert_eq!(optimizer.step(&mut values, &mut [vec![0.0, 4.0]], 1.0), 5.0);
    assert_eq!(values, [30.0 - 1.5, 30.0 - 2.0]);
}

/// Parameters whose boundaries lie inside, on and beyond the boundaries of chunks.
fn large() -> (mmc::plan::Plan, usize) {
    let shapes: [(&str, &[usize], bool); 7] = [
        ("a", &[7], true),
        ("b", &[2041], false),
        ("c", &[4096], true),
        ("d", &[3, 1000], true),
        ("e", &[1], false),
        ("f", &[50_001], true),
        ("g", &[5000], false),
    ];
    (plan_of(&shapes), shapes.iter().map(|(_, shape, _)| shape.iter().product::<usize>()).sum())
}

#[test]
fn decay_applies_to_its_parameters_only() {
    let (plan, length) = large();
    for clip in [None, Some(1e9)] {
        let mut optimizer = Optimizer::new(&sgd(0.0, 0.25), clip, &plan);
        let mut values = vec![1.0f32; length];
        let norm = optimizer.step(&mut values, &mut [vec![0.0; length]], 1.0);
        for param in &plan.params {
            let expected = if param.decay { 0.75 } else { 1.0 };
            let range = param.offset..param.offset + param.shape.size();
            assert!(values[range].iter().all(|value| *value == expected), "{}", param.name);
        }
        let decaying: usize = plan.params.iter().filter(|p| p.decay).map(|p| p.shape.size()).sum();
        assert!((norm - 0.25 * (decaying as f64).sqrt()).abs() < 1e-9);
    }
}

#[test]
fn shards_are_added_up_in_order() {
    let (plan, length) = large();
    let shards: Vec<Vec<f32>> = (0..3).map(|seed| noise(length, seed)).collect();
    let sums: Vec<f32> = (0..length).map(|i| shards[0][i] + shards[1][i] + shards[2][i]).collect();
    let mut optimizer = Optimizer::new(&sgd(0.0, 0.0), None, &plan);
    let mut values = vec![0.0; length];
    let norm = optimizer.step(&mut values, &mut shards.clone(), 1.0);
    assert!(values.iter().zip(&sums).all(|(value, sum)| *value == -sum));
    let expected = sums.iter().map(|sum| f64::from(*sum).powi(2)).sum::<f64>().sqrt();
    assert!((norm - expected).abs() < 1e-9 * expected);
}

#[test]
fn the_bits_do_not_depend_on_the_number_of_threads() {
    let (plan, length) = large();
    let adam = spec::OptimizerSpec::Adam(spec::AdamSpec {
        lr: 1.0,
        beta1: 0.9,
        beta2: 0.999,
        eps: 1e-8,
        weight_decay: 0.1,
        decoupled: true,
    });
    for rule in [sgd(0.9, 0.01), adam] {
        for clip in [None, Some(0.5)] {
            let run = |threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| {
                    let mut optimizer = Optimizer::new(&rule, clip, &plan);
                    let mut values = noise(length, 9);
                    let norms: Vec<u64> = (0..3)
                        .map(|step| {
                            let mut shards = vec![noise(length, 10 + step), noise(length, 20 + step)];
                            optimizer.step(&mut values, &mut shards, 0.01).to_bits()
                        })
                        .collect();
                    (norms, values.iter().map(|value| value.to_bits()).collect::<Vec<_>>())
                })
            };
            let one = run(1);
            assert!(one == run(2) && one == run(5));
        }
    }
}

#[test]
fn a_gradient_that_is_not_finite_is_detected_by_its_norm() {
    let plan = plan_of(&[("a", &[3], true)]);
    for (bad, clip) in [(f32::NAN, None), (f32::INFINITY, None), (f32::NAN, Some(1.0)), (f32::INFINITY, Some(1.0))] {
        let mut optimizer = Optimizer::new(&sgd(0.9, 0.0), clip, &plan);
        let norm = optimizer.step(&mut [0.0; 3], &mut [vec![0.0, bad, 1.0]], 0.1);
        assert!(!norm.is_finite());
    }
}
