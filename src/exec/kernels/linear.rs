//! `y = W x + b` over features x rows, and an activation fused onto it. The weight is `[out, in]`, as it is stored.

use super::activation;
use crate::exec::backend::{Backend, Native};
use crate::exec::gemm::{Matrix, multiply};
use crate::exec::pass::{Failure, Pass, Value};
use crate::ops::Activation;
use crate::plan::ParamId;
use dfdx::shapes::Axis;
use dfdx::tensor::{Cpu, Tape};
use dfdx::tensor_ops::{BroadcastTo, TryAdd, TryMatMul};
use std::sync::Arc;

/// A linear layer.
#[derive(Clone, Copy, Debug)]
pub(in crate::exec) struct Linear {
    /// `[out, in]`
    pub(in crate::exec) weight: ParamId,
    /// `[out]`
    pub(in crate::exec) bias: Option<ParamId>,
    /// The width of the result.
    pub(in crate::exec) out: usize,
    /// What is applied to the result.
    pub(in crate::exec) activation: Option<Activation>,
}

/// Of dfdx's operations.
pub(in crate::exec) fn portable<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    x: &Value<B::Device>,
    layer: &Linear,
) -> Result<Value<B::Device>, Failure<B>> {
    let (features, rows) = x.dims();
    let weight = pass.param(layer.weight, (layer.out, features))?;
    let x = x.tensor(pass)?;
    let mut y = pass.record(&weight, |weight| weight.try_matmul(x))?;
    if let Some(bias) = layer.bias {
        let bias = pass.param(bias, (layer.out,))?;
        let bias = bias.try_broadcast_like::<_, Axis<1>>(&(layer.out, rows))?;
        y = pass.record(&y, |y| y.try_add(bias))?;
    }
    if let Some(activation) = layer.activation {
        y = pass.record(&y, |y| activation::compose(activation, y))?;
    }
    Ok(Value::new(y, true))
}

/// On the CPU: weights are read where they are stored, their gradients written where they are wanted.
pub(in crate::exec) fn native<T: Tape<f32, Cpu>>(
    pass: &mut Pass<'_, Native, T>,
    x: &Value<Cpu>,
    layer: &Linear,
) -> Result<Value<Cpu>, Failure<Native>> {
    let (features, rows) = x.dims();
    let (layer, workers) = (*layer, pass.workers);
    let input = x.host();
    let mut y = vec![0.0; layer.out * rows];
    let weight = Matrix::new(pass.params.get(layer.weight), layer.out, features);
    multiply(&mut y, weight, Matrix::new(&input, features, rows), false, workers);
    if let Some(bias) = layer.bias {
        for (row, bias) in y.chunks_exact_mut(rows).zip(pass.params.get(bias)) {
            for value in row {
                *value += bias;
            }
        }
    }
    let mut saved = None;
    if let Some(activation) = layer.activation {
        if pass.gradients.is_some() && activation::derives_from_input(activation) {
            saved = Some(Arc::new(y.clone()));
        }
        activation::apply(activation, &mut y);
    }
    let made = pass.made(y, true)?;
    if let Some(gradients) = pass.gradients.clone() {
        let saved = saved.unwrap_or_else(|| made.host());
        let wanted = x.learned.then(|| x.slope());
        let made = made.slope();
        pass.tape.add_backward_op(move |grads| {
            let mut slope = made.take(grads)?;
            if let Some(activation) = layer.activation {
                activation::backward(activation, &mut slope, &saved);
            }
            let y = Matrix::new(&slope, layer.out, rows);
            let x = Matrix::new(&input, features, rows);
            gradients.write(layer.weight, |to, add| multiply(to, y, x.transposed(), add, workers));
            if let Some(bias) = layer.bias {
                let sums: Vec<f32> = slope.chunks_exact(rows).map(|row| row.iter().sum()).collect();
                gradients.add(bias, &sums);
            }
            if let Some(wanted) = wanted {
                let weight = Matrix::new(gradients.params().get(layer.weight), layer.out, features);
                wanted.write(grads, |to, add| multiply(to, weight.transposed(), y, add, workers))?;
            }
            Ok(())
        });
    }
    Ok(made)
}
