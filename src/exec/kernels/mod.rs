//! The kernels: one file for each family of operations. A kernel trusts the plan: shapes have been checked.

pub(super) mod activation;
mod affine;
pub(super) mod arithmetic;
pub(super) mod batch_norm;
pub(super) mod class_loss;
pub(super) mod concat;
pub(super) mod conv;
mod dropout;
mod gather;
mod length;
pub(super) mod linear;
mod normalize;
pub(super) mod pad_channels;
pub(super) mod pool;
mod sums;

pub(super) use batch_norm::BatchNorm;
pub(super) use class_loss::{LossNode, Targets};
pub(super) use conv::Conv;
use gather::gathered;
pub(super) use linear::Linear;
pub(super) use pool::{Pool, Pooling};
use sums::{sum, sum_of_two, total};

use super::backend::Backend;
use super::image::{Image, Sliding};
use super::pass::{Failure, Pass, Value};
use crate::ops::{Arithmetic, Op};
use crate::plan::Step;
use dfdx::tensor::Tape;
use std::sync::Arc;

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
        (Op::Length, [tokens, ..]) => length::of_tokens(pass, tokens),
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
        (Op::Conv2d { window, .. }, [x, ..]) => {
            let sliding = Sliding::new(window, &step.takes, &step.shape, pass.rows);
            let layer = Conv { weight: step.params[0], bias: step.params.get(1).copied(), sliding };
            B::conv(pass, x, &layer)
        }
        (op @ (Op::AvgPool(window) | Op::MaxPool(window)), [x, ..]) => {
            let pooling = if matches!(op, Op::AvgPool(_)) { Pooling::Mean } else { Pooling::Max };
            let sliding = Sliding::new(window, &step.takes, &step.shape, pass.rows);
            B::pool(pass, x, &Pool { pooling, sliding })
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
        (Op::Mean, parts) => arithmetic::mean(pass, parts),
        (Op::Binary(arithmetic), [a, b, ..]) => arithmetic::binary(pass, *arithmetic, a, b),
        (Op::Affine { scale, offset }, [x, ..]) => affine::affine(pass, x, *scale, *offset),
        (op, _) => unreachable!("a checked plan has no step `{op:?}` without what it reads"),
    }
}
