//! Element-wise sums, means and arithmetic of values of one shape, and of a value and numbers.

use crate::exec::backend::cpu::Native;
use crate::exec::backend::{Backend, DeviceError};
use crate::exec::kernels::kernel::{Computed, Kernel, KernelCall};
use crate::exec::pass::Pass;
use crate::exec::value::{Matrix, Value, add};
use crate::ops::{AffineOp, Arithmetic, Mean, Sum};
use dfdx::tensor::{Cpu, Tape};
use dfdx::tensor_ops::{TryAdd, TryDiv, TryMul, TrySub};

impl Kernel for Sum {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        sum(pass, call.reads)
    }

    fn native<T: Tape<f32, Cpu>>(
        &self,
        pass: &mut Pass<'_, Native, T>,
        call: &KernelCall<'_, Cpu>,
    ) -> Computed<Native> {
        native_sum(pass, call.reads)
    }
}

impl Kernel for Mean {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        let total = sum(pass, call.reads)?;
        let tensor = pass.tensor(&total)?;
        let y = pass.record(&tensor, |total| total.try_mul(1.0 / call.reads.len() as f32))?;
        Ok(Value::new(y, total.learned))
    }
}

/// Addition is a sum, with its kernel.
impl Kernel for Arithmetic {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        let (a, b) = (call.reads[0], call.reads[1]);
        let other = distinct(pass, a, b)?;
        let tensor = pass.tensor(a)?;
        let y = pass.record(&tensor, |a| match self {
            Arithmetic::Add => a.try_add(other),
            Arithmetic::Sub => a.try_sub(other),
            Arithmetic::Mul => a.try_mul(other),
            Arithmetic::Div => a.try_div(other),
        })?;
        Ok(Value::new(y, a.learned || b.learned))
    }

    fn native<T: Tape<f32, Cpu>>(
        &self,
        pass: &mut Pass<'_, Native, T>,
        call: &KernelCall<'_, Cpu>,
    ) -> Computed<Native> {
        match self {
            Arithmetic::Add => native_sum(pass, call.reads),
            Arithmetic::Sub | Arithmetic::Mul | Arithmetic::Div => self.portable(pass, call),
        }
    }
}

impl Kernel for AffineOp {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        let x = call.x();
        let tensor = pass.tensor(x)?;
        let y = pass.record(&tensor, |x| x.try_mul(self.scale as f32)?.try_add(self.offset as f32))?;
        Ok(Value::new(y, x.learned))
    }
}

/// The sum of one value or more.
fn sum<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    parts: &[&Value<B::Device>],
) -> Result<Value<B::Device>, DeviceError<B>> {
    let mut total: Value<B::Device> = parts[0].clone();
    for (index, part) in parts.iter().enumerate().skip(1) {
        // Only the first sum can have one tensor as both operands; later ones are new tensors.
        let other = if index == 1 { distinct(pass, parts[0], part)? } else { pass.tensor(part)? };
        let tensor = pass.tensor(&total)?;
        let y = pass.record(&tensor, |total| total.try_add(other))?;
        total = Value::new(y, total.learned || part.learned);
    }
    Ok(total)
}

/// On the CPU: the sum of one value or more.
fn native_sum<T: Tape<f32, Cpu>>(
    pass: &mut Pass<'_, Native, T>,
    parts: &[&Value<Cpu>],
) -> Result<Value<Cpu>, DeviceError<Native>> {
    /// Block size that fits in the cache.
    const PIECE: usize = 1 << 14;
    let numbers: Vec<_> = parts.iter().map(|part| part.host()).collect();
    let mut total = vec![0.0; numbers[0].len()];
    pass.workers.pieces(&mut total, PIECE, |index, total| {
        let here = index * PIECE..index * PIECE + total.len();
        total.copy_from_slice(&numbers[0][here.clone()]);
        for part in &numbers[1..] {
            add(total, &part[here.clone()]);
        }
    });
    let made = pass.made(total, parts.iter().any(|part| part.learned))?;
    if pass.gradients.is_some() && made.learned {
        let input_gradient: Vec<_> = parts.iter().filter(|part| part.learned).map(|part| part.gradient()).collect();
        let made = made.gradient();
        pass.tape.add_backward_op(move |grads| {
            let upstream = made.take(grads)?;
            if let Some((last, others)) = input_gradient.split_last() {
                for other in others {
                    other.add_copy(grads, &upstream)?;
                }
                last.add(grads, upstream)?;
            }
            Ok(())
        });
    }
    Ok(made)
}

/// `b`, or a copy of it where it is `a`: dfdx has no operation of a tensor with itself.
fn distinct<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    a: &Value<B::Device>,
    b: &Value<B::Device>,
) -> Result<Matrix<B::Device>, DeviceError<B>> {
    let tensor = pass.tensor(b)?;
    if std::ptr::eq(a, b) { pass.record(&tensor, |b| b.try_mul(1.0)) } else { Ok(tensor) }
}
