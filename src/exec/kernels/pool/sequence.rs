//! The largest value and the mean over the steps of a sequence.

use crate::exec::backend::cpu::Native;
use crate::exec::backend::{Backend, DeviceError};
use crate::exec::kernels::kernel::{Computed, Kernel, KernelCall};
use crate::exec::kernels::steps::Steps;
use crate::exec::pass::Pass;
use crate::exec::value::Value;
use crate::ops::{MeanPool, Window};
use crate::plan::Step;
use dfdx::shapes::Axis;
use dfdx::tensor::{Cpu, Tape, TensorFromVec};
use dfdx::tensor_ops::{
    BroadcastTo, ChooseFrom, Device, GatherTo, MaxTo, ReshapeTo, SumTo, TryDiv, TryGe, TryMul, TrySub,
};

/// The value of a padded step: finite, and far below any other value.
pub(super) const LOWEST: f32 = 1e30;

/// In dfdx's operations: the largest value of every window.
pub(super) fn max_portable<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    x: &Value<B::Device>,
    pool: &SequencePool,
) -> Result<Value<B::Device>, DeviceError<B>> {
    let SequencePool { from, to, window } = pool;
    let (width, rows) = (from.width, from.rows);
    let mut sources = Vec::with_capacity(to.count * window.size);
    let mut real = Vec::with_capacity(to.count * window.size * rows);
    for step in 0..to.count {
        for source in step * window.stride..step * window.stride + window.size {
            sources.push(source.min(from.count.saturating_sub(1)));
            real.extend(from.lengths.iter().map(|length| f32::from(u8::from(source < *length))));
        }
    }
    let whole = (to.count, window.size, width, rows);
    let mask = pass.constant(real.clone(), (to.count, window.size, rows))?;
    let lowest =
        pass.constant(real.iter().map(|real| (1.0 - real) * LOWEST).collect(), (to.count, window.size, rows))?;
    let some = pass.constant(to.mask(), (to.count, rows))?;
    let sources = TensorFromVec::<usize>::try_tensor_from_vec(&pass.device, sources, (to.count * window.size,))?;
    let input = pass.tensor(x)?;
    let seen = pass.record(&input, |x| {
        let x = x.try_reshape_like(&(from.count, width, rows))?.try_gather(sources)?.try_reshape_like(&whole)?;
        let x = x.try_mul(mask.try_broadcast_like::<_, Axis<2>>(&whole)?)?;
        x.try_sub(lowest.try_broadcast_like::<_, Axis<2>>(&whole)?)
    })?;
    // The gradient of dfdx's own maximum counts once for each of several equal values: here they share it.
    let made = (to.count, width, rows);
    let largest = seen.clone().try_max::<(usize, usize, usize), Axis<1>>()?;
    let is_largest = seen.clone().try_sub(largest.try_broadcast_like::<_, Axis<1>>(&whole)?)?.try_ge(0.0)?;
    let cells = from.block() * to.count * window.size;
    let (one, none) = (pass.constant(vec![1.0; cells], whole)?, pass.constant(vec![0.0; cells], whole)?);
    let share = is_largest.try_choose(one, none)?;
    let equal = share.clone().try_sum::<(usize, usize, usize), Axis<1>>()?;
    let some = some.try_broadcast_like::<_, Axis<1>>(&made)?.try_div(equal)?;
    let share = share.try_mul(some.try_broadcast_like::<_, Axis<1>>(&whole)?)?;
    let y = pass.record(&seen, |seen| {
        seen.try_mul(share)?.try_sum::<(usize, usize, usize), Axis<1>>()?.try_reshape_like(&(to.count * width, rows))
    })?;
    Ok(Value::new(y, x.learned))
}

/// The sequence that a maximum is taken of, and the one that it makes.
#[derive(Clone, Debug)]
pub(super) struct SequencePool {
    from: Steps,
    to: Steps,
    window: Window,
}

impl SequencePool {
    /// Over windows of a sequence, or over all of its steps.
    pub(super) fn new<D: Device<f32>>(
        x: &Value<D>,
        length: Option<&Value<D>>,
        step: &Step,
        window: Option<Window>,
    ) -> Self {
        let width = step.shape.0.last().copied().unwrap_or(1);
        let from = Steps::of(x, width, length);
        match window {
            Some(window) => Self { to: from.through(&window, width), from, window },
            None => {
                let window = Window::over_steps(from.count, from.count, 0);
                let lengths = from.lengths.iter().map(|length| usize::from(*length > 0)).collect();
                Self { to: Steps { count: 1, lengths, ..from.clone() }, from, window }
            }
        }
    }
}

/// On the CPU: the first of the largest values, with its backward pass.
pub(super) fn max_native<T: Tape<f32, Cpu>>(
    pass: &mut Pass<'_, Native, T>,
    x: &Value<Cpu>,
    pool: &SequencePool,
) -> Result<Value<Cpu>, DeviceError<Native>> {
    let SequencePool { from, to, window } = pool;
    let (input, block, rows) = (x.host(), from.block(), from.rows);
    let mut y = vec![0.0; to.count * block];
    let mut sources = vec![u32::MAX; y.len()];
    for at in 0..y.len() {
        let (step, cell) = (at / block, at % block);
        let row = cell % rows;
        if step >= to.lengths[row] {
            continue;
        }
        let first = step * window.stride;
        let mut best = first * block + cell;
        for source in first + 1..(first + window.size).min(from.lengths[row]) {
            let other = source * block + cell;
            // A NaN at any step is passed on.
            if input[other] > input[best] || input[other].is_nan() {
                best = other;
            }
        }
        y[at] = input[best];
        sources[at] = best as u32;
    }
    let made = pass.made(y, x.learned)?;
    if pass.gradients.is_some() && x.learned {
        let (input_gradient, upstream) = (x.gradient(), made.gradient());
        pass.tape.add_backward_op(move |grads| {
            let upstream = upstream.take(grads)?;
            input_gradient.write(grads, |to, add| {
                if !add {
                    to.fill(0.0);
                }
                for (source, upstream) in sources.iter().zip(&upstream).filter(|(source, _)| **source != u32::MAX) {
                    to[*source as usize] += upstream;
                }
            })
        });
    }
    Ok(made)
}

/// The mean over the steps that are real; zeros where none is.
impl Kernel for MeanPool {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        let (x, width) = (call.x(), call.step.shape.size());
        let steps = Steps::of(x, width, call.length());
        let whole = (steps.count, width, steps.rows);
        let share = pass.constant(steps.spread(|length| 1.0 / length as f32), (steps.count, steps.rows))?;
        let input = pass.tensor(x)?;
        let y = pass.record(&input, |x| {
            let x = x.try_reshape_like(&whole)?.try_mul(share.try_broadcast_like::<_, Axis<1>>(&whole)?)?;
            x.try_sum::<(usize, usize), Axis<0>>()
        })?;
        Ok(Value::new(y, x.learned))
    }
}
