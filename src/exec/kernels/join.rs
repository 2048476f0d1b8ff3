//! Concatenation of features: of several values, of one with zeros around it, and of one in another order.

use crate::exec::backend::cpu::Native;
use crate::exec::backend::{Backend, DeviceError};
use crate::exec::kernels::kernel::{Computed, Kernel, KernelCall};
use crate::exec::math::image::Image;
use crate::exec::pass::Pass;
use crate::exec::value::{Matrix, Value};
use crate::ops::{Concat, PadChannels};
use dfdx::shapes::{Axis, HasShape};
use dfdx::tensor::{Cpu, Tape, TensorFromVec};
use dfdx::tensor_ops::{BroadcastTo, ChooseFrom, Device, GatherTo, TryGt, TryMul};

impl Kernel for Concat {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        concat(pass, call.reads)
    }

    fn native<T: Tape<f32, Cpu>>(
        &self,
        pass: &mut Pass<'_, Native, T>,
        call: &KernelCall<'_, Cpu>,
    ) -> Computed<Native> {
        let parts = call.reads;
        let height: usize = parts.iter().map(|part| part.dims().0).sum();
        let mut whole = Vec::with_capacity(height * pass.rows);
        for part in parts {
            whole.extend_from_slice(&part.host());
        }
        let learned = parts.iter().any(|part| part.learned);
        let made = pass.made(whole, learned)?;
        if pass.gradients.is_some() && learned {
            let upstream = made.gradient();
            let parts: Vec<_> = parts.iter().map(|part| (part.gradient(), part.learned, part.host().len())).collect();
            pass.tape.add_backward_op(move |grads| {
                let upstream = upstream.take(grads)?;
                let mut first = 0;
                for (input_gradient, learned, length) in parts {
                    if learned {
                        input_gradient.add(grads, upstream[first..first + length].to_vec())?;
                    }
                    first += length;
                }
                Ok(())
            });
        }
        Ok(made)
    }
}

/// Values one after the other along the features. Every part is gathered to the size of the result and selected at its
/// place: dfdx's own concatenation is compiled when it first runs on a GPU, and needs the header files of the machine
/// it was built on.
pub(super) fn concat<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    parts: &[&Value<B::Device>],
) -> Result<Value<B::Device>, DeviceError<B>> {
    let height: usize = parts.iter().map(|part| part.dims().0).sum();
    let rows = pass.rows;
    let mut whole = pass.constant(vec![0.0; height * rows], (height, rows))?;
    let mut first = 0;
    for part in parts {
        let own = part.dims().0;
        let belongs = first..first + own;
        let source = (0..height).map(|at| if belongs.contains(&at) { at - first } else { 0 }).collect();
        let source = TensorFromVec::<usize>::try_tensor_from_vec(&pass.device, source, (height,))?;
        let mask = (0..height * rows).map(|at| f32::from(u8::from(belongs.contains(&(at / rows))))).collect();
        let mask = pass.constant(mask, (height, rows))?.try_gt(0.5)?;
        let tensor = pass.tensor(part)?;
        let spread = pass.record(&tensor, |part| part.try_gather(source))?;
        whole = pass.record(&spread, |spread| mask.try_choose(spread, whole))?;
        first += own;
    }
    Ok(Value::new(whole, parts.iter().any(|part| part.learned)))
}

impl Kernel for PadChannels {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        let (x, (before, after)) = (call.x(), zeros(self, call));
        let there = (0..x.dims().0).map(Some);
        let sources: Vec<_> = vec![None; before].into_iter().chain(there).chain(vec![None; after]).collect();
        let tensor = pass.tensor(x)?;
        let y = gathered(pass, &tensor, &sources)?;
        Ok(Value::new(y, x.learned))
    }

    fn native<T: Tape<f32, Cpu>>(
        &self,
        pass: &mut Pass<'_, Native, T>,
        call: &KernelCall<'_, Cpu>,
    ) -> Computed<Native> {
        let (x, (before, after)) = (call.x(), zeros(self, call));
        let (features, rows) = x.dims();
        let inside = before * rows..(before + features) * rows;
        let mut y = vec![0.0; (before + features + after) * rows];
        y[inside.clone()].copy_from_slice(&x.host());
        let made = pass.made(y, x.learned)?;
        if pass.gradients.is_some() && x.learned {
            let (input_gradient, made) = (x.gradient(), made.gradient());
            pass.tape.add_backward_op(move |grads| {
                let upstream = made.take(grads)?;
                input_gradient.add(grads, upstream[inside].to_vec())
            });
        }
        Ok(made)
    }
}

/// Features of zeros before and after those of the input.
fn zeros<D: Device<f32>>(pad: &PadChannels, call: &KernelCall<'_, D>) -> (usize, usize) {
    let image = Image::new(&call.step.takes);
    let before = (pad.channels - image.channels) / 2;
    let after = pad.channels - image.channels - before;
    (before * image.pixels(), after * image.pixels())
}

/// Features of a value in another order, by the index of each; zeros for `None`.
pub(super) fn gathered<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    x: &Matrix<B::Device>,
    sources: &[Option<usize>],
) -> Result<Matrix<B::Device>, DeviceError<B>> {
    let (count, rows) = (sources.len(), x.shape().1);
    let places = sources.iter().map(|source| source.unwrap_or(0)).collect();
    let places = TensorFromVec::<usize>::try_tensor_from_vec(&pass.device, places, (count,))?;
    let there = sources.iter().map(|source| if source.is_some() { 1.0 } else { 0.0 }).collect();
    let there = pass.constant(there, (count,))?;
    let y = pass.record(x, |x| x.try_gather(places))?;
    if sources.iter().all(Option::is_some) {
        return Ok(y);
    }
    let there = there.try_broadcast_like::<_, Axis<1>>(&(count, rows))?;
    pass.record(&y, |y| y.try_mul(there))
}
