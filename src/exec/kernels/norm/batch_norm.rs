//! Normalisation of every feature, or channel of an image, over the batch (Ioffe and Szegedy, 2015).

use crate::exec::backend::Backend;
use crate::exec::backend::cpu::Native;
use crate::exec::kernels::elementwise::activation;
use crate::exec::kernels::kernel::{Computed, Kernel, KernelCall};
use crate::exec::kernels::norm::standardize::{scale_and_shift, standardize};
use crate::exec::math::sums::{sum, sum_of_two};
use crate::exec::pass::Pass;
use crate::exec::value::Value;
use crate::ops::BatchNorm;
use crate::plan::Step;
use dfdx::shapes::Axis;
use dfdx::tensor::{Cpu, Tape};
use dfdx::tensor_ops::{BroadcastTo, ReshapeTo, TryMul, TrySub};

/// The parameters and buffers of a batch norm, and what it adds to the variance.
#[derive(Clone, Copy, Debug)]
struct Statistics<'a> {
    step: &'a Step,
    eps: f64,
}

impl Statistics<'_> {
    /// Number of features, and of numbers of each.
    fn features<B: Backend, T>(&self, pass: &Pass<'_, B, T>, x: &Value<B::Device>) -> (usize, usize) {
        let features = pass.params.get(self.step.params[0]).len();
        let (height, rows) = x.dims();
        (features, height / features * rows)
    }

    /// The weight of each number of a feature in the statistics, 1 or 0, and the number of those that count; `None`
    /// where all do.
    fn counted<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &Pass<'_, B, T>,
        count: usize,
    ) -> (Option<Vec<f32>>, usize) {
        let Some(present) = pass.rows_of(self.step) else { return (None, count) };
        let rows = present.iter().map(|present| f32::from(u8::from(*present))).cycle();
        let each = present.iter().filter(|present| **present).count();
        (Some(rows.take(count).collect()), count / pass.rows.max(1) * each)
    }

    /// The mean to subtract and the factor to multiply by, from running statistics.
    fn running<B: Backend, T>(&self, pass: &Pass<'_, B, T>) -> (Vec<f32>, Vec<f32>) {
        let [mean, variance] = [0, 1].map(|at| pass.params.buffer(self.step.buffers[at]));
        let scale = variance.iter().map(|variance| (1.0 / (f64::from(*variance) + self.eps).sqrt()) as f32);
        (mean.to_vec(), scale.collect())
    }

    /// Reports the statistics of this batch.
    fn report<B: Backend, T>(&self, pass: &mut Pass<'_, B, T>, count: usize, mean: Vec<f32>, variance: &[f32]) {
        let unbiased = count as f32 / count.saturating_sub(1).max(1) as f32;
        pass.moments.push((self.step.buffers[0], mean));
        pass.moments.push((self.step.buffers[1], variance.iter().map(|variance| variance * unbiased).collect()));
    }
}

/// Features by the mean and the biased variance of their numbers in training, and by running statistics otherwise. Rows
/// on which a modality that the value needs is missing are not counted. The variance it reports for the running
/// statistics is unbiased, as in PyTorch; that of one number is 0. On the CPU features are processed one by one to
/// stay in the cache.
impl Kernel for BatchNorm {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        let (x, norm) = (call.x(), Statistics { step: call.step, eps: self.eps });
        let (dims, shape) = (x.dims(), norm.features(pass, x));
        let x = pass.tensor(x)?;
        let x = pass.record(&x, |x| x.try_reshape_like(&shape))?;
        let values = if pass.training.is_some() {
            let (counts, counted) = norm.counted(pass, shape.1);
            if counted == 0 {
                x
            } else {
                let shares = match counts {
                    Some(counts) => {
                        let shares = counts.iter().map(|counts| counts / counted as f32).collect();
                        Some(pass.constant(shares, (shape.1,))?)
                    }
                    None => None,
                };
                let normal = standardize::<B, T, Axis<1>>(pass, &x, norm.eps, shares.as_ref())?;
                norm.report(pass, counted, normal.mean.as_vec(), &normal.variance.as_vec());
                normal.values
            }
        } else {
            let (mean, scale) = norm.running(pass);
            let (mean, scale) = (pass.constant(mean, (shape.0,))?, pass.constant(scale, (shape.0,))?);
            pass.record(&x, |x| {
                x.try_sub(mean.try_broadcast_like::<_, Axis<1>>(&shape)?)?
                    .try_mul(scale.try_broadcast_like::<_, Axis<1>>(&shape)?)
            })?
        };
        let mut y = scale_and_shift(pass, &values, norm.step)?;
        if let Some(activation) = self.activation {
            y = pass.record(&y, |y| activation::compose(activation, y))?;
        }
        let y = pass.record(&y, |y| y.try_reshape_like(&dims))?;
        Ok(Value::new(y, true))
    }

    fn native<T: Tape<f32, Cpu>>(
        &self,
        pass: &mut Pass<'_, Native, T>,
        call: &KernelCall<'_, Cpu>,
    ) -> Computed<Native> {
        let (x, norm) = (call.x(), Statistics { step: call.step, eps: self.eps });
        let (features, count) = norm.features(pass, x);
        let (workers, eps, function) = (pass.workers, norm.eps, self.activation);
        let [gamma, beta] = [0, 1].map(|at| norm.step.params[at]);
        let input = x.host();
        let mut y = vec![0.0; features * count];
        let apply = |feature: usize, mean: f32, scale: f32, y: &mut [f32]| {
            let (gamma, beta) = (pass.params.get(gamma)[feature] * scale, pass.params.get(beta)[feature]);
            for (y, x) in y.iter_mut().zip(&input[feature * count..]) {
                *y = gamma * (x - mean) + beta;
            }
            if let Some(function) = function {
                activation::apply(function, y);
            }
        };
        if pass.training.is_none() {
            let (mean, scale) = norm.running(pass);
            workers.pieces(&mut y, count, |feature, y| apply(feature, mean[feature], scale[feature], y));
            return pass.made(y, true);
        }
        let (counts, counted) = norm.counted(pass, count);
        // Without a row that counts, values are unchanged.
        let divisor = counted.max(1) as f64;
        let statistics: Vec<(f32, f32, f32)> = workers.pieces(&mut y, count, |feature, y| {
            let x = &input[feature * count..][..count];
            let (mean, variance) = match &counts {
                None => {
                    let mean = sum(x, |x| x) / divisor;
                    (mean, sum(x, |x| (x - mean as f32) * (x - mean as f32)) / divisor)
                }
                Some(counts) => {
                    let mean = sum_of_two(x, counts, |x, counts| counts * x) / divisor;
                    let apart = |x: f32, counts: f32| counts * (x - mean as f32) * (x - mean as f32);
                    (mean, sum_of_two(x, counts, apart) / divisor)
                }
            };
            let scale = if counted == 0 { 1.0 } else { 1.0 / (variance + eps).sqrt() };
            apply(feature, mean as f32, scale as f32, y);
            (mean as f32, scale as f32, variance as f32)
        });
        let means: Vec<f32> = statistics.iter().map(|(mean, ..)| *mean).collect();
        let variances: Vec<f32> = statistics.iter().map(|(.., variance)| *variance).collect();
        if counted > 0 {
            norm.report(pass, counted, means, &variances);
        }
        let made = pass.made(y, true)?;
        if let Some(gradients) = pass.gradients.clone() {
            let (input_gradient, output, made) = (x.learned.then(|| x.gradient()), made.host(), made.gradient());
            pass.tape.add_backward_op(move |grads| {
                let mut upstream = made.take(grads)?;
                let weights = gradients.params().get(gamma);
                // With n = (x - mean) / std: dx = gamma / std * (dy - mean(dy) - n * mean(dy * n)).
                let sums: Vec<(f32, f32)> = workers.pieces(&mut upstream, count, |feature, upstream| {
                    let here = feature * count..(feature + 1) * count;
                    let (x, (mean, scale, _)) = (&input[here.clone()], statistics[feature]);
                    if let Some(function) = function {
                        activation::backward(function, upstream, &output[here]);
                    }
                    let of_beta = sum(upstream, |upstream| upstream);
                    let of_gamma = sum_of_two(upstream, x, |upstream, x| upstream * ((x - mean) * scale));
                    let (a, b) = ((of_beta / divisor) as f32, (of_gamma / divisor) as f32 * scale);
                    let factor = weights[feature] * scale;
                    match &counts {
                        None => {
                            for (upstream, x) in upstream.iter_mut().zip(x) {
                                *upstream = factor * (*upstream - a - (x - mean) * b);
                            }
                        }
                        // Only counted rows contribute to the mean and the variance.
                        Some(counts) => {
                            for ((upstream, x), counts) in upstream.iter_mut().zip(x).zip(counts) {
                                *upstream = factor * (*upstream - counts * (a + (x - mean) * b));
                            }
                        }
                    }
                    (of_gamma as f32, of_beta as f32)
                });
                gradients.add(gamma, &sums.iter().map(|(of_gamma, _)| *of_gamma).collect::<Vec<_>>());
                gradients.add(beta, &sums.iter().map(|(_, of_beta)| *of_beta).collect::<Vec<_>>());
                input_gradient.map_or(Ok(()), |input_gradient| input_gradient.add(grads, upstream))
            });
        }
        Ok(made)
    }
}
