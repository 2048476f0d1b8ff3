//! The interface of a device: its name, how a thread opens it, and how gradients pass between the host and its tensors.
//! All kernels are written in dfdx's operations, in [`super::kernels`].

pub(in crate::exec) mod composed;
pub(in crate::exec) mod cpu;
#[cfg(feature = "cuda")]
pub(in crate::exec) mod cuda;

use super::engine::ExecError;
use super::value::Matrix;
use dfdx::tensor::{HasErr, Tape};
use dfdx::tensor_ops::Device;

/// A device that a plan can run on.
pub(in crate::exec) trait Backend: Sized + Send + Sync {
    /// The device of dfdx.
    type Device: Device<f32>;

    /// The display name of the device.
    fn name(&self) -> String;

    /// The device, for the calling thread: handles of dfdx cannot be shared between threads.
    fn open(&self) -> Result<Self::Device, ExecError>;

    /// Whether to cut batches into shards and compute them on the threads of a pool.
    fn threaded(&self) -> bool;

    /// Lets the gradient of `tensor` reach `identity`, that of a value whose numbers are on the host only. Such values
    /// exist where the backend's own kernels make them.
    fn bridge<T: Tape<f32, Self::Device>>(tape: &mut T, tensor: &Matrix<Self::Device>, identity: &Matrix<Self::Device>);
}

/// The errors of a backend's device.
pub(in crate::exec) type DeviceError<B> = <<B as Backend>::Device as HasErr>::Err;
