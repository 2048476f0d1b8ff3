//! A row of a table for each id. Row 0, for padding and unknown values, is zeros and has no gradient.

use crate::exec::backend::Backend;
use crate::exec::backend::cpu::Native;
use crate::exec::kernels::kernel::{Computed, Kernel, KernelCall};
use crate::exec::pass::Pass;
use crate::exec::value::Value;
use crate::ops::Embedding;
use dfdx::shapes::{Axes3, Axis};
use dfdx::tensor::{Cpu, Tape, TensorFromVec};
use dfdx::tensor_ops::{BroadcastTo, GatherTo, PermuteTo, ReshapeTo, TryMul};

impl Kernel for Embedding {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        let tokens = call.x();
        let ((steps, rows), width) = (tokens.dims(), self.width);
        let ids: Vec<usize> = tokens.host().iter().map(|id| *id as usize).collect();
        let real = ids.iter().map(|id| f32::from(u8::from(*id != 0))).collect();
        let real = pass.constant(real, (steps * rows,))?;
        let ids = TensorFromVec::<usize>::try_tensor_from_vec(&pass.device, ids, (steps * rows,))?;
        let table = pass.param(call.step.params[0], (pass.params.get(call.step.params[0]).len() / width, width))?;
        let y = pass.record(&table, |table| {
            let found =
                table.try_gather(ids)?.try_mul(real.try_broadcast_like::<_, Axis<1>>(&(steps * rows, width))?)?;
            let found = found.try_reshape_like(&(steps, rows, width))?;
            found.try_permute::<(usize, usize, usize), Axes3<0, 2, 1>>()?.try_reshape_like(&(steps * width, rows))
        })?;
        Ok(Value::new(y, true))
    }

    fn native<T: Tape<f32, Cpu>>(
        &self,
        pass: &mut Pass<'_, Native, T>,
        call: &KernelCall<'_, Cpu>,
    ) -> Computed<Native> {
        let tokens = call.x();
        let ((steps, rows), table, width) = (tokens.dims(), call.step.params[0], self.width);
        let ids = tokens.host();
        let from = pass.params.get(table);
        let mut y = Vec::with_capacity(steps * width * rows);
        for step in ids.chunks_exact(rows.max(1)) {
            for feature in 0..width {
                y.extend(step.iter().map(|id| if *id == 0.0 { 0.0 } else { from[*id as usize * width + feature] }));
            }
        }
        let made = pass.made(y, true)?;
        if let Some(gradients) = pass.gradients.clone() {
            let upstream = made.gradient();
            pass.tape.add_backward_op(move |grads| {
                let upstream = upstream.take(grads)?;
                gradients.write(table, |to, add| {
                    if !add {
                        to.fill(0.0);
                    }
                    for (step, upstream) in ids.chunks_exact(rows).zip(upstream.chunks_exact(width * rows)) {
                        for (feature, upstream) in upstream.chunks_exact(rows).enumerate() {
                            for (id, upstream) in step.iter().zip(upstream).filter(|(id, _)| **id != 0.0) {
                                to[*id as usize * width + feature] += upstream;
                            }
                        }
                    }
                });
                Ok(())
            });
        }
        Ok(made)
    }
}
