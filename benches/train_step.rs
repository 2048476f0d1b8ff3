//! Time of a training step: forward, backward, clipping and SGD with momentum. On the design of the paper's HIGGS
//! experiment, two encoders, three mixtures, 1,255,618 parameters; or, with `WORKLOAD=cifar`, on that of its image
//! experiment, seven mixtures of three units of a ResNet-32 and 100 classes.
//!
//!     cargo bench --bench train_step                  this program
//!     TORCH_STEPS=torch_steps.py cargo bench --bench train_step    and PyTorch, in turn
//!
//! `ROWS` is the batch size (128), `STEPS` the number of timed steps (200), `ROUNDS` the number of rounds (5), `THREADS` the
//! number of threads (all available).
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a program to be read and run by hand")]

#[path = "../tests/support/network.rs"]
#[allow(dead_code, reason = "what this design does not need")]
mod network;

use mmc::exec::{DeviceChoice, Engine, Params, StepKey, engine, initialize};
use mmc::fusion::{Combination, Multiplicative, QGradient};
use mmc::ops::Activation;
use mmc::plan::{Batch, Plan};
use network::Network;
use rayon::prelude::*;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

fn main() {
    let workload = std::env::var("WORKLOAD").unwrap_or_else(|_| "higgs".into());
    let plan = Arc::new(if workload == "cifar" { cifar_mulmix() } else { higgs_mulmix() });
    let (rows, steps, rounds) = (setting("ROWS", 128), setting("STEPS", 200), setting("ROUNDS", 5));
    let threads = setting("THREADS", std::thread::available_parallelism().map_or(1, usize::from));
    println!("{workload} mulmix, {} parameters, batch {rows}, {threads} threads", plan.parameter_count());

    let mut ours = Trainer::new(plan, rows, threads);
    ours.time(steps.min(20));
    let torch = std::env::var("TORCH_STEPS").ok();
    let (mut mine, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        mine.push(ours.time(steps));
        theirs.extend(torch.as_deref().and_then(|script| torch_step(script, &workload, rows, steps, threads)));
    }
    let mine = report("mmc", &mut mine, rows);
    if !theirs.is_empty() {
        let theirs = report("torch", &mut theirs, rows);
        println!("ratio {:.2}", theirs / mine);
    }
}

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// Prints and returns the median of the medians, in milliseconds.
fn report(name: &str, medians: &mut [f64], rows: usize) -> f64 {
    let middle = median(medians);
    let (least, most) = (medians[0], medians[medians.len() - 1]);
    println!("{name:6} {middle:8.3} ms/step  ({least:.3} .. {most:.3})  {:8.0} rows/s", rows as f64 / middle * 1e3);
    middle
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// One run of the PyTorch program; its median in milliseconds, if it could run.
fn torch_step(script: &str, workload: &str, rows: usize, steps: usize, threads: usize) -> Option<f64> {
    let (rows, steps, threads) = (rows.to_string(), steps.to_string(), threads.to_string());
    let output =
        Command::new("python3").args([script, workload, &rows, &steps, "--threads", &threads]).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let words: Vec<&str> = text.split_whitespace().collect();
    let at = words.iter().position(|word| *word == "ms/step")?;
    words.get(at.checked_sub(1)?)?.parse().ok()
}

/// The paper's MulMix for HIGGS: encoders of 4 and 2 layers of 300, the mixture of both as the mean of projections to
/// 256, a head of 500 and 200 for each of the three.
fn higgs_mulmix() -> Plan {
    let relu = Some(Activation::Relu);
    let mut net = Network::new(2);
    let (mut low, mut high) = (net.input("low", 21), net.input("high", 7));
    for _ in 0..4 {
        low = net.linear(low, 300, relu);
    }
    for _ in 0..2 {
        high = net.linear(high, 300, relu);
    }
    let projected = [net.linear(low, 256, relu), net.linear(high, 256, relu)];
    let both = net.mean(&projected);
    for mixture in [low, high, both] {
        let hidden = net.linear(mixture, 500, relu);
        let hidden = net.linear(hidden, 200, relu);
        let logits = net.linear(hidden, 2, None);
        net.component(logits, 1.0);
    }
    net.finish(Combination::Multiplicative(Multiplicative {
        beta: 0.5,
        gradient: QGradient::Detached,
        boost: None,
        normalize: false,
        ..Multiplicative::CROSS_ENTROPY
    }))
}

/// The paper's MulMix for CIFAR-100, as a pipeline.
fn cifar_mulmix() -> Plan {
    let text = "pipeline cifar\n\
        data { source = synthetic(\"collider\")\n split = { test: last(10), valid: last(10) } }\n\
        label object: class[100] = column(\"label\")\n\
        modality photo: image[3, 32, 32] = column(\"image\")\n\
        encoder trunk = photo |> resnet(depth: 32)\n\
        combine mulmix = mulmix(trunk.unit1, trunk.unit2, trunk.unit3) { merge = concat\n head = mlp([256]) }\n\
        train { epochs = 1 }\n";
    let mut sources = mmc::diag::SourceMap::new();
    let file = sources.add("cifar.mmc", text);
    mmc::compile(&mut sources, file, &[], None).value.unwrap().plan
}

/// A model in training: the engine, and SGD as in the paper.
struct Trainer {
    engine: Box<dyn Engine>,
    pieces: Vec<Piece>,
    params: Arc<Params>,
    velocity: Vec<f32>,
    batch: Batch,
    step: u64,
}

const LEARNING_RATE: f32 = 0.01;
const MOMENTUM: f32 = 0.9;
const DECAY: f32 = 2e-5;
const LARGEST_NORM: f64 = 10.0;
/// Numbers of the store that one thread updates at a time.
const CHUNK: usize = 1 << 15;

impl Trainer {
    fn new(plan: Arc<Plan>, rows: usize, threads: usize) -> Self {
        let params = Arc::new(initialize(&plan, 1));
        let noise = |count: usize, salt: usize| {
            (0..count).map(|at| ((at * 7919 + salt * 104_729) % 1999) as f32 / 1000.0 - 1.0).collect()
        };
        let classes = plan.loss.classes.len();
        let batch = Batch {
            rows,
            inputs: plan.inputs.iter().map(|input| noise(rows * input.shape.size(), input.shape.size())).collect(),
            present: vec![None; plan.inputs.len()],
            labels: (0..rows).map(|row| (row % classes) as u32).collect(),
            weights: vec![],
            past: vec![],
        };
        let engine = engine(Arc::clone(&plan), DeviceChoice::Cpu, Some(threads)).unwrap();
        let velocity = vec![0.0; params.values.len()];
        Self { engine, pieces: pieces(&plan), params, velocity, batch, step: 0 }
    }

    /// The median time of some steps, in milliseconds.
    fn time(&mut self, steps: usize) -> f64 {
        let mut times = Vec::with_capacity(steps);
        for _ in 0..steps {
            let start = Instant::now();
            self.train();
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        median(&mut times)
    }

    fn train(&mut self) {
        self.step += 1;
        let pool = self.engine.pool();
        let key = StepKey { seed: 1, step: self.step, epoch: 1 };
        let found = self.engine.step(&self.params, &self.batch, key).unwrap();
        assert!(found.loss.is_finite());
        let (gradient, others) = found.gradients.split_first_mut().unwrap();
        let weights = &mut Arc::get_mut(&mut self.params).unwrap().values;
        let (weights, velocity) = (cut(weights, &self.pieces), cut(&mut self.velocity, &self.pieces));
        pool.install(|| {
            let gradients = cut(gradient, &self.pieces);
            let work = gradients.into_par_iter().zip(&self.pieces);
            let squares: Vec<f64> = work.map(|(gradient, piece)| add_shards(gradient, others, piece.first)).collect();
            let clip = (LARGEST_NORM / squares.iter().sum::<f64>().sqrt()).min(1.0) as f32;
            let gradients = cut(gradient, &self.pieces);
            let work = weights.into_par_iter().zip(velocity).zip(gradients).zip(&self.pieces);
            work.for_each(|(((weights, velocity), gradient), piece)| {
                for ((weight, velocity), gradient) in weights.iter_mut().zip(velocity).zip(gradient) {
                    *velocity = MOMENTUM * *velocity + clip * *gradient + piece.decay * *weight;
                    *weight -= LEARNING_RATE * *velocity;
                }
            });
        });
    }
}

/// Part of one parameter: what one thread updates at a time.
struct Piece {
    first: usize,
    length: usize,
    decay: f32,
}

fn pieces(plan: &Plan) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for spec in &plan.params {
        let (end, decay) = (spec.offset + spec.shape.size(), if spec.decay { DECAY } else { 0.0 });
        for first in (spec.offset..end).step_by(CHUNK) {
            pieces.push(Piece { first, length: CHUNK.min(end - first), decay });
        }
    }
    pieces
}

fn cut<'a>(mut values: &'a mut [f32], pieces: &[Piece]) -> Vec<&'a mut [f32]> {
    let mut parts = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let (part, rest) = values.split_at_mut(piece.length);
        parts.push(part);
        values = rest;
    }
    parts
}

/// Adds the gradients of the other shards at the same place, and returns the sum of squares.
fn add_shards(gradient: &mut [f32], others: &[Vec<f32>], first: usize) -> f64 {
    for other in others {
        for (to, from) in gradient.iter_mut().zip(&other[first..]) {
            *to += from;
        }
    }
    let mut lanes = [0.0f32; 16];
    for part in gradient.chunks(16) {
        for (lane, value) in lanes.iter_mut().zip(part) {
            *lane += value * value;
        }
    }
    lanes.iter().map(|lane| f64::from(*lane)).sum()
}
