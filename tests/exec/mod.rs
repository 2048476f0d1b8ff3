//! The executor: the class loss as arithmetic, and plans run through the engine.

mod activations;
mod class_loss;
mod engine;
mod gradients;
mod images;
mod initialize;
mod missing;
mod normalize;
mod operation_json;
mod row_weights;
mod scores;
mod sequences;
mod torch_images;
mod torch_sequences;
mod unit_logits;

use mmc::exec::{DeviceChoice, Engine, Params, StepKey, engine};
use mmc::plan::{Batch, Plan};
use std::sync::Arc;

const KEY: StepKey = StepKey { seed: 3, step: 5, epoch: 20 };

/// The devices that must agree: the native kernels, and dfdx's operations alone.
const BOTH: [DeviceChoice; 2] = [DeviceChoice::Cpu, DeviceChoice::CpuComposed];

fn start(plan: &Plan, device: DeviceChoice, threads: usize) -> Box<dyn Engine> {
    engine(Arc::new(plan.clone()), device, Some(threads)).unwrap()
}

/// A deterministic sequence of numbers in -1..1, without a pattern that matters here.
fn noise(count: usize, seed: u64) -> Vec<f32> {
    use rand::{Rng, SeedableRng};
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    (0..count).map(|_| rng.random_range(-1.0..1.0)).collect()
}

fn batch(plan: &Plan, rows: usize, seed: u64) -> Batch {
    let classes = plan.loss.classes.len();
    let inputs = plan.inputs.iter().zip(seed..).map(|(input, seed)| noise(rows * input.shape.size(), seed)).collect();
    let labels = (0..rows).map(|row| ((row * 7 + row / 3) % classes) as u32).collect();
    Batch { rows, inputs, present: vec![None; plan.inputs.len()], labels, weights: vec![], past: vec![] }
}

/// One training step: its loss, and the sum of its shards' gradients.
fn gradient(engine: &mut dyn Engine, params: &Params, batch: &Batch) -> (f64, Vec<f32>) {
    let result = engine.step(&Arc::new(params.clone()), batch, KEY).unwrap();
    let mut total = vec![0.0; params.values.len()];
    for shard in result.gradients.iter() {
        for (to, from) in total.iter_mut().zip(shard) {
            *to += from;
        }
    }
    (result.loss, total)
}

fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((found - expected).abs() <= tolerance, "{what}: found {found}, expected {expected}");
}
