//! Values one after the other along the features.

use crate::exec::backend::{Backend, Native};
use crate::exec::pass::{Failure, Pass, Value};
use dfdx::tensor::{Cpu, Tape};
use dfdx::tensor_ops::{ChooseFrom, GatherTo, TryGt};

/// Of dfdx's operations. Every part is gathered to the height of the whole and chosen where it belongs: dfdx's own
/// concatenation is compiled when it first runs on a GPU, and needs the header files of the machine it was built on.
pub(in crate::exec) fn portable<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    parts: &[&Value<B::Device>],
) -> Result<Value<B::Device>, Failure<B>> {
    let height: usize = parts.iter().map(|part| part.dims().0).sum();
    let rows = pass.rows;
    let mut whole = pass.constant(vec![0.0; height * rows], (height, rows))?;
    let mut first = 0;
    for part in parts {
        let own = part.dims().0;
        let belongs = first..first + own;
        let source = (0..height).map(|at| if belongs.contains(&at) { at - first } else { 0 }).collect();
        let source = dfdx::tensor::TensorFromVec::<usize>::try_tensor_from_vec(&pass.device, source, (height,))?;
        let mask = (0..height * rows).map(|at| f32::from(u8::from(belongs.contains(&(at / rows))))).collect();
        let mask = pass.constant(mask, (height, rows))?.try_gt(0.5)?;
        let tensor = part.tensor(pass)?;
        let spread = pass.record(&tensor, |part| part.try_gather(source))?;
        whole = pass.record(&spread, |spread| mask.try_choose(spread, whole))?;
        first += own;
    }
    Ok(Value::new(whole, parts.iter().any(|part| part.learned)))
}

/// On the CPU: a copy.
pub(in crate::exec) fn native<T: Tape<f32, Cpu>>(
    pass: &mut Pass<'_, Native, T>,
    parts: &[&Value<Cpu>],
) -> Result<Value<Cpu>, Failure<Native>> {
    let height: usize = parts.iter().map(|part| part.dims().0).sum();
    let mut whole = Vec::with_capacity(height * pass.rows);
    for part in parts {
        whole.extend_from_slice(&part.host());
    }
    let learned = parts.iter().any(|part| part.learned);
    let made = pass.made(whole, learned)?;
    if pass.gradients.is_some() && learned {
        let slope = made.slope();
        let parts: Vec<_> = parts.iter().map(|part| (part.slope(), part.learned, part.host().len())).collect();
        pass.tape.add_backward_op(move |grads| {
            let slope = slope.take(grads)?;
            let mut first = 0;
            for (wanted, learned, length) in parts {
                if learned {
                    wanted.add(grads, slope[first..first + length].to_vec())?;
                }
                first += length;
            }
            Ok(())
        });
    }
    Ok(made)
}
