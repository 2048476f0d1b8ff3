//! A convolution over the steps of a sequence. The steps of a window are contiguous in memory, so that its result is
//! one product with the weight.

use crate::exec::backend::Backend;
use crate::exec::backend::cpu::Native;
use crate::exec::kernels::kernel::{Computed, Kernel, KernelCall};
use crate::exec::kernels::steps::Steps;
use crate::exec::math::gemm::{MatrixView, multiply};
use crate::exec::pass::Pass;
use crate::exec::value::Value;
use crate::ops::{Conv1d, Window};
use crate::plan::ParamId;
use dfdx::shapes::{Axes3, Axis};
use dfdx::tensor::{Cpu, Tape, TensorFromVec};
use dfdx::tensor_ops::{BroadcastTo, GatherTo, PermuteTo, ReshapeTo, TryAdd, TryMatMul, TryMul};
use std::ops::Range;
use std::sync::Arc;

/// The input and output sequences of a convolution, and its weights.
#[derive(Clone, Debug)]
struct Geometry {
    from: Steps,
    to: Steps,
    window: Window,
    /// `[channels, width, size]`
    weight: ParamId,
    /// `[channels]`
    bias: Option<ParamId>,
}

impl Geometry {
    fn new<B: Backend, T>(conv: &Conv1d, pass: &Pass<'_, B, T>, call: &KernelCall<'_, B::Device>) -> Self {
        let (weight, bias) = (call.step.params[0], call.step.params.get(1).copied());
        let width = pass.params.get(weight).len() / (conv.channels * conv.window.size);
        let from = Steps::of(call.x(), width, call.length());
        let to = from.through(&conv.window, conv.channels);
        Self { from, to, window: conv.window, weight, bias }
    }

    /// The steps of the sequence that lie in a window, and the first place of the window they take.
    fn covered(&self, at: usize) -> (Range<usize>, usize) {
        let (Window { size, stride, .. }, padding) = (self.window, self.window.zeros());
        let first = (at * stride).saturating_sub(padding);
        let end = (at * stride + size).saturating_sub(padding).min(self.from.count);
        (first..end.max(first), padding.saturating_sub(at * stride))
    }

    /// Exchanges the two last axes of the weight, so that its columns go step by step, as a window lies in memory.
    fn by_steps(&self, weight: &[f32]) -> Vec<f32> {
        exchange(weight, self.from.width, self.window.size)
    }
}

/// On the CPU a product for each window, read and written in place.
impl Kernel for Conv1d {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        let (x, conv) = (call.x(), Geometry::new(self, pass, call));
        let Geometry { from, to, window, .. } = &conv;
        let (size, width, channels, rows) = (window.size, from.width, to.width, from.rows);
        let mut sources = Vec::with_capacity(to.count * size);
        let mut real = Vec::with_capacity(to.count * size * rows);
        for place in (0..to.count).flat_map(|step| step * window.stride..step * window.stride + size) {
            let source = place.checked_sub(window.zeros()).filter(|source| *source < from.count);
            sources.push(source.unwrap_or(0));
            real.extend(from.lengths.iter().map(|end| f32::from(u8::from(source.is_some_and(|source| source < *end)))));
        }
        let sources = TensorFromVec::<usize>::try_tensor_from_vec(&pass.device, sources, (to.count * size,))?;
        let real = pass.constant(real, (to.count * size, rows))?;
        let weight = pass.param(conv.weight, (channels, width, size))?;
        let weight = pass.record(&weight, |weight| {
            weight.try_permute::<(usize, usize, usize), Axes3<0, 2, 1>>()?.try_reshape_like(&(channels, size * width))
        })?;
        // All windows side by side: one product.
        let gathered = (to.count * size, width, rows);
        let input = pass.tensor(x)?;
        let beside = pass.record(&input, |x| {
            let x = x.try_reshape_like(&(from.count, width, rows))?.try_gather(sources)?;
            let x = x.try_mul(real.try_broadcast_like::<_, Axis<1>>(&gathered)?)?;
            let x = x.try_reshape_like(&(to.count, size * width, rows))?;
            x.try_permute::<(usize, usize, usize), Axes3<1, 0, 2>>()?.try_reshape_like(&(size * width, to.count * rows))
        })?;
        let mut y = pass.record(&weight, |weight| weight.try_matmul(beside))?;
        if let Some(bias) = conv.bias {
            let bias = pass.param(bias, (channels,))?;
            let bias = bias.try_broadcast_like::<_, Axis<1>>(&(channels, to.count * rows))?;
            y = pass.record(&y, |y| y.try_add(bias))?;
        }
        let made = pass.constant(to.mask(), (to.count, rows))?;
        let y = pass.record(&y, |y| {
            let y = y.try_reshape_like(&(channels, to.count, rows))?;
            let y = y.try_permute::<(usize, usize, usize), Axes3<1, 0, 2>>()?;
            let y = y.try_mul(made.try_broadcast_like::<_, Axis<1>>(&(to.count, channels, rows))?)?;
            y.try_reshape_like(&(to.count * channels, rows))
        })?;
        Ok(Value::new(y, true))
    }

    fn native<T: Tape<f32, Cpu>>(
        &self,
        pass: &mut Pass<'_, Native, T>,
        call: &KernelCall<'_, Cpu>,
    ) -> Computed<Native> {
        let (x, conv) = (call.x(), Geometry::new(self, pass, call));
        let Geometry { from, to, window, .. } = &conv;
        let (width, channels, rows, workers) = (from.width, to.width, from.rows, pass.workers);
        let columns = window.size * width;
        let mut input = x.host();
        if from.shortest() < from.count {
            let whole: &mut Vec<f32> = Arc::make_mut(&mut input);
            from.clear_past(whole);
        }
        let weight = conv.by_steps(pass.params.get(conv.weight));
        let bias = conv.bias.map(|bias| pass.params.get(bias));
        let mut y = vec![0.0; to.count * to.block()];
        for (at, y) in y.chunks_exact_mut(to.block()).enumerate() {
            if let Some(bias) = bias {
                for (row, bias) in y.chunks_exact_mut(rows).zip(bias) {
                    row.fill(*bias);
                }
            }
            let (covered, place) = conv.covered(at);
            let part = MatrixView::new(&weight, channels, columns).columns(place * width, covered.len() * width);
            let seen =
                MatrixView::new(&input[covered.start * from.block()..covered.end * from.block()], part.width(), rows);
            multiply(y, part, seen, true, workers);
        }
        to.clear_past(&mut y);
        let made = pass.made(y, true)?;
        if let Some(gradients) = pass.gradients.clone() {
            let (input_gradient, upstream) = (x.learned.then(|| x.gradient()), made.gradient());
            let conv = conv.clone();
            pass.tape.add_backward_op(move |grads| {
                let Geometry { from, to, .. } = &conv;
                let mut upstream = upstream.take(grads)?;
                to.clear_past(&mut upstream);
                let mut of_weight = vec![0.0; weight.len()];
                let mut of_input = vec![0.0; if input_gradient.is_some() { input.len() } else { 0 }];
                for (at, upstream) in upstream.chunks_exact(to.block()).enumerate() {
                    let (covered, place) = conv.covered(at);
                    let (taken, lies) =
                        (covered.len() * width, covered.start * from.block()..covered.end * from.block());
                    let upstream = MatrixView::new(upstream, channels, rows);
                    let seen = MatrixView::new(&input[lies.clone()], taken, rows);
                    let mut part = vec![0.0; channels * taken];
                    multiply(&mut part, upstream, seen.transposed(), false, workers);
                    for (to, from) in of_weight.chunks_exact_mut(columns).zip(part.chunks_exact(taken.max(1))) {
                        for (to, from) in to[place * width..].iter_mut().zip(from) {
                            *to += from;
                        }
                    }
                    if input_gradient.is_some() {
                        let part = MatrixView::new(&weight, channels, columns).columns(place * width, taken);
                        multiply(&mut of_input[lies], part.transposed(), upstream, true, workers);
                    }
                }
                gradients.add(conv.weight, &exchange(&of_weight, conv.window.size, width));
                if let Some(bias) = conv.bias {
                    let mut sums = vec![0.0; channels];
                    for step in upstream.chunks_exact(to.block()) {
                        for (sum, row) in sums.iter_mut().zip(step.chunks_exact(rows)) {
                            *sum += row.iter().sum::<f32>();
                        }
                    }
                    gradients.add(bias, &sums);
                }
                if let Some(input_gradient) = input_gradient {
                    from.clear_past(&mut of_input);
                    input_gradient.add(grads, of_input)?;
                }
                Ok(())
            });
        }
        Ok(made)
    }
}

/// `[.., rows, columns]` as `[.., columns, rows]`.
fn exchange(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    let mut exchanged = Vec::with_capacity(values.len());
    for matrix in values.chunks_exact(rows * columns) {
        for column in 0..columns {
            exchanged.extend((0..rows).map(|row| matrix[row * columns + column]));
        }
    }
    exchanged
}
