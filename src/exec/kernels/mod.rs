//! The kernels: one file for each family of operations. A kernel trusts the plan: shapes have been checked.

pub(super) mod activation;
mod affine;
pub(super) mod arithmetic;
mod attend;
pub(super) mod batch_norm;
pub(super) mod class_loss;
pub(super) mod concat;
pub(super) mod conv1d;
pub(super) mod conv2d;
mod dropout;
pub(super) mod embedding;
mod gather;
pub(super) mod image_pool;
pub(super) mod linear;
mod loss_tensors;
pub(super) mod lstm;
pub(super) mod lstm_native;
mod normalize;
pub(super) mod pad_channels;
pub(super) mod pool;
mod squash;
mod steps;
mod sums;

pub(super) use batch_norm::BatchNorm;
pub(super) use class_loss::{LossNode, Targets};
pub(super) use conv1d::Conv1d;
pub(super) use conv2d::Conv2d;
pub(super) use embedding::Embedding;
use gather::gathered;
pub(super) use image_pool::{ImagePool, Pooling};
pub(super) use linear::Linear;
pub(super) use lstm::Lstm;
pub(super) use pool::MaxPool;
use sums::{sum, sum_of_two, total};

use super::backend::Backend;
use super::image::{Image, Sliding};
use super::pass::{Failure, Pass, Value};
use crate::ops::{Arithmetic, Frame, Op};
use crate::plan::Step;
use dfdx::tensor::Tape;
use std::sync::Arc;
use steps::Steps;

/// Computes one step from the values it reads.
pub(super) fn run<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    index: usize,
    step: &Step,
    reads: &[&Value<B::Device>],
) -> Result<Value<B::Device>, Failure<B>> {
    match (&step.op, reads) {
        (Op::Input(input), _) => {
            let host = Arc::new(std::mem::take(&mut pass.inputs[*input]));
            let tensor = pass.constant(host.to_vec(), (step.shape.size(), pass.rows))?;
            Ok(Value::with_host(tensor, false, host))
        }
        (Op::Length, [tokens, ..]) => steps::of_tokens(pass, tokens),
        (Op::Windows(window), [length, ..]) => steps::windows(pass, length, window),
        (Op::Embedding { width, .. }, [tokens, ..]) => {
            B::embedding(pass, tokens, &Embedding { table: step.params[0], width: *width })
        }
        (Op::Lstm(shape), [x, length @ ..]) => {
            let width = pass.params.get(step.params[0]).len() / (4 * shape.hidden);
            let steps = Steps::of(x, width, length.first());
            B::lstm(pass, x, &Lstm { steps, shape: *shape, params: step.params.clone() })
        }
        (Op::Conv1d { channels, window, .. }, [x, length @ ..]) => {
            let width = pass.params.get(step.params[0]).len() / (channels * window.size);
            let from = Steps::of(x, width, length.first());
            let to = from.through(window, *channels);
            let (weight, bias) = (step.params[0], step.params.get(1).copied());
            B::conv1d(pass, x, &Conv1d { from, to, window: *window, weight, bias })
        }
        (Op::MaxPool { window: Some(window) }, [x]) if step.takes.0.len() == 3 => {
            let frame = Frame::inside(window.size, window.stride);
            let sliding = Sliding::new(&frame, &step.takes, &step.shape, pass.rows);
            B::image_pool(pass, x, &ImagePool { pooling: Pooling::Max, sliding })
        }
        (Op::MaxPool { window }, [x, length @ ..]) => {
            B::max_pool(pass, x, &MaxPool::new(x, length.first(), step, *window))
        }
        (Op::MeanPool, [x, length @ ..]) => pool::mean(pass, x, length.first(), step.shape.size()),
        (Op::AttentionPool { size }, [x, length @ ..]) => pool::attention(pass, x, length.first(), step, *size),
        (Op::Linear { activation, .. }, [x, ..]) => {
            let layer = Linear {
                weight: step.params[0],
                bias: step.params.get(1).copied(),
                out: step.shape.size(),
                activation: *activation,
            };
            B::linear(pass, x, &layer)
        }
        (Op::Activation(activation), [x, ..]) => B::activation(pass, x, *activation),
        (Op::Dropout { p }, [x, ..]) => dropout::dropout(pass, x, *p, index),
        (Op::BatchNorm { eps, activation, .. }, [x, ..]) => {
            B::batch_norm(pass, x, &BatchNorm { step, eps: *eps, activation: *activation })
        }
        (Op::Conv2d { frame, .. }, [x, ..]) => {
            let sliding = Sliding::new(frame, &step.takes, &step.shape, pass.rows);
            let layer = Conv2d { weight: step.params[0], bias: step.params.get(1).copied(), sliding };
            B::conv2d(pass, x, &layer)
        }
        (Op::AvgPool(frame), [x, ..]) => {
            let sliding = Sliding::new(frame, &step.takes, &step.shape, pass.rows);
            B::image_pool(pass, x, &ImagePool { pooling: Pooling::Mean, sliding })
        }
        (Op::GlobalAvgPool, [x, ..]) => B::global_avg_pool(pass, x, Image::new(&step.takes).pixels()),
        (Op::PadChannels { channels }, [x, ..]) => {
            let image = Image::new(&step.takes);
            let before = (channels - image.channels) / 2;
            let after = channels - image.channels - before;
            B::pad_channels(pass, x, before * image.pixels(), after * image.pixels())
        }
        (Op::Flatten, [x, ..]) => Ok((*x).clone()),
        (Op::LayerNorm { eps }, [x, ..]) => normalize::layer_norm(pass, x, step, *eps),
        (Op::Concat, parts) => B::concat(pass, parts),
        (Op::Sum | Op::Binary(Arithmetic::Add), parts) => B::sum(pass, parts),
        (Op::Attend, [scores, values @ ..]) => attend::attend(pass, scores, values),
        (Op::Mean, parts) => arithmetic::mean(pass, parts),
        (Op::Binary(arithmetic), [a, b, ..]) => arithmetic::binary(pass, *arithmetic, a, b),
        (Op::Affine { scale, offset }, [x, ..]) => affine::affine(pass, x, *scale, *offset),
        (op, _) => unreachable!("a checked plan has no step `{op:?}` without what it reads"),
    }
}
