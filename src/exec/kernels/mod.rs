//! The kernels: one file for each family of operations, and the dispatch from an operation to its kernel.

mod attend;
pub(super) mod class_loss;
mod conv;
mod elementwise;
mod embedding;
mod fill_missing;
mod hold;
mod input;
mod join;
pub(super) mod kernel;
mod linear;
pub(super) mod loss_targets;
mod loss_tensors;
mod norm;
mod pool;
mod rank_rows;
mod recurrent;
mod steps;

use super::pass::Pass;
use crate::ops::{self, Op, operations};
use dfdx::tensor::Tape;
use kernel::{Compute, Computed, KernelCall};

/// Makes the call of the kernel of each operation from the list of `ops`: an operation without a kernel does not
/// compile.
macro_rules! dispatch {
    (
        plain { $($plain:ident($unit:ident)),* $(,)? }
        with_settings { $($name:ident($operation:ident)),* $(,)? }
        loss { $loss:ident($of_loss:ident) }
    ) => {
        /// Computes one step; `None` for the class loss, which is not a step.
        pub(super) fn compute<B: Compute, T: Tape<f32, B::Device>>(
            pass: &mut Pass<'_, B, T>,
            call: &KernelCall<'_, B::Device>,
        ) -> Option<Computed<B>> {
            match &call.step.op {
                $(Op::$plain => Some(B::compute(&ops::$unit, pass, call)),)*
                $(Op::$name(operation) => Some(B::compute(operation, pass, call)),)*
                Op::$loss(_) => None,
            }
        }
    };
}
operations!(dispatch);
