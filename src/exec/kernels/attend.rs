//! Attention over modalities: a mean of values, each weighted by a softmax over scores.

use crate::exec::backend::{Backend, DeviceError};
use crate::exec::kernels::kernel::{Computed, Kernel, KernelCall};
use crate::exec::pass::Pass;
use crate::exec::value::{Matrix, Value};
use crate::ops::Attend;
use dfdx::shapes::Axis;
use dfdx::tensor::{Tape, TensorFromVec};
use dfdx::tensor_ops::{BroadcastTo, GatherTo, SumTo, TryAdd, TryDiv, TryMul, TrySub};

/// `(1 / M) sum_i softmax(scores)_i values_i`, with a score for each row and value.
impl Kernel for Attend {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        let (scores, values) = (call.reads[0], &call.reads[1..]);
        let shares = softmax(pass, scores)?;
        let parts = 1.0 / values.len() as f32;
        let learned = scores.learned || values.iter().any(|value| value.learned);
        let mut total: Option<Matrix<B::Device>> = None;
        for (index, value) in values.iter().enumerate() {
            // The score of this value over all its features, row by row.
            let every = vec![index; value.dims().0];
            let every = TensorFromVec::<usize>::try_tensor_from_vec(&pass.device, every, (value.dims().0,))?;
            let share = pass.record(&shares, |shares| shares.try_gather(every))?;
            let tensor = pass.tensor(value)?;
            let weighted = pass.record(&tensor, |value| value.try_mul(parts))?;
            let weighted = pass.record(&weighted, |weighted| weighted.try_mul(share))?;
            total = Some(match total {
                Some(total) => pass.record(&total, |total| total.try_add(weighted))?,
                None => weighted,
            });
        }
        let total = match total {
            Some(total) => total,
            None => pass.constant(vec![], (0, pass.rows))?,
        };
        Ok(Value::new(total, learned))
    }
}

/// The softmax of each row's features. The largest is subtracted first, which only prevents overflow.
fn softmax<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    scores: &Value<B::Device>,
) -> Result<Matrix<B::Device>, DeviceError<B>> {
    let shape = scores.dims();
    let host = scores.host();
    let largest = |row: usize| (0..shape.0).map(|at| host[at * shape.1 + row]).fold(f32::NEG_INFINITY, f32::max);
    let largest = pass.constant((0..shape.1).map(largest).collect(), (shape.1,))?;
    let largest = largest.try_broadcast_like::<_, Axis<0>>(&shape)?;
    let scores = pass.tensor(scores)?;
    let powers = pass.record(&scores, |scores| scores.try_sub(largest)?.try_exp())?;
    let sum = pass.record(&powers, |powers| powers.try_sum::<(usize,), Axis<0>>())?;
    let sum = pass.record(&sum, |sum| sum.try_broadcast_like::<_, Axis<0>>(&shape))?;
    pass.record(&powers, |powers| powers.try_div(sum))
}
