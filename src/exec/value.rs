//! The value of a slot of the plan: numbers on a device, on the host, or both, and the tensor id of their gradient.
//!
//! A kernel of dfdx makes a tensor. A native kernel makes numbers on the host, and its tensor is
//! empty: it only identifies the gradient. So nothing is copied between two such kernels, and a gradient is moved
//! to its place instead of being added to zeros.

use dfdx::shapes::HasShape;
use dfdx::tensor::{Cpu, CpuError, Gradients, Tensor};
use dfdx::tensor_ops::Device;
use std::cell::OnceCell;
use std::sync::Arc;

/// Features x rows.
pub(super) type Matrix<D> = Tensor<(usize, usize), f32, D>;

/// The value of a slot of the plan.
#[derive(Clone, Debug)]
pub(super) struct Value<D: Device<f32>> {
    pub(super) dims: (usize, usize),
    /// Whether it depends on a parameter, so that its gradient is needed.
    pub(super) learned: bool,
    /// The tensor that identifies its gradient; empty where the numbers are on the host only.
    pub(super) identity: Matrix<D>,
    /// The numbers on the device; empty until an operation of dfdx reads them.
    pub(super) tensor: OnceCell<Matrix<D>>,
    host: OnceCell<Arc<Vec<f32>>>,
}

impl<D: Device<f32>> Value<D> {
    /// A value that is on the device only.
    pub(super) fn new(tensor: Matrix<D>, learned: bool) -> Self {
        let (dims, identity) = (*tensor.shape(), tensor.clone());
        Self { dims, learned, identity, tensor: OnceCell::from(tensor), host: OnceCell::new() }
    }

    /// A value whose numbers are on the host too.
    pub(super) fn with_host(tensor: Matrix<D>, learned: bool, host: Arc<Vec<f32>>) -> Self {
        Self { host: OnceCell::from(host), ..Self::new(tensor, learned) }
    }

    /// A value whose numbers are on the host only; `identity` is an empty tensor.
    pub(super) fn on_host(identity: Matrix<D>, dims: (usize, usize), learned: bool, host: Arc<Vec<f32>>) -> Self {
        Self { dims, learned, identity, tensor: OnceCell::new(), host: OnceCell::from(host) }
    }

    /// Number of features and of rows.
    pub(super) fn dims(&self) -> (usize, usize) {
        self.dims
    }

    /// The numbers on the host, feature by feature; copied once.
    pub(super) fn host(&self) -> Arc<Vec<f32>> {
        let copy = || {
            let mut numbers = vec![0.0; self.dims.0 * self.dims.1];
            self.identity.copy_into(&mut numbers);
            Arc::new(numbers)
        };
        Arc::clone(self.host.get_or_init(copy))
    }
}

impl Value<Cpu> {
    /// The gradient of this value, for the backward step of a kernel.
    pub(super) fn gradient(&self) -> ValueGradient {
        ValueGradient::new(&self.identity, self.dims)
    }
}

/// The gradient of one value while the backward pass runs.
#[derive(Clone, Debug)]
pub(super) struct ValueGradient {
    identity: Matrix<Cpu>,
    length: usize,
}

impl ValueGradient {
    /// The gradient stored under `identity`, of a value of these dimensions.
    pub(super) fn new(identity: &Matrix<Cpu>, dims: (usize, usize)) -> Self {
        Self { identity: identity.clone(), length: dims.0 * dims.1 }
    }

    /// Takes the gradient: nothing reads it after the backward step of the operation that made the value.
    pub(super) fn take(&self, grads: &mut Gradients<f32, Cpu>) -> Result<Vec<f32>, CpuError> {
        let mut found = std::mem::take(&mut **grads.get_or_alloc_mut(&self.identity)?);
        found.resize(self.length, 0.0);
        Ok(found)
    }

    /// Adds to the gradient; the first contribution is moved.
    pub(super) fn add(&self, grads: &mut Gradients<f32, Cpu>, more: Vec<f32>) -> Result<(), CpuError> {
        let found = grads.get_or_alloc_mut(&self.identity)?;
        if found.is_empty() {
            **found = more;
        } else {
            add(found, &more);
        }
        Ok(())
    }

    /// As [`ValueGradient::add`], for numbers that are still needed.
    pub(super) fn add_copy(&self, grads: &mut Gradients<f32, Cpu>, more: &[f32]) -> Result<(), CpuError> {
        let found = grads.get_or_alloc_mut(&self.identity)?;
        if found.is_empty() {
            **found = more.to_vec();
        } else {
            add(found, more);
        }
        Ok(())
    }

    /// Lets `write` add to the gradient: it must overwrite the buffer where the flag is false, and add to it
    /// where it is true.
    pub(super) fn write(
        &self,
        grads: &mut Gradients<f32, Cpu>,
        write: impl FnOnce(&mut [f32], bool),
    ) -> Result<(), CpuError> {
        let found = grads.get_or_alloc_mut(&self.identity)?;
        let accumulate = !found.is_empty();
        found.resize(self.length, 0.0);
        write(found, accumulate);
        Ok(())
    }
}

/// `to += from`
pub(super) fn add(to: &mut [f32], from: &[f32]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += from;
    }
}
