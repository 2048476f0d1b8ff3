//! Channels of zeros around those there are.

use super::gathered;
use crate::exec::backend::{Backend, Native};
use crate::exec::pass::{Failure, Pass, Value};
use dfdx::tensor::{Cpu, Tape};

/// Of dfdx's operations: `before` and `after` features of zeros.
pub(in crate::exec) fn portable<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    x: &Value<B::Device>,
    before: usize,
    after: usize,
) -> Result<Value<B::Device>, Failure<B>> {
    let there = (0..x.dims().0).map(Some);
    let sources: Vec<_> = vec![None; before].into_iter().chain(there).chain(vec![None; after]).collect();
    let tensor = x.tensor(pass)?;
    let y = gathered(pass, &tensor, &sources)?;
    Ok(Value::new(y, x.learned))
}

/// On the CPU: a copy.
pub(in crate::exec) fn native<T: Tape<f32, Cpu>>(
    pass: &mut Pass<'_, Native, T>,
    x: &Value<Cpu>,
    before: usize,
    after: usize,
) -> Result<Value<Cpu>, Failure<Native>> {
    let (features, rows) = x.dims();
    let inside = before * rows..(before + features) * rows;
    let mut y = vec![0.0; (before + features + after) * rows];
    y[inside.clone()].copy_from_slice(&x.host());
    let made = pass.made(y, x.learned)?;
    if pass.gradients.is_some() && x.learned {
        let (wanted, made) = (x.slope(), made.slope());
        pass.tape.add_backward_op(move |grads| {
            let slope = made.take(grads)?;
            wanted.add(grads, slope[inside].to_vec())
        });
    }
    Ok(made)
}
