//! A row of a table for each id. Row 0, padding and what is unknown, is zeros and learns nothing.

use crate::exec::backend::{Backend, Native};
use crate::exec::pass::{Failure, Pass, Value};
use crate::plan::ParamId;
use dfdx::shapes::{Axes3, Axis};
use dfdx::tensor::{Cpu, Tape, TensorFromVec};
use dfdx::tensor_ops::{BroadcastTo, GatherTo, PermuteTo, ReshapeTo, TryMul};

/// An embedding.
#[derive(Clone, Copy, Debug)]
pub(in crate::exec) struct Embedding {
    /// `[ids, width]`
    pub(in crate::exec) table: ParamId,
    /// Numbers of a row.
    pub(in crate::exec) width: usize,
}

/// Of dfdx's operations.
pub(in crate::exec) fn portable<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    tokens: &Value<B::Device>,
    layer: &Embedding,
) -> Result<Value<B::Device>, Failure<B>> {
    let ((steps, rows), width) = (tokens.dims(), layer.width);
    let ids: Vec<usize> = tokens.host().iter().map(|id| *id as usize).collect();
    let real = ids.iter().map(|id| f32::from(u8::from(*id != 0))).collect();
    let real = pass.constant(real, (steps * rows,))?;
    let ids = TensorFromVec::<usize>::try_tensor_from_vec(&pass.device, ids, (steps * rows,))?;
    let table = pass.param(layer.table, (pass.params.get(layer.table).len() / width, width))?;
    let y = pass.record(&table, |table| {
        let found = table.try_gather(ids)?.try_mul(real.try_broadcast_like::<_, Axis<1>>(&(steps * rows, width))?)?;
        let found = found.try_reshape_like(&(steps, rows, width))?;
        found.try_permute::<(usize, usize, usize), Axes3<0, 2, 1>>()?.try_reshape_like(&(steps * width, rows))
    })?;
    Ok(Value::new(y, true))
}

/// On the CPU: a copy, and a sum on the way back.
pub(in crate::exec) fn native<T: Tape<f32, Cpu>>(
    pass: &mut Pass<'_, Native, T>,
    tokens: &Value<Cpu>,
    layer: &Embedding,
) -> Result<Value<Cpu>, Failure<Native>> {
    let ((steps, rows), Embedding { table, width }) = (tokens.dims(), *layer);
    let ids = tokens.host();
    let from = pass.params.get(table);
    let mut y = Vec::with_capacity(steps * width * rows);
    for step in ids.chunks_exact(rows.max(1)) {
        for feature in 0..width {
            y.extend(step.iter().map(|id| if *id == 0.0 { 0.0 } else { from[*id as usize * width + feature] }));
        }
    }
    let made = pass.made(y, true)?;
    if let Some(gradients) = pass.gradients.clone() {
        let slope = made.slope();
        pass.tape.add_backward_op(move |grads| {
            let slope = slope.take(grads)?;
            gradients.write(table, |to, add| {
                if !add {
                    to.fill(0.0);
                }
                for (step, slope) in ids.chunks_exact(rows).zip(slope.chunks_exact(width * rows)) {
                    for (feature, slope) in slope.chunks_exact(rows).enumerate() {
                        for (id, slope) in step.iter().zip(slope).filter(|(id, _)| **id != 0.0) {
                            to[*id as usize * width + feature] += slope;
                        }
                    }
                }
            });
            Ok(())
        });
    }
    Ok(made)
}
