//! The mean over the steps of a sequence, weighted by attention.

use crate::exec::backend::Backend;
use crate::exec::kernels::kernel::{Computed, Kernel, KernelCall};
use crate::exec::kernels::pool::sequence::LOWEST;
use crate::exec::kernels::steps::Steps;
use crate::exec::pass::Pass;
use crate::exec::value::Value;
use crate::ops::AttentionPool;
use dfdx::shapes::{Axes3, Axis};
use dfdx::tensor::Tape;
use dfdx::tensor_ops::{BroadcastTo, PermuteTo, ReshapeTo, SumTo, TryAdd, TryMatMul, TryMul, TrySub};

/// The mean over the steps that are real, weighted by `softmax_t(c . tanh(W h_t + b))`; zeros where none is.
impl Kernel for AttentionPool {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        let (x, step, size) = (call.x(), call.step, self.size);
        let width = step.shape.size();
        let steps = Steps::of(x, width, call.length());
        let (count, rows) = (steps.count, steps.rows);
        let whole = (count, width, rows);
        let weight = pass.param(step.params[0], (size, width))?;
        let bias = pass.param(step.params[1], (size,))?.try_broadcast_like::<_, Axis<1>>(&(size, count * rows))?;
        let context = pass.param(step.params[2], (1, size))?;
        let real = steps.mask();
        let lowest = pass.constant(real.iter().map(|real| (1.0 - real) * LOWEST).collect(), (count, rows))?;
        let real = pass.constant(real, (count, rows))?;

        // All steps side by side, so that each matrix is one product.
        let input = pass.tensor(x)?;
        let blocks = pass.record(&input, |x| x.try_reshape_like(&whole))?;
        let beside = pass.record(&blocks, |blocks| {
            blocks.try_permute::<(usize, usize, usize), Axes3<1, 0, 2>>()?.try_reshape_like(&(width, count * rows))
        })?;
        let seen = pass.record(&weight, |weight| weight.try_matmul(beside)?.try_add(bias)?.try_tanh())?;
        let scores = pass.record(&context, |context| context.try_matmul(seen)?.try_reshape_like(&(count, rows)))?;
        let shares = pass.record(&scores, |scores| {
            scores.try_mul(real.clone())?.try_sub(lowest)?.try_softmax::<Axis<0>>()?.try_mul(real)
        })?;
        let shares = shares.try_broadcast_like::<_, Axis<1>>(&whole)?;
        let y = pass.record(&blocks, |blocks| blocks.try_mul(shares)?.try_sum::<(usize, usize), Axis<0>>())?;
        Ok(Value::new(y, true))
    }
}
