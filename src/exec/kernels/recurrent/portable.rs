//! Recurrent layers in dfdx's operations: layers, directions, and the steps of each. A row that has ended keeps its
//! state.

use crate::exec::backend::{Backend, DeviceError};
use crate::exec::kernels::join::concat;
use crate::exec::kernels::kernel::Computed;
use crate::exec::kernels::recurrent::layout::RecurrentLayout;
use crate::exec::kernels::steps::Steps;
use crate::exec::pass::Pass;
use crate::exec::value::{Matrix, Value};
use dfdx::shapes::Axis;
use dfdx::tensor::{Tape, TensorFromVec};
use dfdx::tensor_ops::{BroadcastTo, GatherTo, TryAdd, TryMul};

/// The states of every step, zeros past the end of a row, and the last states.
pub(super) type States<B> = (Vec<Matrix<<B as Backend>::Device>>, Matrix<<B as Backend>::Device>);

/// One direction of one layer in dfdx's operations.
pub(super) trait PortableCell {
    /// The states of the steps that one direction of a layer reads.
    fn read<B: Backend, T: Tape<f32, B::Device>>(
        pass: &mut Pass<'_, B, T>,
        inputs: &[Matrix<B::Device>],
        layout: &RecurrentLayout,
        layer: usize,
        direction: usize,
    ) -> Result<States<B>, DeviceError<B>>;
}

/// All layers and directions.
pub(super) fn portable<C: PortableCell, B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    x: &Value<B::Device>,
    layout: &RecurrentLayout,
) -> Computed<B> {
    let (steps, hidden) = (&layout.steps, layout.hidden);
    let x = pass.tensor(x)?;
    let mut inputs = vec![];
    for step in 0..steps.count {
        inputs.push(band(pass, &x, step * steps.width, steps.width)?);
    }
    let mut last = vec![];
    for layer in 0..layout.layers {
        let mut made: Vec<Vec<Value<B::Device>>> = vec![vec![]; steps.count];
        last.clear();
        for direction in 0..layout.directions {
            let (states, end) = C::read(pass, &inputs, layout, layer, direction)?;
            for (made, state) in made.iter_mut().zip(states) {
                made.push(Value::new(state, true));
            }
            last.push(Value::new(end, true));
        }
        inputs.clear();
        for made in made {
            let joined = beside(pass, made)?;
            inputs.push(pass.tensor(&joined)?);
        }
    }
    let parts = if layout.all { inputs.into_iter().map(|state| Value::new(state, true)).collect() } else { last };
    debug_assert!(parts.iter().all(|part| part.dims().0.is_multiple_of(hidden)));
    beside(pass, parts)
}

/// Which rows are at a real step, and which have ended: 1 and 0, features x rows.
pub(super) struct Ended<B: Backend> {
    real: Matrix<B::Device>,
    ended: Matrix<B::Device>,
}

impl<B: Backend> Ended<B> {
    /// The rows at a step; `None` where no row has ended.
    pub(super) fn at<T: Tape<f32, B::Device>>(
        pass: &Pass<'_, B, T>,
        steps: &Steps,
        step: usize,
        features: usize,
    ) -> Result<Option<Self>, DeviceError<B>> {
        if step < steps.shortest() {
            return Ok(None);
        }
        let whole = (features, steps.rows);
        let real: Vec<f32> = steps.lengths.iter().map(|length| f32::from(u8::from(step < *length))).collect();
        let ended = pass.constant(real.iter().map(|real| 1.0 - real).collect(), (steps.rows,))?;
        let ended = ended.try_broadcast_like::<_, Axis<0>>(&whole)?;
        let real = pass.constant(real, (steps.rows,))?.try_broadcast_like::<_, Axis<0>>(&whole)?;
        Ok(Some(Self { real, ended }))
    }

    /// Zeros for the rows that have ended.
    pub(super) fn cleared<T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        state: &Matrix<B::Device>,
    ) -> Result<Matrix<B::Device>, DeviceError<B>> {
        pass.record(state, |state| state.try_mul(self.real.clone()))
    }

    /// The new state, and the old one for the rows that have ended.
    pub(super) fn keep<T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        old: &Matrix<B::Device>,
        new: &Matrix<B::Device>,
    ) -> Result<Matrix<B::Device>, DeviceError<B>> {
        let old = pass.record(old, |old| old.try_mul(self.ended.clone()))?;
        pass.record(new, |new| new.try_mul(self.real.clone())?.try_add(old))
    }
}

/// Some of the features of a value.
pub(super) fn band<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    x: &Matrix<B::Device>,
    first: usize,
    height: usize,
) -> Result<Matrix<B::Device>, DeviceError<B>> {
    let features = (first..first + height).collect();
    let features = TensorFromVec::<usize>::try_tensor_from_vec(&pass.device, features, (height,))?;
    pass.record(x, |x| x.try_gather(features))
}

/// Values one after the other along the features, by halves, because each concatenation copies its inputs.
fn beside<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    mut parts: Vec<Value<B::Device>>,
) -> Result<Value<B::Device>, DeviceError<B>> {
    if parts.len() == 1
        && let Some(part) = parts.pop()
    {
        return Ok(part);
    }
    let second = parts.split_off(parts.len() / 2);
    let (first, second) = (beside(pass, parts)?, beside(pass, second)?);
    concat(pass, &[&first, &second])
}
