//! The CPU with dfdx's operations only: tests the code of other devices without one.

use super::Backend;
use crate::exec::engine::ExecError;
use crate::exec::value::Matrix;
use dfdx::tensor::{Cpu, Tape};

/// The CPU without native kernels.
#[derive(Clone, Copy, Debug)]
pub(in crate::exec) struct Composed;

impl Backend for Composed {
    type Device = Cpu;

    fn name(&self) -> String {
        "cpu (composed)".into()
    }

    fn open(&self) -> Result<Cpu, ExecError> {
        Ok(Cpu::default())
    }

    fn threaded(&self) -> bool {
        true
    }

    /// Every value is a tensor.
    fn bridge<T: Tape<f32, Cpu>>(_: &mut T, _: &Matrix<Cpu>, _: &Matrix<Cpu>) {}
}
