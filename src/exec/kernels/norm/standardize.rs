//! Values of mean 0 and variance 1 along an axis: shared by the norms.

use crate::exec::backend::{Backend, DeviceError};
use crate::exec::pass::Pass;
use crate::exec::value::Matrix;
use crate::plan::Step;
use dfdx::shapes::{Axes, Axis, BroadcastShapeTo, HasAxes, ReduceShapeTo};
use dfdx::tensor::{Tape, Tensor};
use dfdx::tensor_ops::{BroadcastTo, MeanTo, SumTo, TryAdd, TryDiv, TryMul, TrySub};

/// Values of mean 0 and variance 1 along an axis, with their mean and deviation.
pub(super) struct Standardized<D: dfdx::tensor_ops::Device<f32>> {
    pub(super) values: Matrix<D>,
    pub(super) mean: Tensor<(usize,), f32, D>,
    pub(super) variance: Tensor<(usize,), f32, D>,
}

/// Along an axis; where rows have shares, the mean of every feature is the sum by these.
pub(super) fn standardize<B: Backend, T: Tape<f32, B::Device>, Ax: Axes>(
    pass: &mut Pass<'_, B, T>,
    x: &Matrix<B::Device>,
    eps: f64,
    shares: Option<&Tensor<(usize,), f32, B::Device>>,
) -> Result<Standardized<B::Device>, DeviceError<B>>
where
    (usize, usize): HasAxes<Ax> + ReduceShapeTo<(usize,), Ax>,
    (usize,): BroadcastShapeTo<(usize, usize), Ax>,
{
    let shape = *dfdx::shapes::HasShape::shape(x);
    let shares = shares.map(|shares| shares.clone().try_broadcast_like::<_, Axis<0>>(&shape)).transpose()?;
    let mean = pass.record(x, |x| match &shares {
        Some(shares) => x.try_mul(shares.clone())?.try_sum::<(usize,), Ax>(),
        None => x.try_mean::<(usize,), Ax>(),
    })?;
    let spread = mean.clone().try_broadcast_like::<_, Ax>(&shape)?;
    let centred = pass.record(x, |x| x.try_sub(spread))?;
    let variance = pass.record(&centred, |centred| match &shares {
        Some(shares) => centred.try_square()?.try_mul(shares.clone())?.try_sum::<(usize,), Ax>(),
        None => centred.try_square()?.try_mean::<(usize,), Ax>(),
    })?;
    let deviation = pass.record(&variance, |variance| variance.try_add(eps as f32)?.try_sqrt())?;
    let spread = deviation.try_broadcast_like::<_, Ax>(&shape)?;
    let values = pass.record(&centred, |centred| centred.try_div(spread))?;
    Ok(Standardized { values, mean, variance })
}

/// `gamma * x + beta`, one of each for every feature.
pub(super) fn scale_and_shift<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    x: &Matrix<B::Device>,
    step: &Step,
) -> Result<Matrix<B::Device>, DeviceError<B>> {
    let shape = *dfdx::shapes::HasShape::shape(x);
    let gamma = pass.param(step.params[0], (shape.0,))?.try_broadcast_like::<_, Axis<1>>(&shape)?;
    let beta = pass.param(step.params[1], (shape.0,))?.try_broadcast_like::<_, Axis<1>>(&shape)?;
    pass.record(x, |x| x.try_mul(gamma)?.try_add(beta))
}
