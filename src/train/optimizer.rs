//! What turns gradients into steps: SGD, Adam and AdamW over the flat parameter store, and global-norm clipping.
//! Knows neither the engine that made the gradients nor the schedule that chose the learning rate.

use crate::plan::Plan;
use crate::spec;
use rayon::prelude::*;
use std::ops::Range;

/// Numbers per chunk, few enough that all its arrays stay in the first-level cache. Every sum is made within a chunk and
/// chunks are added up in order, so that the bits do not depend on how many threads share the work.
const CHUNK: usize = 2 * 1024;

/// The fewest chunks that are worth giving to another thread.
const CHUNKS_PER_TASK: usize = 8;

/// How many partial sums of squares run side by side within a chunk.
const LANES: usize = 8;

/// An optimizer and what it remembers. Its state is plain data: two arrays laid out as the parameters, and a count.
///
/// The order of things is that of the authors' code: decay that is not decoupled is added to the gradient first,
/// then the global norm of the whole is clipped, then the step is made.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimizer {
    rule: spec::Optimizer,
    clip_norm: Option<f64>,
    /// By chunk: its runs of parameters that all decay, or all do not.
    runs: Vec<Vec<Run>>,
    squares: Vec<f64>,
    /// What it remembers.
    pub state: OptimizerState,
}

/// What an optimizer remembers from step to step.
#[derive(Clone, Debug, PartialEq)]
pub struct OptimizerState {
    /// Steps made.
    pub steps: u64,
    /// SGD: the velocity. Adam: the first moment.
    pub first: Vec<f32>,
    /// Adam: the second moment. Empty for SGD.
    pub second: Vec<f32>,
}

/// Neighbours in one chunk that are treated alike, counted from the chunk's beginning.
#[derive(Clone, Debug, PartialEq)]
struct Run {
    range: Range<usize>,
    decays: bool,
}

impl Optimizer {
    /// An optimizer for the parameters of `plan` that has made no step yet.
    pub fn new(rule: &spec::Optimizer, clip_norm: Option<f64>, plan: &Plan) -> Self {
        let length = plan.params.iter().map(|param| param.offset + param.shape.size()).max().unwrap_or(0);
        let decaying = plan.params.iter().filter(|param| param.decay);
        let runs = runs(length, decaying.map(|param| param.offset..param.offset + param.shape.size()).collect());
        let second = if matches!(rule, spec::Optimizer::Adam { .. }) { vec![0.0; length] } else { vec![] };
        let state = OptimizerState { steps: 0, first: vec![0.0; length], second };
        Self { rule: rule.clone(), clip_norm, squares: vec![0.0; runs.len()], runs, state }
    }

    /// Makes one step with learning rate `lr` and returns the global norm of the gradient, with coupled decay and
    /// before clipping. Where that is not finite, `values` and the state are spoilt.
    ///
    /// `gradients` are shards, each laid out as `values`, whose sum in this order is the gradient; the first is left
    /// holding it. Works in the rayon pool it is called in.
    pub fn step(&mut self, values: &mut [f32], gradients: &mut [Vec<f32>], lr: f64) -> f64 {
        let Some((gradient, rest)) = gradients.split_first_mut() else { return 0.0 };
        debug_assert!(values.len() == gradient.len() && values.len() == self.state.first.len());
        self.state.steps += 1;
        match self.rule {
            spec::Optimizer::Sgd { momentum, nesterov, weight_decay, .. } => {
                let rule = Sgd { lr: lr as f32, momentum: momentum as f32, nesterov };
                self.sgd(rule, weight_decay as f32, values, gradient, rest)
            }
            spec::Optimizer::Adam { beta1, beta2, eps, weight_decay, decoupled, .. } => {
                let steps = self.state.steps as f64;
                let rule = Adam {
                    step: (lr / (1.0 - beta1.powf(steps))) as f32,
                    rise1: (1.0 - beta1) as f32,
                    beta2: beta2 as f32,
                    rise2: (1.0 - beta2) as f32,
                    root: (1.0 - beta2.powf(steps)).sqrt() as f32,
                    eps: eps as f32,
                    shrink: if decoupled { (1.0 - lr * weight_decay) as f32 } else { 1.0 },
                };
                let coupled = if decoupled { 0.0 } else { weight_decay as f32 };
                self.adam(rule, coupled, values, gradient, rest)
            }
        }
    }

    fn sgd(&mut self, rule: Sgd, decay: f32, values: &mut [f32], gradient: &mut [f32], rest: &[Vec<f32>]) -> f64 {
        let Self { runs, squares, state, clip_norm, .. } = self;
        values
            .par_chunks_mut(CHUNK)
            .zip(gradient.par_chunks_mut(CHUNK))
            .zip(state.first.par_chunks_mut(CHUNK))
            .zip(squares.par_iter_mut())
            .zip(runs.par_iter())
            .enumerate()
            .with_min_len(CHUNKS_PER_TASK)
            .for_each(|(index, ((((w, g), v), square), runs))| {
                *square = gather(index * CHUNK, w, g, rest, runs, decay);
                if clip_norm.is_none() {
                    rule.update(w, g, v, 1.0);
                }
            });
        let norm = squares.iter().sum::<f64>().sqrt();
        if let Some(limit) = *clip_norm {
            let scale = clip_scale(norm, limit);
            values
                .par_chunks_mut(CHUNK)
                .zip(gradient.par_chunks_mut(CHUNK))
                .zip(state.first.par_chunks_mut(CHUNK))
                .with_min_len(CHUNKS_PER_TASK)
                .for_each(|((w, g), v)| rule.update(w, g, v, scale));
        }
        norm
    }

    fn adam(&mut self, rule: Adam, decay: f32, values: &mut [f32], gradient: &mut [f32], rest: &[Vec<f32>]) -> f64 {
        let Self { runs, squares, state, clip_norm, .. } = self;
        values
            .par_chunks_mut(CHUNK)
            .zip(gradient.par_chunks_mut(CHUNK))
            .zip(state.first.par_chunks_mut(CHUNK))
            .zip(state.second.par_chunks_mut(CHUNK))
            .zip(squares.par_iter_mut())
            .zip(runs.par_iter())
            .enumerate()
            .with_min_len(CHUNKS_PER_TASK)
            .for_each(|(index, (((((w, g), m), v), square), runs))| {
                *square = gather(index * CHUNK, w, g, rest, runs, decay);
                if clip_norm.is_none() {
                    rule.update(w, g, m, v, runs, 1.0);
                }
            });
        let norm = squares.iter().sum::<f64>().sqrt();
        if let Some(limit) = *clip_norm {
            let scale = clip_scale(norm, limit);
            values
                .par_chunks_mut(CHUNK)
                .zip(gradient.par_chunks_mut(CHUNK))
                .zip(state.first.par_chunks_mut(CHUNK))
                .zip(state.second.par_chunks_mut(CHUNK))
                .zip(runs.par_iter())
                .with_min_len(CHUNKS_PER_TASK)
                .for_each(|((((w, g), m), v), runs)| rule.update(w, g, m, v, runs, scale));
        }
        norm
    }
}

/// What a gradient of this norm is multiplied with.
fn clip_scale(norm: f64, limit: f64) -> f32 {
    if norm > limit { (limit / norm) as f32 } else { 1.0 }
}

/// Cuts `0..length` into chunks, and each chunk where decay begins or ends.
fn runs(length: usize, mut decaying: Vec<Range<usize>>) -> Vec<Vec<Run>> {
    decaying.sort_by_key(|range| range.start);
    let mut chunks: Vec<Vec<Run>> = vec![vec![]; length.div_ceil(CHUNK)];
    let mut put = |mut range: Range<usize>, decays: bool| {
        while range.start < range.end {
            let chunk = range.start / CHUNK;
            let from = chunk * CHUNK;
            let end = range.end.min(from + CHUNK);
            match chunks[chunk].last_mut() {
                Some(last) if last.decays == decays => last.range.end = end - from,
                _ => chunks[chunk].push(Run { range: range.start - from..end - from, decays }),
            }
            range.start = end;
        }
    };
    let mut at = 0;
    for range in decaying {
        put(at..range.start, false);
        at = range.end;
        put(range, true);
    }
    put(at..length, false);
    chunks
}

/// Adds the other shards and the decay into `g`, in this order, and returns the sum of its squares.
fn gather(at: usize, w: &[f32], g: &mut [f32], rest: &[Vec<f32>], runs: &[Run], decay: f32) -> f64 {
    for shard in rest {
        for (g, other) in g.iter_mut().zip(&shard[at..]) {
            *g += other;
        }
    }
    if decay != 0.0 {
        for run in runs.iter().filter(|run| run.decays) {
            for (g, w) in g[run.range.clone()].iter_mut().zip(&w[run.range.clone()]) {
                *g += decay * w;
            }
        }
    }
    sum_of_squares(g)
}

fn sum_of_squares(numbers: &[f32]) -> f64 {
    let (blocks, tail) = numbers.as_chunks::<LANES>();
    let mut lanes = [0.0f64; LANES];
    for block in blocks {
        for (lane, number) in lanes.iter_mut().zip(block) {
            *lane += f64::from(*number) * f64::from(*number);
        }
    }
    let tail: f64 = tail.iter().map(|number| f64::from(*number) * f64::from(*number)).sum();
    lanes.iter().sum::<f64>() + tail
}

/// `v = momentum v + g; w -= lr v`, or with Nesterov `w -= lr (g + momentum v)`.
#[derive(Clone, Copy)]
struct Sgd {
    lr: f32,
    momentum: f32,
    nesterov: bool,
}

impl Sgd {
    fn update(self, w: &mut [f32], g: &[f32], v: &mut [f32], scale: f32) {
        let Self { lr, momentum, nesterov } = self;
        if nesterov {
            for ((w, g), v) in w.iter_mut().zip(g).zip(v) {
                let g = g * scale;
                *v = momentum * *v + g;
                *w -= lr * (g + momentum * *v);
            }
        } else {
            for ((w, g), v) in w.iter_mut().zip(g).zip(v) {
                *v = momentum * *v + g * scale;
                *w -= lr * *v;
            }
        }
    }
}

/// `m += (1 - beta1) (g - m); v = beta2 v + (1 - beta2) g^2; w -= step m / (sqrt(v) / root + eps)`, where `step` and
/// `root` hold the corrections for the bias of the moments.
#[derive(Clone, Copy)]
struct Adam {
    step: f32,
    rise1: f32,
    beta2: f32,
    rise2: f32,
    root: f32,
    eps: f32,
    /// What decoupled decay leaves of a weight.
    shrink: f32,
}

impl Adam {
    fn update(self, w: &mut [f32], g: &[f32], m: &mut [f32], v: &mut [f32], runs: &[Run], scale: f32) {
        let Self { step, rise1, beta2, rise2, root, eps, shrink } = self;
        if shrink != 1.0 {
            for run in runs.iter().filter(|run| run.decays) {
                w[run.range.clone()].iter_mut().for_each(|w| *w *= shrink);
            }
        }
        for (((w, g), m), v) in w.iter_mut().zip(g).zip(m).zip(v) {
            let g = g * scale;
            *m += rise1 * (g - *m);
            *v = beta2 * *v + rise2 * (g * g);
            *w -= step * *m / (v.sqrt() / root + eps);
        }
    }
}
