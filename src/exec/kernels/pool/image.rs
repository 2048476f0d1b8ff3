//! Pools over images: the mean or the largest pixel under a window, the mean of a whole channel.

use crate::exec::backend::cpu::Native;
use crate::exec::backend::{Backend, DeviceError};
use crate::exec::kernels::join::gathered;
use crate::exec::kernels::kernel::{Computed, Kernel, KernelCall};
use crate::exec::math::image::{Image, SlidingWindow};
use crate::exec::pass::Pass;
use crate::exec::value::{Value, add};
use crate::ops::{AvgPool, GlobalAvgPool, Window};
use crate::plan::Step;
use dfdx::shapes::Axis;
use dfdx::tensor::{Cpu, Tape};
use dfdx::tensor_ops::{MeanTo, ReshapeTo, SumTo, TryMul};

/// The reduction of the pixels under a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pooling {
    /// Their mean.
    Mean,
    /// The largest; of equals the first has the gradient.
    Max,
}

/// A pool over an image.
#[derive(Clone, Copy, Debug)]
pub(super) struct ImagePool {
    /// The reduction of the pixels.
    pub(super) pooling: Pooling,
    /// The window at each position.
    pub(super) sliding: SlidingWindow,
}

impl ImagePool {
    /// The pool of a step of the plan.
    pub(super) fn new(pooling: Pooling, window: &Window, step: &Step, rows: usize) -> Self {
        Self { pooling, sliding: SlidingWindow::new(window, &step.takes, &step.shape, rows) }
    }
}

impl Kernel for AvgPool {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        portable(pass, call.x(), &ImagePool::new(Pooling::Mean, &self.0, call.step, pass.rows))
    }

    fn native<T: Tape<f32, Cpu>>(
        &self,
        pass: &mut Pass<'_, Native, T>,
        call: &KernelCall<'_, Cpu>,
    ) -> Computed<Native> {
        native(pass, call.x(), &ImagePool::new(Pooling::Mean, &self.0, call.step, pass.rows))
    }
}

impl Kernel for GlobalAvgPool {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        let (x, pixels) = (call.x(), Image::new(&call.step.takes).pixels());
        let (features, rows) = x.dims();
        let tensor = pass.tensor(x)?;
        let y = pass.record(&tensor, |x| {
            x.try_reshape_like(&(features / pixels, pixels, rows))?.try_mean::<(usize, usize), Axis<1>>()
        })?;
        Ok(Value::new(y, x.learned))
    }

    fn native<T: Tape<f32, Cpu>>(
        &self,
        pass: &mut Pass<'_, Native, T>,
        call: &KernelCall<'_, Cpu>,
    ) -> Computed<Native> {
        let (x, pixels) = (call.x(), Image::new(&call.step.takes).pixels());
        let (features, rows) = x.dims();
        let (workers, input, share) = (pass.workers, x.host(), 1.0 / pixels as f32);
        let mut y = vec![0.0; features / pixels * rows];
        workers.pieces(&mut y, rows, |channel, y| {
            for x in input[channel * pixels * rows..][..pixels * rows].chunks_exact(rows) {
                add(y, x);
            }
            y.iter_mut().for_each(|y| *y *= share);
        });
        let made = pass.made(y, x.learned)?;
        if pass.gradients.is_some() && x.learned {
            let (input_gradient, made) = (x.gradient(), made.gradient());
            pass.tape.add_backward_op(move |grads| {
                let upstream = made.take(grads)?;
                input_gradient.write(grads, |gradient, accumulate| {
                    workers.pieces(gradient, pixels * rows, |channel, gradient| {
                        let upstream = &upstream[channel * rows..][..rows];
                        for gradient in gradient.chunks_exact_mut(rows) {
                            for (to, upstream) in gradient.iter_mut().zip(upstream) {
                                *to = if accumulate { *to } else { 0.0 } + share * upstream;
                            }
                        }
                    });
                })
            });
        }
        Ok(made)
    }
}

/// In dfdx's operations. Which pixel is the largest is constant to the gradient, and is found on the host.
pub(super) fn portable<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    x: &Value<B::Device>,
    pool: &ImagePool,
) -> Result<Value<B::Device>, DeviceError<B>> {
    let SlidingWindow { input, output, rows, .. } = pool.sliding;
    let (cells, places) = (pool.sliding.cells(), output.pixels());
    let features = output.channels * places;
    let mut sources = vec![None; cells * features];
    for place in 0..places {
        for tap in pool.sliding.under(place / output.width, place % output.width) {
            for channel in 0..output.channels {
                let to = tap.cell * features + channel * places + place;
                sources[to] = Some(channel * input.pixels() + tap.start / rows);
            }
        }
    }
    let tensor = pass.tensor(x)?;
    let spread = gathered(pass, &tensor, &sources)?;
    let spread = pass.record(&spread, |spread| spread.try_reshape_like(&(cells, features * rows)))?;
    let y = match pool.pooling {
        Pooling::Mean => pass.record(&spread, |spread| spread.try_mean::<(usize,), Axis<0>>())?,
        Pooling::Max => {
            let chosen = pass.constant(first_largest(&spread.as_vec(), cells), (cells, features * rows))?;
            pass.record(&spread, |spread| spread.try_mul(chosen)?.try_sum::<(usize,), Axis<0>>())?
        }
    };
    let y = pass.record(&y, |y| y.try_reshape_like(&(features, rows)))?;
    Ok(Value::new(y, x.learned))
}

/// 1 for the first of the largest numbers of each column, 0 for the others.
fn first_largest(numbers: &[f32], lines: usize) -> Vec<f32> {
    let columns = numbers.len() / lines;
    let mut chosen = vec![0.0; numbers.len()];
    for column in 0..columns {
        let at = |line: usize| numbers[line * columns + column];
        let first = (1..lines).fold(0, |best, line| if at(line) > at(best) { line } else { best });
        chosen[first * columns + column] = 1.0;
    }
    chosen
}

/// On the CPU, channel by channel.
pub(super) fn native<T: Tape<f32, Cpu>>(
    pass: &mut Pass<'_, Native, T>,
    x: &Value<Cpu>,
    pool: &ImagePool,
) -> Result<Value<Cpu>, DeviceError<Native>> {
    let (ImagePool { pooling, sliding }, workers) = (*pool, pass.workers);
    let (from, to) = (sliding.input.pixels() * sliding.rows, sliding.output.pixels() * sliding.rows);
    let share = 1.0 / sliding.cells() as f32;
    let input = x.host();
    let mut y = vec![0.0; sliding.output.channels * to];
    workers.pieces(&mut y, to, |channel, y| {
        let x = &input[channel * from..][..from];
        for (place, y) in y.chunks_exact_mut(sliding.rows).enumerate() {
            for (index, tap) in taps(&sliding, place).enumerate() {
                let x = &x[tap..][..sliding.rows];
                match pooling {
                    Pooling::Mean => y.iter_mut().zip(x).for_each(|(y, x)| *y += share * x),
                    Pooling::Max if index == 0 => y.copy_from_slice(x),
                    // A NaN stays a NaN.
                    Pooling::Max => {
                        y.iter_mut().zip(x).for_each(|(y, x)| *y = if *x > *y || x.is_nan() { *x } else { *y })
                    }
                }
            }
        }
    });
    let made = pass.made(y, x.learned)?;
    if pass.gradients.is_some() && x.learned {
        let (input_gradient, output, made) = (x.gradient(), made.host(), made.gradient());
        pass.tape.add_backward_op(move |grads| {
            let upstream = made.take(grads)?;
            input_gradient.write(grads, |gradient, accumulate| {
                workers.pieces(gradient, from, |channel, gradient| {
                    if !accumulate {
                        gradient.fill(0.0);
                    }
                    let (x, at) = (&input[channel * from..][..from], channel * to);
                    let mut free = vec![false; sliding.rows];
                    for place in 0..sliding.output.pixels() {
                        let here = at + place * sliding.rows..at + (place + 1) * sliding.rows;
                        let (upstream, y) = (&upstream[here.clone()], &output[here]);
                        free.fill(true);
                        for tap in taps(&sliding, place) {
                            let gradient = &mut gradient[tap..][..sliding.rows];
                            match pooling {
                                Pooling::Mean => {
                                    gradient
                                        .iter_mut()
                                        .zip(upstream)
                                        .for_each(|(to, upstream)| *to += share * upstream);
                                }
                                Pooling::Max => {
                                    let cells = gradient.iter_mut().zip(&mut free).zip(upstream);
                                    for (((to, free), upstream), (x, y)) in cells.zip(x[tap..].iter().zip(y)) {
                                        if *free && x == y {
                                            *to += upstream;
                                            *free = false;
                                        }
                                    }
                                }
                            }
                        }
                    }
                });
            })
        });
    }
    Ok(made)
}

/// The pixels under a window position, as offsets of their first numbers.
fn taps(sliding: &SlidingWindow, place: usize) -> impl Iterator<Item = usize> + use<> {
    sliding.under(place / sliding.output.width, place % sliding.output.width).map(|tap| tap.start)
}
