//! The kernels: one file for each family of operations. A kernel trusts the plan: shapes have been checked.

pub(super) mod activation;
mod affine;
mod arithmetic;
mod attend;
pub(super) mod class_loss;
pub(super) mod concat;
pub(super) mod conv1d;
mod dropout;
pub(super) mod embedding;
pub(super) mod linear;
pub(super) mod lstm;
pub(super) mod lstm_native;
mod normalize;
pub(super) mod pool;
mod squash;
mod steps;

pub(super) use class_loss::{LossNode, Targets};
pub(super) use conv1d::Conv1d;
pub(super) use embedding::Embedding;
pub(super) use linear::Linear;
pub(super) use lstm::Lstm;
pub(super) use pool::MaxPool;

use super::backend::Backend;
use super::pass::{Failure, Pass, Value};
use crate::ops::Op;
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
        (Op::BatchNorm { eps, .. }, [x, ..]) => normalize::batch_norm(pass, x, step, *eps),
        (Op::LayerNorm { eps }, [x, ..]) => normalize::layer_norm(pass, x, step, *eps),
        (Op::Concat, parts) => B::concat(pass, parts),
        (Op::Sum, parts) => arithmetic::sum(pass, parts),
        (Op::Attend, [scores, values @ ..]) => attend::attend(pass, scores, values),
        (Op::Mean, parts) => arithmetic::mean(pass, parts),
        (Op::Binary(arithmetic), [a, b, ..]) => arithmetic::binary(pass, *arithmetic, a, b),
        (Op::Affine { scale, offset }, [x, ..]) => affine::affine(pass, x, *scale, *offset),
        (op, _) => unreachable!("a checked plan has no step `{op:?}` without what it reads"),
    }
}
