//! `conv2d` over images. The weight is `[out, in, height, width]`, as PyTorch stores it.

use crate::exec::backend::Backend;
use crate::exec::backend::cpu::Native;
use crate::exec::kernels::join::gathered;
use crate::exec::kernels::kernel::{Computed, Kernel, KernelCall};
use crate::exec::math::convolve::{self, InitialSum};
use crate::exec::math::image::SlidingWindow;
use crate::exec::math::sums;
use crate::exec::pass::Pass;
use crate::exec::value::Value;
use crate::ops::Conv2d;
use dfdx::shapes::Axis;
use dfdx::tensor::{Cpu, Tape};
use dfdx::tensor_ops::{BroadcastTo, ReshapeTo, TryAdd, TryMatMul};

/// Portable: patches are gathered into a matrix, and multiplied with the weight. On the CPU there is no matrix of patches:
/// see [`convolve`].
impl Kernel for Conv2d {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        let (x, sliding) = (call.x(), SlidingWindow::new(&self.window, &call.step.takes, &call.step.shape, pass.rows));
        let (weight_id, bias_id) = (call.step.params[0], call.step.params.get(1).copied());
        let SlidingWindow { input, output, rows, .. } = sliding;
        let (cells, places) = (sliding.cells(), output.pixels());
        let inner = input.channels * cells;
        // One line of the matrix for each channel and cell of the window; one column for each place and row.
        let mut sources = vec![None; inner * places];
        for place in 0..places {
            for tap in sliding.under(place / output.width, place % output.width) {
                for channel in 0..input.channels {
                    let line = channel * cells + tap.cell;
                    sources[line * places + place] = Some(channel * input.pixels() + tap.start / rows);
                }
            }
        }
        let x = pass.tensor(x)?;
        let patches = gathered(pass, &x, &sources)?;
        let patches = pass.record(&patches, |patches| patches.try_reshape_like(&(inner, places * rows)))?;
        let weight = pass.param(weight_id, (output.channels, inner))?;
        let mut y = pass.record(&weight, |weight| weight.try_matmul(patches))?;
        if let Some(bias) = bias_id {
            let bias = pass.param(bias, (output.channels,))?;
            let bias =
                pass.record(&bias, |bias| bias.try_broadcast_like::<_, Axis<1>>(&(output.channels, places * rows)))?;
            y = pass.record(&y, |y| y.try_add(bias))?;
        }
        let y = pass.record(&y, |y| y.try_reshape_like(&(output.channels * places, rows)))?;
        Ok(Value::new(y, true))
    }

    fn native<T: Tape<f32, Cpu>>(
        &self,
        pass: &mut Pass<'_, Native, T>,
        call: &KernelCall<'_, Cpu>,
    ) -> Computed<Native> {
        let (x, sliding) = (call.x(), SlidingWindow::new(&self.window, &call.step.takes, &call.step.shape, pass.rows));
        let (weight_id, bias_id) = (call.step.params[0], call.step.params.get(1).copied());
        let workers = pass.workers;
        let input = x.host();
        let mut y = vec![0.0; sliding.output.channels * sliding.output.pixels() * sliding.rows];
        let initial = bias_id.map_or(InitialSum::Zero, |bias| InitialSum::Bias(pass.params.get(bias)));
        convolve::forward(&mut y, &input, pass.params.get(weight_id), &sliding, initial, workers);
        let made = pass.made(y, true)?;
        if let Some(gradients) = pass.gradients.clone() {
            let input_gradient = x.learned.then(|| x.gradient());
            let made = made.gradient();
            pass.tape.add_backward_op(move |grads| {
                let upstream = made.take(grads)?;
                gradients.write(weight_id, |to, add| {
                    convolve::weight_gradient(to, &upstream, &input, &sliding, add, workers);
                });
                if let Some(bias) = bias_id {
                    let plane = sliding.output.pixels() * sliding.rows;
                    let sums: Vec<f32> = upstream.chunks_exact(plane).map(sums::total).collect();
                    gradients.add(bias, &sums);
                }
                if let Some(input_gradient) = input_gradient {
                    let weight = gradients.params().get(weight_id);
                    input_gradient.write(grads, |to, add| {
                        let initial = if add { InitialSum::Accumulate } else { InitialSum::Zero };
                        convolve::backward(to, &upstream, weight, &sliding, initial, workers);
                    })?;
                }
                Ok(())
            });
        }
        Ok(made)
    }
}
