//! `conv2d` over images. The weight is `[out, in, height, width]`, as PyTorch stores it.

use super::gathered;
use crate::exec::backend::{Backend, Native};
use crate::exec::convolve::{self, Begin};
use crate::exec::image::Sliding;
use crate::exec::pass::{Failure, Pass, Value};
use crate::plan::ParamId;
use dfdx::shapes::Axis;
use dfdx::tensor::{Cpu, Tape};
use dfdx::tensor_ops::{BroadcastTo, ReshapeTo, TryAdd, TryMatMul};

/// A convolution.
#[derive(Clone, Copy, Debug)]
pub(in crate::exec) struct Conv2d {
    /// `[out, in, height, width]`
    pub(in crate::exec) weight: ParamId,
    /// `[out]`
    pub(in crate::exec) bias: Option<ParamId>,
    /// What lies under each place of the result.
    pub(in crate::exec) sliding: Sliding,
}

/// Of dfdx's operations: patches are gathered into a matrix, and multiplied with the weight.
pub(in crate::exec) fn portable<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    x: &Value<B::Device>,
    layer: &Conv2d,
) -> Result<Value<B::Device>, Failure<B>> {
    let Sliding { input, output, rows, .. } = layer.sliding;
    let (cells, places) = (layer.sliding.cells(), output.pixels());
    let inner = input.channels * cells;
    // One line of the matrix for each channel and cell of the window; one column for each place and row.
    let mut sources = vec![None; inner * places];
    for place in 0..places {
        for tap in layer.sliding.under(place / output.width, place % output.width) {
            for channel in 0..input.channels {
                let line = channel * cells + tap.cell;
                sources[line * places + place] = Some(channel * input.pixels() + tap.start / rows);
            }
        }
    }
    let x = x.tensor(pass)?;
    let patches = gathered(pass, &x, &sources)?;
    let patches = pass.record(&patches, |patches| patches.try_reshape_like(&(inner, places * rows)))?;
    let weight = pass.param(layer.weight, (output.channels, inner))?;
    let mut y = pass.record(&weight, |weight| weight.try_matmul(patches))?;
    if let Some(bias) = layer.bias {
        let bias = pass.param(bias, (output.channels,))?;
        let bias =
            pass.record(&bias, |bias| bias.try_broadcast_like::<_, Axis<1>>(&(output.channels, places * rows)))?;
        y = pass.record(&y, |y| y.try_add(bias))?;
    }
    let y = pass.record(&y, |y| y.try_reshape_like(&(output.channels * places, rows)))?;
    Ok(Value::new(y, true))
}

/// On the CPU: no matrix of patches, see [`crate::exec::convolve`].
pub(in crate::exec) fn native<T: Tape<f32, Cpu>>(
    pass: &mut Pass<'_, Native, T>,
    x: &Value<Cpu>,
    layer: &Conv2d,
) -> Result<Value<Cpu>, Failure<Native>> {
    let (layer, workers) = (*layer, pass.workers);
    let sliding = layer.sliding;
    let input = x.host();
    let mut y = vec![0.0; sliding.output.channels * sliding.output.pixels() * sliding.rows];
    let begin = layer.bias.map_or(Begin::Zero, |bias| Begin::Bias(pass.params.get(bias)));
    convolve::forward(&mut y, &input, pass.params.get(layer.weight), &sliding, begin, workers);
    let made = pass.made(y, true)?;
    if let Some(gradients) = pass.gradients.clone() {
        let wanted = x.learned.then(|| x.slope());
        let made = made.slope();
        pass.tape.add_backward_op(move |grads| {
            let slope = made.take(grads)?;
            gradients.write(layer.weight, |to, add| {
                convolve::weight_gradient(to, &slope, &input, &sliding, add, workers);
            });
            if let Some(bias) = layer.bias {
                let plane = sliding.output.pixels() * sliding.rows;
                let sums: Vec<f32> = slope.chunks_exact(plane).map(super::total).collect();
                gradients.add(bias, &sums);
            }
            if let Some(wanted) = wanted {
                let weight = gradients.params().get(layer.weight);
                wanted.write(grads, |to, add| {
                    let begin = if add { Begin::There } else { Begin::Zero };
                    convolve::backward(to, &slope, weight, &sliding, begin, workers);
                })?;
            }
            Ok(())
        });
    }
    Ok(made)
}
