//! The CPU, with native kernels where they are faster than dfdx's operations.

use super::Backend;
use crate::exec::engine::ExecError;
use crate::exec::value::{Matrix, ValueGradient};
use dfdx::shapes::HasShape;
use dfdx::tensor::{Cpu, Tape};

/// The CPU with native kernels.
#[derive(Clone, Copy, Debug)]
pub(in crate::exec) struct Native;

impl Backend for Native {
    type Device = Cpu;

    fn name(&self) -> String {
        "cpu".into()
    }

    fn open(&self) -> Result<Cpu, ExecError> {
        Ok(Cpu::default())
    }

    fn threaded(&self) -> bool {
        true
    }

    fn bridge<T: Tape<f32, Cpu>>(tape: &mut T, tensor: &Matrix<Cpu>, identity: &Matrix<Cpu>) {
        let dims = *tensor.shape();
        let (from, to) = (ValueGradient::new(tensor, dims), ValueGradient::new(identity, dims));
        tape.add_backward_op(move |grads| {
            let gradient = from.take(grads)?;
            to.add(grads, gradient)
        });
    }
}
