//! Optimizer steps over the flat parameter store: sums of shards, weight decay, clipping of the global norm, and the
//! update rule of the specification.

use crate::optim::{ParamChunk, update_rule};
use crate::plan::Plan;
use crate::spec::OptimizerSpec;
use rayon::prelude::*;
use std::ops::Range;

/// Numbers per chunk, few enough that all its arrays stay in the first-level cache. Every sum is made within a chunk
/// and chunks are added up in order, so that the bits do not depend on how many threads share the work.
const CHUNK: usize = 2 * 1024;

/// The fewest chunks that are worth giving to another thread.
const CHUNKS_PER_TASK: usize = 8;

/// Number of partial sums of squares side by side within a chunk.
const LANES: usize = 8;

/// An optimizer and its state: plain data, two arrays laid out as the parameters, and a count.
///
/// The order of a step is that of the authors' code: decay that is not decoupled is added to the gradient first, then
/// the global norm of the whole is clipped, then the parameters are updated.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimizer {
    spec: OptimizerSpec,
    clip_norm: Option<f64>,
    /// The ranges of each chunk that weight decay applies to, counted from the chunk's beginning.
    decaying: Vec<Vec<Range<usize>>>,
    /// The moments and the number of steps.
    pub state: OptimizerState,
}

/// The state of an optimizer between steps.
#[derive(Clone, Debug, PartialEq)]
pub struct OptimizerState {
    /// Number of steps made.
    pub steps: u64,
    /// The first moment, for SGD the velocity; as long as the parameters.
    pub first: Vec<f32>,
    /// The second moment; empty for an optimizer without one.
    pub second: Vec<f32>,
}

/// A chunk of the parameters in a step, and the sum of squares of its gradient.
struct StepChunk<'a> {
    params: ChunkArrays<'a>,
    square: f64,
}

/// The arrays of a chunk; `second` is empty for an optimizer without a second moment.
struct ChunkArrays<'a> {
    weights: &'a mut [f32],
    gradient: &'a mut [f32],
    first: &'a mut [f32],
    second: &'a mut [f32],
    decaying: &'a [Range<usize>],
}

impl Optimizer {
    /// An optimizer for the parameters of `plan` that has made no step yet.
    pub fn new(spec: &OptimizerSpec, clip_norm: Option<f64>, plan: &Plan) -> Self {
        let length = plan.params.iter().map(|param| param.offset + param.shape.size()).max().unwrap_or(0);
        let decaying = plan.params.iter().filter(|param| param.decay);
        let decaying =
            by_chunk(length, decaying.map(|param| param.offset..param.offset + param.shape.size()).collect());
        let second = if update_rule(spec).moments() > 1 { vec![0.0; length] } else { vec![] };
        let state = OptimizerState { steps: 0, first: vec![0.0; length], second };
        Self { spec: spec.clone(), clip_norm, decaying, state }
    }

    /// Makes one step with learning rate `lr` and returns the global norm of the gradient, with coupled decay and
    /// before clipping. If that is not finite, `values` and the state are invalid.
    ///
    /// `gradients` are shards, each laid out as `values`, whose sum in this order is the gradient; the first is left
    /// holding it. Works in the rayon pool it is called in.
    pub fn step(&mut self, values: &mut [f32], gradients: &mut [Vec<f32>], lr: f64) -> f64 {
        let Some((gradient, shards)) = gradients.split_first_mut() else { return 0.0 };
        debug_assert!(values.len() == gradient.len() && values.len() == self.state.first.len());
        self.state.steps += 1;
        let rule = update_rule(&self.spec);
        let (decay, update) = (rule.coupled_decay(), rule.update(lr, self.state.steps));
        let OptimizerState { first, second, .. } = &mut self.state;
        let second = second.chunks_mut(CHUNK).chain(std::iter::repeat_with(|| &mut [][..]));
        let mut chunks: Vec<StepChunk<'_>> = (values.chunks_mut(CHUNK))
            .zip(gradient.chunks_mut(CHUNK))
            .zip(first.chunks_mut(CHUNK).zip(second))
            .zip(&self.decaying)
            .map(|(((weights, gradient), (first, second)), decaying)| StepChunk {
                params: ChunkArrays { weights, gradient, first, second, decaying },
                square: 0.0,
            })
            .collect();
        let clip_norm = self.clip_norm;
        chunks.par_iter_mut().enumerate().with_min_len(CHUNKS_PER_TASK).for_each(|(index, chunk)| {
            chunk.square = chunk.params.gather(index * CHUNK, shards, decay);
            if clip_norm.is_none() {
                update(chunk.params.lend(), 1.0);
            }
        });
        let norm = chunks.iter().map(|chunk| chunk.square).sum::<f64>().sqrt();
        if let Some(limit) = clip_norm {
            let scale = clip_scale(norm, limit);
            chunks.par_iter_mut().with_min_len(CHUNKS_PER_TASK).for_each(|chunk| update(chunk.params.lend(), scale));
        }
        norm
    }
}

impl ChunkArrays<'_> {
    fn lend(&mut self) -> ParamChunk<'_> {
        let Self { weights, gradient, first, second, decaying } = self;
        ParamChunk { weights, gradient, first, second, decaying }
    }

    /// Adds the other shards, of which this chunk begins at `at`, and the decay to the gradient, in this order, and
    /// returns the sum of its squares.
    fn gather(&mut self, at: usize, shards: &[Vec<f32>], decay: f32) -> f64 {
        let Self { weights, gradient, decaying, .. } = self;
        for shard in shards {
            for (g, other) in gradient.iter_mut().zip(&shard[at..]) {
                *g += other;
            }
        }
        if decay != 0.0 {
            for range in *decaying {
                for (g, w) in gradient[range.clone()].iter_mut().zip(&weights[range.clone()]) {
                    *g += decay * w;
                }
            }
        }
        sum_of_squares(gradient)
    }
}

/// The factor on a gradient of this norm.
fn clip_scale(norm: f64, limit: f64) -> f32 {
    if norm > limit { (limit / norm) as f32 } else { 1.0 }
}

/// Cuts ranges of `0..length` at the edges of chunks; ranges that touch within a chunk are joined.
fn by_chunk(length: usize, mut ranges: Vec<Range<usize>>) -> Vec<Vec<Range<usize>>> {
    ranges.sort_by_key(|range| range.start);
    let mut chunks: Vec<Vec<Range<usize>>> = vec![vec![]; length.div_ceil(CHUNK)];
    for mut range in ranges {
        while range.start < range.end {
            let chunk = range.start / CHUNK;
            let from = chunk * CHUNK;
            let end = range.end.min(from + CHUNK);
            match chunks[chunk].last_mut() {
                Some(last) if last.end == range.start - from => last.end = end - from,
                _ => chunks[chunk].push(range.start - from..end - from),
            }
            range.start = end;
        }
    }
    chunks
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
