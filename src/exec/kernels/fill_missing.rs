//! A learned vector on the rows where a value is missing.

use super::kernel::{Computed, Kernel, KernelCall};
use crate::exec::backend::Backend;
use crate::exec::backend::cpu::Native;
use crate::exec::pass::Pass;
use crate::exec::value::Value;
use crate::ops::FillMissing;
use dfdx::shapes::Axis;
use dfdx::tensor::{Cpu, Tape};
use dfdx::tensor_ops::{BroadcastTo, TryAdd, TryMul};

/// Where no row of the pass lacks the value, it is passed on as it is.
impl Kernel for FillMissing {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        let x = call.x();
        let Some(present) = pass.rows_of(call.step) else { return Ok(x.clone()) };
        let (width, rows) = x.dims();
        let kept: Vec<f32> = present.iter().map(|present| f32::from(u8::from(*present))).collect();
        let filled = pass.constant(kept.iter().map(|kept| 1.0 - kept).collect(), (rows,))?;
        let kept = pass.constant(kept, (rows,))?;
        let shape = (width, rows);
        let weight = pass.param(call.step.params[0], (width,))?;
        let stand_in = pass.record(&weight, |weight| {
            weight.try_broadcast_like::<_, Axis<1>>(&shape)?.try_mul(filled.try_broadcast_like::<_, Axis<0>>(&shape)?)
        })?;
        let tensor = pass.tensor(x)?;
        let y =
            pass.record(&tensor, |x| x.try_mul(kept.try_broadcast_like::<_, Axis<0>>(&shape)?)?.try_add(stand_in))?;
        Ok(Value::new(y, true))
    }

    fn native<T: Tape<f32, Cpu>>(
        &self,
        pass: &mut Pass<'_, Native, T>,
        call: &KernelCall<'_, Cpu>,
    ) -> Computed<Native> {
        let (x, id) = (call.x(), call.step.params[0]);
        let Some(present) = pass.rows_of(call.step) else { return Ok(x.clone()) };
        let rows = pass.rows.max(1);
        let input = x.host();
        let weight = pass.params.get(id);
        let number = |(at, x): (usize, &f32)| if present[at % rows] { *x } else { weight[at / rows] };
        let made = pass.made(input.iter().enumerate().map(number).collect(), true)?;
        if let Some(gradients) = pass.gradients.clone() {
            let (input_gradient, made) = (x.learned.then(|| x.gradient()), made.gradient());
            pass.tape.add_backward_op(move |grads| {
                let mut upstream = made.take(grads)?;
                let of_weight: Vec<f32> = upstream
                    .chunks_mut(rows)
                    .map(|feature| {
                        let mut sum = 0.0;
                        for (upstream, _) in feature.iter_mut().zip(&present).filter(|(_, present)| !**present) {
                            sum += std::mem::take(upstream);
                        }
                        sum
                    })
                    .collect();
                gradients.add(id, &of_weight);
                input_gradient.map_or(Ok(()), |input_gradient| input_gradient.add(grads, upstream))
            });
        }
        Ok(made)
    }
}
