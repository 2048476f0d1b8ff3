//! An NVIDIA GPU, with dfdx's operations.

use super::Backend;
use crate::exec::engine::ExecError;
use crate::exec::value::Matrix;
use dfdx::tensor::Tape;

/// An NVIDIA GPU, by its number.
#[derive(Clone, Copy, Debug)]
pub(in crate::exec) struct CudaDevice(pub(in crate::exec) usize);

impl Backend for CudaDevice {
    type Device = dfdx::tensor::Cuda;

    fn name(&self) -> String {
        format!("cuda:{}", self.0)
    }

    /// One handle for each thread and GPU, kept: opening a GPU is slow, because it loads every kernel.
    fn open(&self) -> Result<dfdx::tensor::Cuda, ExecError> {
        use std::cell::RefCell;
        use std::collections::BTreeMap;
        thread_local! {
            static OPEN: RefCell<BTreeMap<usize, dfdx::tensor::Cuda>> = const { RefCell::new(BTreeMap::new()) };
        }
        OPEN.with_borrow_mut(|open| {
            if let Some(device) = open.get(&self.0) {
                return Ok(device.clone());
            }
            let device = dfdx::tensor::Cuda::try_build(self.0, 0)
                .map_err(|error| ExecError::NoDevice { device: self.name(), reason: format!("{error:?}") })?;
            open.insert(self.0, device.clone());
            Ok(device)
        })
    }

    fn threaded(&self) -> bool {
        false
    }

    /// Every value is a tensor.
    fn bridge<T: Tape<f32, Self::Device>>(_: &mut T, _: &Matrix<Self::Device>, _: &Matrix<Self::Device>) {}
}
