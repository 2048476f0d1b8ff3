//! `y = W x + b` over features x rows, and an activation fused onto it. The weight is `[out, in]`, as it is stored.

use crate::exec::backend::Backend;
use crate::exec::backend::cpu::Native;
use crate::exec::kernels::elementwise::activation;
use crate::exec::kernels::kernel::{Computed, Kernel, KernelCall};
use crate::exec::math::gemm::{MatrixView, multiply};
use crate::exec::pass::Pass;
use crate::exec::value::Value;
use crate::ops::Linear;
use dfdx::shapes::Axis;
use dfdx::tensor::{Cpu, Tape};
use dfdx::tensor_ops::{BroadcastTo, TryAdd, TryMatMul};
use std::sync::Arc;

/// On the CPU weights are read and gradients written in place.
impl Kernel for Linear {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        let (x, out) = (call.x(), self.out);
        let (weight_id, bias_id) = (call.step.params[0], call.step.params.get(1).copied());
        let (features, rows) = x.dims();
        let weight = pass.param(weight_id, (out, features))?;
        let x = pass.tensor(x)?;
        let mut y = pass.record(&weight, |weight| weight.try_matmul(x))?;
        if let Some(bias) = bias_id {
            let bias = pass.param(bias, (out,))?;
            let bias = bias.try_broadcast_like::<_, Axis<1>>(&(out, rows))?;
            y = pass.record(&y, |y| y.try_add(bias))?;
        }
        if let Some(activation) = self.activation {
            y = pass.record(&y, |y| activation::compose(activation, y))?;
        }
        Ok(Value::new(y, true))
    }

    fn native<T: Tape<f32, Cpu>>(
        &self,
        pass: &mut Pass<'_, Native, T>,
        call: &KernelCall<'_, Cpu>,
    ) -> Computed<Native> {
        let (x, out) = (call.x(), self.out);
        let (weight_id, bias_id) = (call.step.params[0], call.step.params.get(1).copied());
        let (features, rows) = x.dims();
        let (activation, workers) = (self.activation, pass.workers);
        let input = x.host();
        let mut y = vec![0.0; out * rows];
        let weight = MatrixView::new(pass.params.get(weight_id), out, features);
        multiply(&mut y, weight, MatrixView::new(&input, features, rows), false, workers);
        if let Some(bias) = bias_id {
            for (row, bias) in y.chunks_exact_mut(rows).zip(pass.params.get(bias)) {
                for value in row {
                    *value += bias;
                }
            }
        }
        let mut saved = None;
        if let Some(activation) = activation {
            if pass.gradients.is_some() && activation::derives_from_input(activation) {
                saved = Some(Arc::new(y.clone()));
            }
            activation::apply(activation, &mut y);
        }
        let made = pass.made(y, true)?;
        if let Some(gradients) = pass.gradients.clone() {
            let saved = saved.unwrap_or_else(|| made.host());
            let input_gradient = x.learned.then(|| x.gradient());
            let made = made.gradient();
            pass.tape.add_backward_op(move |grads| {
                let mut upstream = made.take(grads)?;
                if let Some(activation) = activation {
                    activation::backward(activation, &mut upstream, &saved);
                }
                let y = MatrixView::new(&upstream, out, rows);
                let x = MatrixView::new(&input, features, rows);
                gradients.write(weight_id, |to, add| multiply(to, y, x.transposed(), add, workers));
                if let Some(bias) = bias_id {
                    let sums: Vec<f32> = upstream.chunks_exact(rows).map(|row| row.iter().sum()).collect();
                    gradients.add(bias, &sums);
                }
                if let Some(input_gradient) = input_gradient {
                    let weight = MatrixView::new(gradients.params().get(weight_id), out, features);
                    input_gradient.write(grads, |to, add| multiply(to, weight.transposed(), y, add, workers))?;
                }
                Ok(())
            });
        }
        Ok(made)
    }
}
