//! Logits of a fixed length.

use crate::exec::backend::Backend;
use crate::exec::backend::cpu::Native;
use crate::exec::kernels::kernel::{Computed, Kernel, KernelCall};
use crate::exec::pass::Pass;
use crate::exec::value::Value;
use crate::ops::UnitLogits;
use dfdx::shapes::Axis;
use dfdx::tensor::{Cpu, Tape};
use dfdx::tensor_ops::{BroadcastTo, SumTo, TryAdd, TryDiv, TryMul};

/// The Euclidean length of each row of numbers laid out features x rows; 0 for those that count as zero.
fn lengths(numbers: &[f32], rows: usize) -> Vec<f64> {
    let mut squares = vec![0.0; rows];
    for feature in numbers.chunks_exact(rows.max(1)) {
        for (square, number) in squares.iter_mut().zip(feature) {
            *square += f64::from(*number).powi(2);
        }
    }
    let length = |square: f64| match square.sqrt() {
        length if length < UnitLogits::LEAST_LENGTH => 0.0,
        length => length,
    };
    squares.into_iter().map(length).collect()
}

/// `s / length`, and 0 for a row of length 0.
fn factor(scale: f64, length: f64) -> f64 {
    if length == 0.0 { 0.0 } else { scale / length }
}

impl Kernel for UnitLogits {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        let x = call.x();
        let shape = x.dims();
        let lengths = lengths(&x.host(), shape.1);
        // Rows are first brought to length 1 by constants, to which the result is invariant, so that no square
        // overflows or vanishes. Those of length 0 become zeros, and the sum of their squares 1.
        let near = lengths.iter().map(|length| factor(1.0, *length) as f32).collect();
        let empty = lengths.iter().map(|length| if *length == 0.0 { 1.0 } else { 0.0 }).collect();
        let near = pass.constant(near, (shape.1,))?.try_broadcast_like::<_, Axis<0>>(&shape)?;
        let empty = pass.constant(empty, (shape.1,))?;
        let tensor = pass.tensor(x)?;
        let near = pass.record(&tensor, |x| x.try_mul(near))?;
        let length =
            pass.record(&near, |x| x.try_square()?.try_sum::<(usize,), Axis<0>>()?.try_add(empty)?.try_sqrt())?;
        let length = pass.record(&length, |length| length.try_broadcast_like::<_, Axis<0>>(&shape))?;
        let y = pass.record(&near, |x| x.try_div(length)?.try_mul(self.scale as f32))?;
        Ok(Value::new(y, x.learned))
    }

    fn native<T: Tape<f32, Cpu>>(
        &self,
        pass: &mut Pass<'_, Native, T>,
        call: &KernelCall<'_, Cpu>,
    ) -> Computed<Native> {
        let (x, scale) = (call.x(), self.scale);
        let rows = x.dims().1;
        let numbers = x.host();
        let lengths = lengths(&numbers, rows);
        let y = numbers.iter().enumerate().map(|(at, x)| (f64::from(*x) * factor(scale, lengths[at % rows])) as f32);
        let made = pass.made(y.collect(), x.learned)?;
        if pass.gradients.is_some() && x.learned {
            let (input_gradient, made) = (x.gradient(), made.gradient());
            // With u = x / ||x||: dx = s / ||x|| (dy - u (u . dy)).
            pass.tape.add_backward_op(move |grads| {
                let mut upstream = made.take(grads)?;
                let mut along = vec![0.0; rows];
                for (at, (g, x)) in upstream.iter().zip(numbers.iter()).enumerate() {
                    along[at % rows] += f64::from(*g) * f64::from(*x) * factor(1.0, lengths[at % rows]);
                }
                for (at, (g, x)) in upstream.iter_mut().zip(numbers.iter()).enumerate() {
                    let length = lengths[at % rows];
                    let across = f64::from(*g) - f64::from(*x) * factor(along[at % rows], length);
                    *g = (across * factor(scale, length)) as f32;
                }
                input_gradient.add(grads, upstream)
            });
        }
        Ok(made)
    }
}
