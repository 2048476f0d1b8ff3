//! The kernel trait, implemented for the type of each operation in its own file.

use crate::exec::backend::composed::Composed;
use crate::exec::backend::cpu::Native;
#[cfg(feature = "cuda")]
use crate::exec::backend::cuda::CudaDevice;
use crate::exec::backend::{Backend, DeviceError};
use crate::exec::kernels::class_loss::{self, LossNode};
use crate::exec::kernels::loss_targets::Targets;
use crate::exec::pass::Pass;
use crate::exec::value::Value;
use crate::plan::Step;
use dfdx::tensor::{Cpu, Tape};
use dfdx::tensor_ops::Device;

/// The result of a kernel.
pub(in crate::exec) type Computed<B> = Result<Value<<B as Backend>::Device>, DeviceError<B>>;

/// One step of the plan and the values it reads. A kernel relies on the plan: their number and shapes have been
/// checked.
#[derive(Clone, Copy, Debug)]
pub(in crate::exec) struct KernelCall<'a, D: Device<f32>> {
    /// The index of the step in the plan.
    pub(in crate::exec) index: usize,
    /// The step.
    pub(in crate::exec) step: &'a Step,
    /// The values, in the order in which the step names them.
    pub(in crate::exec) reads: &'a [&'a Value<D>],
}

impl<'a, D: Device<f32>> KernelCall<'a, D> {
    /// The first value: the only one, or the sequence of an operation over steps.
    pub(in crate::exec) fn x(&self) -> &'a Value<D> {
        self.reads[0]
    }

    /// The length of the sequence, where its rows have lengths.
    pub(in crate::exec) fn length(&self) -> Option<&'a Value<D>> {
        self.reads.get(1).copied()
    }
}

/// The computation of an operation, with its gradient recorded on the tape of the pass.
pub(in crate::exec) trait Kernel {
    /// On any device: in dfdx's operations.
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B>;

    /// On the CPU: a native kernel where that is faster.
    fn native<T: Tape<f32, Cpu>>(
        &self,
        pass: &mut Pass<'_, Native, T>,
        call: &KernelCall<'_, Cpu>,
    ) -> Computed<Native> {
        self.portable(pass, call)
    }
}

/// A backend with its choice between the two forms of a kernel.
pub(in crate::exec) trait Compute: Backend {
    /// Computes one step.
    fn compute<T: Tape<f32, Self::Device>>(
        kernel: &impl Kernel,
        pass: &mut Pass<'_, Self, T>,
        call: &KernelCall<'_, Self::Device>,
    ) -> Computed<Self>;

    /// Computes the class loss over the logits of its components.
    fn class_loss<T: Tape<f32, Self::Device>>(
        pass: &mut Pass<'_, Self, T>,
        logits: &[&Value<Self::Device>],
        targets: &Targets<'_>,
    ) -> Result<LossNode<Self::Device>, DeviceError<Self>>;
}

impl Compute for Native {
    fn compute<T: Tape<f32, Cpu>>(
        kernel: &impl Kernel,
        pass: &mut Pass<'_, Self, T>,
        call: &KernelCall<'_, Cpu>,
    ) -> Computed<Self> {
        kernel.native(pass, call)
    }

    fn class_loss<T: Tape<f32, Cpu>>(
        pass: &mut Pass<'_, Self, T>,
        logits: &[&Value<Cpu>],
        targets: &Targets<'_>,
    ) -> Result<LossNode<Cpu>, DeviceError<Self>> {
        class_loss::native(pass, logits, targets)
    }
}

impl Compute for Composed {
    fn compute<T: Tape<f32, Cpu>>(
        kernel: &impl Kernel,
        pass: &mut Pass<'_, Self, T>,
        call: &KernelCall<'_, Cpu>,
    ) -> Computed<Self> {
        kernel.portable(pass, call)
    }

    fn class_loss<T: Tape<f32, Cpu>>(
        pass: &mut Pass<'_, Self, T>,
        logits: &[&Value<Cpu>],
        targets: &Targets<'_>,
    ) -> Result<LossNode<Cpu>, DeviceError<Self>> {
        class_loss::portable(pass, logits, targets)
    }
}

#[cfg(feature = "cuda")]
impl Compute for CudaDevice {
    fn compute<T: Tape<f32, Self::Device>>(
        kernel: &impl Kernel,
        pass: &mut Pass<'_, Self, T>,
        call: &KernelCall<'_, Self::Device>,
    ) -> Computed<Self> {
        kernel.portable(pass, call)
    }

    fn class_loss<T: Tape<f32, Self::Device>>(
        pass: &mut Pass<'_, Self, T>,
        logits: &[&Value<Self::Device>],
        targets: &Targets<'_>,
    ) -> Result<LossNode<Self::Device>, DeviceError<Self>> {
        class_loss::portable(pass, logits, targets)
    }
}
