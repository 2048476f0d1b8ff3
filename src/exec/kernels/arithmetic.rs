//! Element-wise sums, means and arithmetic of values of one shape.

use crate::exec::backend::{Backend, Native};
use crate::exec::pass::{Failure, Matrix, Pass, Value};
use crate::exec::value::add;
use crate::ops::Arithmetic;
use dfdx::tensor::{Cpu, Tape};
use dfdx::tensor_ops::{TryAdd, TryDiv, TryMul, TrySub};

/// The sum of one value or more.
pub(in crate::exec) fn sum<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    parts: &[&Value<B::Device>],
) -> Result<Value<B::Device>, Failure<B>> {
    let mut total: Value<B::Device> = parts[0].clone();
    for (index, part) in parts.iter().enumerate().skip(1) {
        // Only the first sum can meet itself; every later one is a new tensor.
        let other = if index == 1 { distinct(pass, parts[0], part)? } else { part.tensor(pass)? };
        let tensor = total.tensor(pass)?;
        let y = pass.record(&tensor, |total| total.try_add(other))?;
        total = Value::new(y, total.learned || part.learned);
    }
    Ok(total)
}

/// On the CPU: the sum of one value or more.
pub(in crate::exec) fn native_sum<T: Tape<f32, Cpu>>(
    pass: &mut Pass<'_, Native, T>,
    parts: &[&Value<Cpu>],
) -> Result<Value<Cpu>, Failure<Native>> {
    /// Numbers that are added up while they are in the cache.
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
        let wanted: Vec<_> = parts.iter().filter(|part| part.learned).map(|part| part.slope()).collect();
        let made = made.slope();
        pass.tape.add_backward_op(move |grads| {
            let slope = made.take(grads)?;
            if let Some((last, others)) = wanted.split_last() {
                for other in others {
                    other.add_copy(grads, &slope)?;
                }
                last.add(grads, slope)?;
            }
            Ok(())
        });
    }
    Ok(made)
}

/// The mean of one value or more.
pub(super) fn mean<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    parts: &[&Value<B::Device>],
) -> Result<Value<B::Device>, Failure<B>> {
    let total = sum(pass, parts)?;
    let tensor = total.tensor(pass)?;
    let y = pass.record(&tensor, |total| total.try_mul(1.0 / parts.len() as f32))?;
    Ok(Value::new(y, total.learned))
}

/// Arithmetic of two values.
pub(super) fn binary<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    arithmetic: Arithmetic,
    a: &Value<B::Device>,
    b: &Value<B::Device>,
) -> Result<Value<B::Device>, Failure<B>> {
    let other = distinct(pass, a, b)?;
    let tensor = a.tensor(pass)?;
    let y = pass.record(&tensor, |a| match arithmetic {
        Arithmetic::Add => a.try_add(other),
        Arithmetic::Sub => a.try_sub(other),
        Arithmetic::Mul => a.try_mul(other),
        Arithmetic::Div => a.try_div(other),
    })?;
    Ok(Value::new(y, a.learned || b.learned))
}

/// `b`, under an identity of its own where it is `a`: dfdx takes no operation of a tensor with itself.
fn distinct<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    a: &Value<B::Device>,
    b: &Value<B::Device>,
) -> Result<Matrix<B::Device>, Failure<B>> {
    let tensor = b.tensor(pass)?;
    if std::ptr::eq(a, b) { pass.record(&tensor, |b| b.try_mul(1.0)) } else { Ok(tensor) }
}
