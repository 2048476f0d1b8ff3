//! Normalisation over the batch (Ioffe and Szegedy, 2015) and over the features (Ba, Kiros and Hinton, 2016).

use crate::exec::backend::Backend;
use crate::exec::pass::{Failure, Matrix, Pass, Value};
use crate::plan::Step;
use dfdx::shapes::{Axes, Axis, BroadcastShapeTo, HasAxes, ReduceShapeTo};
use dfdx::tensor::{Tape, Tensor};
use dfdx::tensor_ops::{BroadcastTo, MeanTo, SumTo, TryAdd, TryDiv, TryMul, TrySub};

/// Every feature by the mean and the biased variance of the rows in training, and by running statistics otherwise. Rows
/// on which a modality that the value needs is missing have no part in them.
/// The variance it reports for the running statistics is unbiased, as PyTorch has it; that of one row is 0.
pub(super) fn batch_norm<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    x: &Value<B::Device>,
    step: &Step,
    eps: f64,
) -> Result<Value<B::Device>, Failure<B>> {
    let (features, rows) = x.dims();
    let x = x.tensor(pass)?;
    if pass.training.is_some() {
        // A row that lacks what the value is computed from holds nothing to learn about it.
        let present = pass.rows_of(step);
        let counted = present.as_ref().map_or(rows, |present| present.iter().filter(|present| **present).count());
        if counted == 0 {
            let y = scale_and_shift(pass, &x, step)?;
            return Ok(Value::new(y, true));
        }
        let share = |present: &bool| if *present { 1.0 / counted as f32 } else { 0.0 };
        let shares = match &present {
            Some(present) => Some(pass.constant(present.iter().map(share).collect(), (rows,))?),
            None => None,
        };
        let normal = standardize::<B, T, Axis<1>>(pass, &x, eps, shares.as_ref())?;
        let unbiased = counted as f32 / counted.saturating_sub(1).max(1) as f32;
        let variance = normal.variance.as_vec().iter().map(|variance| variance * unbiased).collect();
        pass.moments.push((step.buffers[0], normal.mean.as_vec()));
        pass.moments.push((step.buffers[1], variance));
        let y = scale_and_shift(pass, &normal.values, step)?;
        return Ok(Value::new(y, true));
    }
    let mean = pass.params.buffer(step.buffers[0]);
    let variance = pass.params.buffer(step.buffers[1]);
    let scale: Vec<f32> = variance.iter().map(|variance| (1.0 / (f64::from(*variance) + eps).sqrt()) as f32).collect();
    let (mean, scale) = (pass.constant(mean.to_vec(), (features,))?, pass.constant(scale, (features,))?);
    let y = pass.record(&x, |x| {
        x.try_sub(mean.try_broadcast_like::<_, Axis<1>>(&(features, rows))?)?
            .try_mul(scale.try_broadcast_like::<_, Axis<1>>(&(features, rows))?)
    })?;
    let y = scale_and_shift(pass, &y, step)?;
    Ok(Value::new(y, true))
}

/// Every row by the mean and the biased variance of its features.
pub(super) fn layer_norm<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    x: &Value<B::Device>,
    step: &Step,
    eps: f64,
) -> Result<Value<B::Device>, Failure<B>> {
    let x = x.tensor(pass)?;
    let normal = standardize::<B, T, Axis<0>>(pass, &x, eps, None)?;
    let y = scale_and_shift(pass, &normal.values, step)?;
    Ok(Value::new(y, true))
}

/// Values of mean 0 and variance 1 along an axis, and what they were before.
struct Standardized<D: dfdx::tensor_ops::Device<f32>> {
    values: Matrix<D>,
    mean: Tensor<(usize,), f32, D>,
    variance: Tensor<(usize,), f32, D>,
}

/// Along an axis; where rows have shares, the mean of every feature is the sum by these.
fn standardize<B: Backend, T: Tape<f32, B::Device>, Ax: Axes>(
    pass: &mut Pass<'_, B, T>,
    x: &Matrix<B::Device>,
    eps: f64,
    shares: Option<&Tensor<(usize,), f32, B::Device>>,
) -> Result<Standardized<B::Device>, Failure<B>>
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
fn scale_and_shift<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    x: &Matrix<B::Device>,
    step: &Step,
) -> Result<Matrix<B::Device>, Failure<B>> {
    let shape = *dfdx::shapes::HasShape::shape(x);
    let gamma = pass.param(step.params[0], (shape.0,))?.try_broadcast_like::<_, Axis<1>>(&shape)?;
    let beta = pass.param(step.params[1], (shape.0,))?.try_broadcast_like::<_, Axis<1>>(&shape)?;
    pass.record(x, |x| x.try_mul(gamma)?.try_add(beta))
}
