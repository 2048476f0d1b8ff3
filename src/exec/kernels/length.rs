//! How many steps of a sequence are real.

use crate::exec::backend::Backend;
use crate::exec::pass::{Failure, Pass, Value};
use dfdx::tensor::Tape;
use std::sync::Arc;

/// Of the ids of tokens, steps x rows: everything up to the last that is not padding.
pub(super) fn of_tokens<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    tokens: &Value<B::Device>,
) -> Result<Value<B::Device>, Failure<B>> {
    let (steps, rows) = tokens.dims();
    let ids = tokens.host();
    let real = |row: usize| (0..steps).rev().find(|step| ids[step * rows + row] != 0.0).map_or(0, |step| step + 1);
    let lengths: Vec<f32> = (0..rows).map(|row| real(row) as f32).collect();
    let tensor = pass.constant(lengths.clone(), (1, rows))?;
    Ok(Value::with_host(tensor, false, Arc::new(lengths)))
}
