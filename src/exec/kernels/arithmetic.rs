//! Element-wise sums, means and arithmetic of values of one shape.

use crate::exec::backend::Backend;
use crate::exec::pass::{Failure, Matrix, Pass, Value};
use crate::ops::Arithmetic;
use dfdx::tensor::Tape;
use dfdx::tensor_ops::{TryAdd, TryDiv, TryMul, TrySub};

/// The sum of one value or more.
pub(super) fn sum<B: Backend, T: Tape<f32, B::Device>>(
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
