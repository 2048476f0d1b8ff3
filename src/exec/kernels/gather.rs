//! Values whose features are features of another, in another order, with zeros between them.

use crate::exec::backend::Backend;
use crate::exec::pass::{Failure, Matrix, Pass};
use dfdx::shapes::{Axis, HasShape};
use dfdx::tensor::{Tape, TensorFromVec};
use dfdx::tensor_ops::{BroadcastTo, GatherTo, TryMul};

/// Of dfdx's operations: feature by feature where it comes from, `None` for zeros.
pub(in crate::exec) fn gathered<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    x: &Matrix<B::Device>,
    sources: &[Option<usize>],
) -> Result<Matrix<B::Device>, Failure<B>> {
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
