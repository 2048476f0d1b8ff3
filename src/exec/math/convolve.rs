//! The three products of a convolution on the CPU, without a matrix of patches: forward, and the gradients of the input
//! and of the weights.
//!
//! With the rows of a batch side by side, a line of the result is a sum of weights times contiguous runs of numbers.
//! The first two products are the same loop over another relation of pixels; the third is a loop of inner products.

use crate::exec::math::image::{Image, PixelRun, RunPair, SlidingWindow, Tap};
use crate::exec::workers::Workers;
use pulp::{Arch, Simd, WithSimd};

/// Outputs computed side by side.
const GROUP: usize = 8;

/// Lines of the output whose share of a weight's gradient is added up before the shares are: so many shares at most.
const SHARES: usize = 8;

/// Weights in the order in which [`slide`] reads them: `[group of outputs, cell, input, output of the group]`.
#[derive(Debug)]
pub(in crate::exec) struct Packed {
    values: Vec<f32>,
    inputs: usize,
    cells: usize,
}

impl Packed {
    /// Packs `[out, in, cell]` for the forward product, or its transposition for the one backward.
    pub(in crate::exec) fn new(weight: &[f32], sliding: &SlidingWindow, backward: bool) -> Self {
        let (cells, per_output) = (sliding.cells(), sliding.input.channels);
        let (outputs, inputs) = match backward {
            false => (sliding.output.channels, sliding.input.channels),
            true => (sliding.input.channels, sliding.output.channels),
        };
        let mut values = vec![0.0; outputs.div_ceil(GROUP) * cells * inputs * GROUP];
        for output in 0..outputs {
            for input in 0..inputs {
                let (row, column) = if backward { (input, output) } else { (output, input) };
                let from = &weight[(row * per_output + column) * cells..][..cells];
                for (cell, value) in from.iter().enumerate() {
                    let group = output / GROUP * cells + cell;
                    values[(group * inputs + input) * GROUP + output % GROUP] = *value;
                }
            }
        }
        Self { values, inputs, cells }
    }
}

/// The initial value of the sums of a product.
#[derive(Clone, Copy, Debug)]
pub(in crate::exec) enum InitialSum<'a> {
    /// Zero.
    Zero,
    /// One number for each channel.
    Bias(&'a [f32]),
    /// The numbers in the output.
    Accumulate,
}

/// `out = weight * x`, line by line.
pub(in crate::exec) fn forward(
    out: &mut [f32],
    x: &[f32],
    weight: &[f32],
    sliding: &SlidingWindow,
    initial: InitialSum<'_>,
    workers: Workers,
) {
    let packed = Packed::new(weight, sliding, false);
    slide(out, sliding.output, x, sliding.input, sliding, &packed, initial, workers, |y, x| sliding.under(y, x));
}

/// The gradient of `x` from that of the output.
pub(in crate::exec) fn backward(
    out: &mut [f32],
    upstream: &[f32],
    weight: &[f32],
    sliding: &SlidingWindow,
    initial: InitialSum<'_>,
    workers: Workers,
) {
    let packed = Packed::new(weight, sliding, true);
    slide(out, sliding.input, upstream, sliding.output, sliding, &packed, initial, workers, |y, x| sliding.over(y, x));
}

#[expect(clippy::too_many_arguments, reason = "two images, what joins them, and who works")]
fn slide<I: Iterator<Item = Tap>>(
    out: &mut [f32],
    to: Image,
    source: &[f32],
    from: Image,
    sliding: &SlidingWindow,
    packed: &Packed,
    initial: InitialSum<'_>,
    workers: Workers,
    taps: impl Fn(usize, usize) -> I + Send + Sync,
) {
    let length = to.width * sliding.rows;
    let mut lines: Vec<Vec<&mut [f32]>> = (0..to.height).map(|_| Vec::with_capacity(to.channels)).collect();
    for channel in out.chunks_exact_mut((to.height * length).max(1)) {
        for (line, part) in lines.iter_mut().zip(channel.chunks_exact_mut(length)) {
            line.push(part);
        }
    }
    workers.map(lines, |y, mut out| {
        let runs = sliding.runs(to.width, |x| taps(y, x));
        let plane = from.pixels() * sliding.rows;
        Arch::new().dispatch(OutputLine { out: &mut out, runs: &runs, source, plane, packed, initial });
    });
}

/// One line of every channel of a result.
struct OutputLine<'a, 'o> {
    /// The line in each channel.
    out: &'a mut [&'o mut [f32]],
    runs: &'a [PixelRun],
    source: &'a [f32],
    /// Numbers in a channel of the source.
    plane: usize,
    packed: &'a Packed,
    initial: InitialSum<'a>,
}

impl WithSimd for OutputLine<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        // As many accumulators as the registers of the instruction set hold: 16 of eight numbers, or 32.
        if S::F32_LANES == 8 { self.fill::<S, 4, 3>(simd) } else { self.fill::<S, 8, 3>(simd) }
    }
}

impl OutputLine<'_, '_> {
    #[inline(always)]
    fn fill<S: Simd, const M: usize, const N: usize>(&mut self, simd: S) {
        for run in self.runs {
            let mut at = 0;
            while at < run.length {
                let left = run.length - at;
                let wide = left >= N * S::F32_LANES;
                let width = if wide { N * S::F32_LANES } else { left.min(S::F32_LANES) };
                for first in (0..self.out.len()).step_by(M) {
                    if wide {
                        self.tile::<S, M, N>(simd, run, at, width, first);
                    } else {
                        self.tile::<S, M, 1>(simd, run, at, width, first);
                    }
                }
                at += width;
            }
        }
    }

    /// `M` channels from `first` on by `N` registers of numbers, `width` in all, from `at` on in a run.
    #[inline(always)]
    fn tile<S: Simd, const M: usize, const N: usize>(
        &mut self,
        simd: S,
        run: &PixelRun,
        at: usize,
        width: usize,
        first: usize,
    ) {
        let whole = width == N * S::F32_LANES;
        let channels = M.min(self.out.len() - first);
        let place = run.first + at;
        let mut sums = [[simd.splat_f32s(0.0); N]; M];
        for (channel, sums) in sums.iter_mut().enumerate().take(channels) {
            match self.initial {
                InitialSum::Zero => {}
                InitialSum::Bias(bias) => *sums = [simd.splat_f32s(bias[first + channel]); N],
                InitialSum::Accumulate => {
                    let there = &self.out[first + channel][place..place + width];
                    for (n, sum) in sums.iter_mut().enumerate() {
                        *sum = if whole { S::as_simd_f32s(there).0[n] } else { simd.partial_load_f32s(there) };
                    }
                }
            }
        }
        let Packed { values, inputs, cells } = self.packed;
        let group = &values[first / GROUP * cells * inputs * GROUP..][..cells * inputs * GROUP];
        for tap in &run.taps {
            let weights = &group[tap.cell * inputs * GROUP..][..inputs * GROUP];
            let (weights, _) = weights.as_chunks::<GROUP>();
            let mut start = tap.start + at;
            for weights in weights {
                let numbers = &self.source[start..start + width];
                start += self.plane;
                let mut x = [simd.splat_f32s(0.0); N];
                if whole {
                    let numbers = &S::as_simd_f32s(numbers).0[..N];
                    x.copy_from_slice(numbers);
                } else {
                    x[0] = simd.partial_load_f32s(numbers);
                }
                let weights = &weights[first % GROUP..][..M];
                // By index: iterators that are not inlined cost more than the arithmetic.
                for m in 0..M {
                    let weight = simd.splat_f32s(weights[m]);
                    for n in 0..N {
                        sums[m][n] = simd.mul_add_f32s(weight, x[n], sums[m][n]);
                    }
                }
            }
        }
        for (channel, sums) in sums.iter().enumerate().take(channels) {
            let out = &mut self.out[first + channel][place..place + width];
            if whole {
                let (out, _) = S::as_mut_simd_f32s(out);
                for (to, from) in out.iter_mut().zip(sums) {
                    *to = *from;
                }
            } else {
                simd.partial_store_f32s(out, sums[0]);
            }
        }
    }
}

/// The gradient of the weight, `[out, in, cell]`, from that of the output.
pub(in crate::exec) fn weight_gradient(
    out: &mut [f32],
    upstream: &[f32],
    x: &[f32],
    sliding: &SlidingWindow,
    accumulate: bool,
    workers: Workers,
) {
    let (outputs, inputs, cells) = (sliding.output.channels, sliding.input.channels, sliding.cells());
    let height = sliding.output.height;
    let lines = height.div_ceil(SHARES).max(1);
    let shares = (0..height).step_by(lines).map(|first| first..(first + lines).min(height)).collect();
    let shares = workers.map(shares, |_, lines: std::ops::Range<usize>| {
        let mut sums = vec![0.0; cells * outputs * inputs];
        for y in lines {
            let run_pairs = sliding.run_pairs(y);
            Arch::new().dispatch(Products { sums: &mut sums, run_pairs: &run_pairs, upstream, x, sliding });
        }
        sums
    });
    if !accumulate {
        out.fill(0.0);
    }
    for share in &shares {
        for (cell, products) in share.chunks_exact(outputs * inputs).enumerate() {
            for (to, from) in out.chunks_exact_mut(cells).zip(products) {
                to[cell] += from;
            }
        }
    }
}

/// Inner products of the channels of the output with those of the input, cell by cell: `[cell, out, in]`.
struct Products<'a> {
    sums: &'a mut [f32],
    run_pairs: &'a [RunPair],
    upstream: &'a [f32],
    x: &'a [f32],
    sliding: &'a SlidingWindow,
}

impl WithSimd for Products<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        if S::F32_LANES == 8 { self.fill::<S, 4, 2>(simd) } else { self.fill::<S, 4, 4>(simd) }
    }
}

impl Products<'_> {
    #[inline(always)]
    fn fill<S: Simd, const M: usize, const N: usize>(&mut self, simd: S) {
        let (outputs, inputs) = (self.sliding.output.channels, self.sliding.input.channels);
        let of_upstream = self.sliding.output.pixels() * self.sliding.rows;
        let of_x = self.sliding.input.pixels() * self.sliding.rows;
        for pair in self.run_pairs {
            let sums = &mut self.sums[pair.cell * outputs * inputs..][..outputs * inputs];
            for output in (0..outputs).step_by(M) {
                // Beyond the last channel, the last is repeated.
                let mut a = [&[][..]; M];
                for (m, a) in a.iter_mut().enumerate() {
                    let channel = (output + m).min(outputs - 1);
                    *a = &self.upstream[channel * of_upstream + pair.output..][..pair.length];
                }
                for input in (0..inputs).step_by(N) {
                    let mut b = [&[][..]; N];
                    for (n, b) in b.iter_mut().enumerate() {
                        let channel = (input + n).min(inputs - 1);
                        *b = &self.x[channel * of_x + pair.input..][..pair.length];
                    }
                    let products = inner_products::<S, M, N>(simd, a, b);
                    for (m, products) in products.iter().enumerate().take(outputs - output) {
                        for (n, product) in products.iter().enumerate().take(inputs - input) {
                            sums[(output + m) * inputs + input + n] += product;
                        }
                    }
                }
            }
        }
    }
}

/// The inner product of every `a` with every `b`; all are equally long.
#[inline(always)]
fn inner_products<S: Simd, const M: usize, const N: usize>(simd: S, a: [&[f32]; M], b: [&[f32]; N]) -> [[f32; N]; M] {
    let length = a[0].len();
    let steps = length / S::F32_LANES;
    let mut sums = [[simd.splat_f32s(0.0); N]; M];
    let mut of_a = [&[][..]; M];
    for (to, from) in of_a.iter_mut().zip(a) {
        *to = &S::as_simd_f32s(from).0[..steps];
    }
    let mut of_b = [&[][..]; N];
    for (to, from) in of_b.iter_mut().zip(b) {
        *to = &S::as_simd_f32s(from).0[..steps];
    }
    for step in 0..steps {
        let mut x = [simd.splat_f32s(0.0); N];
        for n in 0..N {
            x[n] = of_b[n][step];
        }
        for m in 0..M {
            let a = of_a[m][step];
            for n in 0..N {
                sums[m][n] = simd.mul_add_f32s(a, x[n], sums[m][n]);
            }
        }
    }
    let rest = steps * S::F32_LANES;
    if rest < length {
        for (sums, a) in sums.iter_mut().zip(a) {
            let a = simd.partial_load_f32s(&a[rest..]);
            for (sum, b) in sums.iter_mut().zip(b) {
                *sum = simd.mul_add_f32s(a, simd.partial_load_f32s(&b[rest..]), *sum);
            }
        }
    }
    let mut products = [[0.0; N]; M];
    for (products, sums) in products.iter_mut().zip(sums) {
        for (product, sum) in products.iter_mut().zip(sums) {
            *product = simd.reduce_sum_f32s(sum);
        }
    }
    products
}
