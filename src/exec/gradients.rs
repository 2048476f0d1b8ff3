//! The gradients of parameters from the backward pass of one shard: one flat buffer with the layout of the store.

use super::params::Params;
use crate::plan::ParamId;
use std::cell::RefCell;
use std::sync::Arc;

/// The gradients of one shard while its backward pass runs. The first write to a parameter overwrites what the buffer
/// held before, so that nothing needs to be cleared between steps.
#[derive(Debug)]
pub(super) struct ParamGradients {
    params: Arc<Params>,
    buffer: RefCell<Buffer>,
}

#[derive(Debug)]
struct Buffer {
    values: Vec<f32>,
    written: Vec<bool>,
}

impl ParamGradients {
    /// Takes a buffer of an earlier step, or an empty one, to write to.
    pub(super) fn new(params: &Arc<Params>, mut values: Vec<f32>) -> Self {
        values.resize(params.values.len(), 0.0);
        let buffer = RefCell::new(Buffer { values, written: vec![false; params.count()] });
        Self { params: Arc::clone(params), buffer }
    }

    /// The parameters that the gradients belong to.
    pub(super) fn params(&self) -> &Params {
        &self.params
    }

    /// Lets `write` add to the gradient of one parameter: it must overwrite the buffer where the flag is false,
    /// and to add to it where it is true.
    pub(super) fn write(&self, id: ParamId, write: impl FnOnce(&mut [f32], bool)) {
        let mut buffer = self.buffer.borrow_mut();
        let buffer = &mut *buffer;
        write(&mut buffer.values[self.params.range(id)], buffer.written[id]);
        buffer.written[id] = true;
    }

    /// Adds an array to the gradient of one parameter.
    pub(super) fn add(&self, id: ParamId, gradient: &[f32]) {
        self.write(id, |to, accumulate| {
            if accumulate {
                for (to, from) in to.iter_mut().zip(gradient) {
                    *to += from;
                }
            } else {
                to.copy_from_slice(gradient);
            }
        });
    }

    /// The whole buffer; parameters that nothing wrote to have gradient 0.
    pub(super) fn finish(&self) -> Vec<f32> {
        let mut buffer = self.buffer.borrow_mut();
        let mut values = std::mem::take(&mut buffer.values);
        for (id, _) in buffer.written.iter().enumerate().filter(|(_, written)| !**written) {
            values[self.params.range(id)].fill(0.0);
        }
        values
    }
}
