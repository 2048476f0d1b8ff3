//! `scale * x + offset`

use crate::exec::backend::Backend;
use crate::exec::pass::{Failure, Pass, Value};
use dfdx::tensor::Tape;
use dfdx::tensor_ops::{TryAdd, TryMul};

pub(super) fn affine<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    x: &Value<B::Device>,
    scale: f64,
    offset: f64,
) -> Result<Value<B::Device>, Failure<B>> {
    let tensor = x.tensor(pass)?;
    let y = pass.record(&tensor, |x| x.try_mul(scale as f32)?.try_add(offset as f32))?;
    Ok(Value::new(y, x.learned))
}
