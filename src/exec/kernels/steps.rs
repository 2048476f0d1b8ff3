//! The steps of a sequence as kernels see them: blocks of features x rows, one after the other, and how many of them
//! are real on each row.

use crate::exec::backend::Backend;
use crate::exec::pass::{Failure, Pass, Value};
use crate::ops::Window;
use dfdx::tensor::Tape;
use std::sync::Arc;

/// The layout of a sequence and the lengths of its rows.
#[derive(Clone, Debug)]
pub(super) struct Steps {
    /// How many steps there are.
    pub(super) count: usize,
    /// Features of a step.
    pub(super) width: usize,
    /// Rows.
    pub(super) rows: usize,
    /// How many steps of each row are real.
    pub(super) lengths: Vec<usize>,
}

impl Steps {
    /// Of a sequence of steps of `width` features; without a length all steps are real.
    pub(super) fn of<D: dfdx::tensor_ops::Device<f32>>(x: &Value<D>, width: usize, length: Option<&&Value<D>>) -> Self {
        let (features, rows) = x.dims();
        let count = features / width;
        let lengths = match length {
            Some(length) => length.host().iter().map(|length| (*length as usize).min(count)).collect(),
            None => vec![count; rows],
        };
        Self { count, width, rows, lengths }
    }

    /// The sequence that windows make of this one, with `width` features.
    pub(super) fn through(&self, window: &Window, width: usize) -> Self {
        let lengths = self.lengths.iter().map(|length| window.count(*length)).collect();
        Self { count: window.count(self.count), width, rows: self.rows, lengths }
    }

    /// Numbers of one step: features x rows.
    pub(super) fn block(&self) -> usize {
        self.width * self.rows
    }

    /// Steps of the longest row.
    pub(super) fn longest(&self) -> usize {
        self.lengths.iter().copied().max().unwrap_or(0)
    }

    /// Steps of the shortest row.
    pub(super) fn shortest(&self) -> usize {
        self.lengths.iter().copied().min().unwrap_or(0)
    }

    /// 1 where a step is real, 0 elsewhere: steps x rows.
    pub(super) fn mask(&self) -> Vec<f32> {
        self.spread(|_| 1.0)
    }

    /// `value` of the row's length where a step is real, 0 elsewhere: steps x rows.
    pub(super) fn spread(&self, value: impl Fn(usize) -> f32) -> Vec<f32> {
        let cell = |step: usize, length: &usize| if step < *length { value(*length) } else { 0.0 };
        (0..self.count).flat_map(|step| self.lengths.iter().map(move |length| cell(step, length))).collect::<Vec<_>>()
    }

    /// Sets steps past the length of their row to zero: in place, steps x features x rows.
    pub(super) fn clear_past(&self, values: &mut [f32]) {
        for step in self.shortest()..self.count {
            for features in values[step * self.block()..(step + 1) * self.block()].chunks_exact_mut(self.rows.max(1)) {
                for (value, length) in features.iter_mut().zip(&self.lengths) {
                    if step >= *length {
                        *value = 0.0;
                    }
                }
            }
        }
    }
}

/// How many windows a sequence of so many steps has, for each row.
pub(super) fn windows<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    length: &Value<B::Device>,
    window: &Window,
) -> Result<Value<B::Device>, Failure<B>> {
    lengths(pass, length.host().iter().map(|length| window.count(*length as usize)).collect())
}

/// How many tokens a text has: everything up to the last that is not padding.
pub(super) fn of_tokens<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    tokens: &Value<B::Device>,
) -> Result<Value<B::Device>, Failure<B>> {
    let (steps, rows) = tokens.dims();
    let ids = tokens.host();
    let real = |row: usize| (0..steps).rev().find(|step| ids[step * rows + row] != 0.0).map_or(0, |step| step + 1);
    lengths(pass, (0..rows).map(real).collect())
}

fn lengths<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    lengths: Vec<usize>,
) -> Result<Value<B::Device>, Failure<B>> {
    let lengths: Vec<f32> = lengths.into_iter().map(|length| length as f32).collect();
    let tensor = pass.constant(lengths.clone(), (1, lengths.len()))?;
    Ok(Value::with_host(tensor, false, Arc::new(lengths)))
}
