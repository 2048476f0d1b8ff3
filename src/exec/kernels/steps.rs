//! The steps of a sequence in the layout of kernels: blocks of features x rows, one after the other, and how many of
//! them are real on each row.

use crate::exec::value::Value;
use crate::ops::Window;
use dfdx::tensor_ops::Device;

/// The layout of a sequence and the lengths of its rows.
#[derive(Clone, Debug)]
pub(in crate::exec::kernels) struct Steps {
    /// Number of steps.
    pub(in crate::exec::kernels) count: usize,
    /// Features of a step.
    pub(in crate::exec::kernels) width: usize,
    /// Rows.
    pub(in crate::exec::kernels) rows: usize,
    /// Number of real steps of each row.
    pub(in crate::exec::kernels) lengths: Vec<usize>,
}

impl Steps {
    /// Of a sequence of steps of `width` features; without a length all steps are real.
    pub(in crate::exec::kernels) fn of<D: Device<f32>>(x: &Value<D>, width: usize, length: Option<&Value<D>>) -> Self {
        let (features, rows) = x.dims();
        let count = features / width;
        let lengths = match length {
            Some(length) => length.host().iter().map(|length| (*length as usize).min(count)).collect(),
            None => vec![count; rows],
        };
        Self { count, width, rows, lengths }
    }

    /// The sequence that windows make of this one, with `width` features.
    pub(in crate::exec::kernels) fn through(&self, window: &Window, width: usize) -> Self {
        let lengths = self.lengths.iter().map(|length| window.count(*length)).collect();
        Self { count: window.count(self.count), width, rows: self.rows, lengths }
    }

    /// Numbers of one step: features x rows.
    pub(in crate::exec::kernels) fn block(&self) -> usize {
        self.width * self.rows
    }

    /// Steps of the longest row.
    pub(in crate::exec::kernels) fn longest(&self) -> usize {
        self.lengths.iter().copied().max().unwrap_or(0)
    }

    /// Steps of the shortest row.
    pub(in crate::exec::kernels) fn shortest(&self) -> usize {
        self.lengths.iter().copied().min().unwrap_or(0)
    }

    /// 1 where a step is real, 0 elsewhere: steps x rows.
    pub(in crate::exec::kernels) fn mask(&self) -> Vec<f32> {
        self.spread(|_| 1.0)
    }

    /// `value` of the row's length where a step is real, 0 elsewhere: steps x rows.
    pub(in crate::exec::kernels) fn spread(&self, value: impl Fn(usize) -> f32) -> Vec<f32> {
        let cell = |step: usize, length: &usize| if step < *length { value(*length) } else { 0.0 };
        (0..self.count).flat_map(|step| self.lengths.iter().map(move |length| cell(step, length))).collect::<Vec<_>>()
    }

    /// Sets steps past the length of their row to zero: in place, steps x features x rows.
    pub(in crate::exec::kernels) fn clear_past(&self, values: &mut [f32]) {
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
