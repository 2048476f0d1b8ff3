//! One pass over the steps of a plan, for some rows on one thread: the values of the slots, the tape they are recorded
//! on, and where gradients and statistics go.
//!
//! A value is a tensor of features x rows. In this layout a product with a stored weight needs no transposition,
//! and the numbers of one feature, one channel or one step of a sequence are contiguous.

use super::backend::cpu::Native;
use super::backend::{Backend, DeviceError};
use super::engine::StepKey;
use super::gradients::ParamGradients;
use super::params::Params;
use super::value::{Matrix, Value};
use super::workers::Workers;
use crate::plan::{BufferId, ParamId, Step};
use dfdx::shapes::Shape;
use dfdx::tensor::{Cpu, PutTape, SplitTape, Tape, Tensor, TensorFromVec};
use std::rc::Rc;
use std::sync::Arc;

/// The key of the randomness of a pass in training.
#[derive(Clone, Copy, Debug)]
pub(super) struct TrainingKey {
    /// The step of the training.
    pub(super) key: StepKey,
    /// The place in the batch of the first row of this pass.
    pub(super) first_row: usize,
}

/// A pass over some rows.
pub(super) struct Pass<'a, B: Backend, T> {
    /// The device.
    pub(super) device: B::Device,
    /// The parameters.
    pub(super) params: &'a Arc<Params>,
    /// The gradients of parameters; `None` in evaluation.
    pub(super) gradients: Option<Rc<ParamGradients>>,
    /// The tape of recorded operations.
    pub(super) tape: T,
    /// `None` where the model is only evaluated.
    pub(super) training: Option<TrainingKey>,
    /// The threads that compute a product.
    pub(super) workers: Workers,
    /// Number of rows.
    pub(super) rows: usize,
    /// One array per input of the plan, features x rows.
    pub(super) inputs: Vec<Vec<f32>>,
    /// One per input of the plan: which rows have it; `None` where all do.
    pub(super) present: Vec<Option<Vec<bool>>>,
    /// Statistics of these rows for running buffers.
    pub(super) moments: Vec<(BufferId, Vec<f32>)>,
}

impl<B: Backend, T: Tape<f32, B::Device>> Pass<'_, B, T> {
    /// The numbers of a value as a tensor for operations of dfdx; copied once, and its gradient reaches the value.
    pub(super) fn tensor(&mut self, value: &Value<B::Device>) -> Result<Matrix<B::Device>, DeviceError<B>> {
        if let Some(tensor) = value.tensor.get() {
            return Ok(tensor.clone());
        }
        let tensor = self.constant(value.host().to_vec(), value.dims)?;
        if value.learned {
            B::bridge(&mut self.tape, &tensor, &value.identity);
        }
        Ok(value.tensor.get_or_init(|| tensor).clone())
    }

    /// Applies operations of dfdx to a tensor and records them.
    pub(super) fn record<S: Shape, R: Shape>(
        &mut self,
        x: &Tensor<S, f32, B::Device>,
        operation: impl FnOnce(Tensor<S, f32, B::Device, T>) -> Result<Tensor<R, f32, B::Device, T>, DeviceError<B>>,
    ) -> Result<Tensor<R, f32, B::Device>, DeviceError<B>> {
        let x = x.clone().put_tape(std::mem::take(&mut self.tape));
        let (y, tape) = operation(x)?.split_tape();
        self.tape = tape;
        Ok(y)
    }

    /// The rows on which the result of a step is valid; `None` for all of them.
    pub(super) fn rows_of(&self, step: &Step) -> Option<Vec<bool>> {
        let masks: Vec<&Vec<bool>> = step.needs.iter().filter_map(|input| self.present[*input].as_ref()).collect();
        let rows: Vec<bool> = (0..self.rows).map(|row| masks.iter().all(|mask| mask[row])).collect();
        rows.contains(&false).then_some(rows)
    }

    /// Numbers without a gradient.
    pub(super) fn constant<S: Shape>(
        &self,
        numbers: Vec<f32>,
        shape: S,
    ) -> Result<Tensor<S, f32, B::Device>, DeviceError<B>> {
        TensorFromVec::<f32>::try_tensor_from_vec(&self.device, numbers, shape)
    }

    /// A parameter as a tensor; its gradient is copied to the host.
    pub(super) fn param<S: Shape>(
        &mut self,
        id: ParamId,
        shape: S,
    ) -> Result<Tensor<S, f32, B::Device>, DeviceError<B>> {
        let tensor = self.constant(self.params.get(id).to_vec(), shape)?;
        if let Some(gradients) = self.gradients.clone() {
            let handle = tensor.clone();
            // Recorded before every use of the parameter, this runs after all of them in the backward pass.
            self.tape.add_backward_op(move |grads| {
                grads.try_alloc_for(&handle)?;
                gradients.add(id, &grads.get(&handle).as_vec());
                Ok(())
            });
        }
        Ok(tensor)
    }
}

impl<T: Tape<f32, Cpu>> Pass<'_, Native, T> {
    /// The value of numbers that a native kernel made, features x rows, which stay on the host.
    pub(super) fn made(&self, numbers: Vec<f32>, learned: bool) -> Result<Value<Cpu>, DeviceError<Native>> {
        let dims = (numbers.len().checked_div(self.rows).unwrap_or(0), self.rows);
        Ok(Value::on_host(self.constant(Vec::new(), (0, 0))?, dims, learned, Arc::new(numbers)))
    }
}
