//! A long short-term memory over the steps of a sequence, of dfdx's operations. A row that has ended keeps its state.

use super::concat;
use super::steps::Steps;
use crate::exec::backend::Backend;
use crate::exec::pass::{Failure, Matrix, Pass, Value};
use crate::ops;
use crate::plan::ParamId;
use dfdx::shapes::Axis;
use dfdx::tensor::{Tape, TensorFromVec};
use dfdx::tensor_ops::{BroadcastTo, GatherTo, TryAdd, TryMatMul, TryMul};

/// A long short-term memory: the sequence it reads, what it is, and the weights in the order of [`ops::Lstm`].
#[derive(Clone, Debug)]
pub(in crate::exec) struct Lstm {
    pub(super) steps: Steps,
    pub(super) shape: ops::Lstm,
    pub(super) params: Vec<ParamId>,
}

impl Lstm {
    /// The weights of one direction of a layer: of the input, of the state, and their biases.
    pub(super) fn of(&self, layer: usize, direction: usize) -> [ParamId; 4] {
        let first = 4 * (layer * self.shape.directions() + direction);
        [self.params[first], self.params[first + 1], self.params[first + 2], self.params[first + 3]]
    }

    /// Steps in the order in which a direction reads them, up to the end of the longest row.
    pub(super) fn order(&self, direction: usize) -> Vec<usize> {
        let steps = 0..self.steps.longest();
        if direction == 0 { steps.collect() } else { steps.rev().collect() }
    }
}

/// Of dfdx's operations.
pub(in crate::exec) fn portable<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    x: &Value<B::Device>,
    lstm: &Lstm,
) -> Result<Value<B::Device>, Failure<B>> {
    let (steps, hidden) = (&lstm.steps, lstm.shape.hidden);
    let x = x.tensor(pass)?;
    let mut inputs = vec![];
    for step in 0..steps.count {
        inputs.push(band(pass, &x, step * steps.width, steps.width)?);
    }
    let mut last = vec![];
    for layer in 0..lstm.shape.layers {
        let mut made: Vec<Vec<Value<B::Device>>> = vec![vec![]; steps.count];
        last.clear();
        for direction in 0..lstm.shape.directions() {
            let (states, end) = read(pass, &inputs, lstm, layer, direction)?;
            for (made, state) in made.iter_mut().zip(states) {
                made.push(Value::new(state, true));
            }
            last.push(Value::new(end, true));
        }
        inputs.clear();
        for made in made {
            inputs.push(beside(pass, made)?.tensor(pass)?);
        }
    }
    let parts = if lstm.shape.all { inputs.into_iter().map(|state| Value::new(state, true)).collect() } else { last };
    debug_assert!(parts.iter().all(|part| part.dims().0.is_multiple_of(hidden)));
    beside(pass, parts)
}

/// What one direction makes of every step, zeros past the end of a row, and its last states.
#[allow(clippy::type_complexity, reason = "two things that are made together")]
fn read<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    inputs: &[Matrix<B::Device>],
    lstm: &Lstm,
    layer: usize,
    direction: usize,
) -> Result<(Vec<Matrix<B::Device>>, Matrix<B::Device>), Failure<B>> {
    let (steps, hidden, rows) = (&lstm.steps, lstm.shape.hidden, lstm.steps.rows);
    let width = if layer == 0 { steps.width } else { lstm.shape.states() };
    let [of_input, of_state, input_bias, state_bias] = lstm.of(layer, direction);
    let of_input = pass.param(of_input, (4 * hidden, width))?;
    let of_state = pass.param(of_state, (4 * hidden, hidden))?;
    let whole = (4 * hidden, rows);
    let input_bias = pass.param(input_bias, (4 * hidden,))?.try_broadcast_like::<_, Axis<1>>(&whole)?;
    let state_bias = pass.param(state_bias, (4 * hidden,))?.try_broadcast_like::<_, Axis<1>>(&whole)?;
    let nothing = pass.constant(vec![0.0; hidden * rows], (hidden, rows))?;
    let (mut state, mut cell) = (nothing.clone(), nothing.clone());
    let mut states = vec![nothing; steps.count];
    for step in lstm.order(direction) {
        let from_state = pass.record(&of_state, |of_state| of_state.try_matmul(state.clone()))?;
        let gates = pass.record(&of_input, |of_input| {
            of_input.try_matmul(inputs[step].clone())?.try_add(from_state)?.try_add(input_bias.clone())
        })?;
        let gates = pass.record(&gates, |gates| gates.try_add(state_bias.clone()))?;
        let mut gate = |at| band(pass, &gates, at * hidden, hidden);
        let (input, forget, new, output) = (gate(0)?, gate(1)?, gate(2)?, gate(3)?);
        let input = pass.record(&input, |gate| gate.try_sigmoid())?;
        let new = pass.record(&new, |gate| gate.try_tanh()?.try_mul(input))?;
        let forget = pass.record(&forget, |gate| gate.try_sigmoid())?;
        let next_cell = pass.record(&cell, |cell| cell.try_mul(forget)?.try_add(new))?;
        let output = pass.record(&output, |gate| gate.try_sigmoid())?;
        let next_state = pass.record(&next_cell, |cell| cell.try_tanh()?.try_mul(output))?;
        if step < steps.shortest() {
            (state, cell) = (next_state, next_cell);
            states[step] = state.clone();
        } else {
            let real: Vec<f32> = steps.lengths.iter().map(|length| f32::from(u8::from(step < *length))).collect();
            let ended = pass.constant(real.iter().map(|real| 1.0 - real).collect(), (rows,))?;
            let ended = ended.try_broadcast_like::<_, Axis<0>>(&(hidden, rows))?;
            let real = pass.constant(real, (rows,))?.try_broadcast_like::<_, Axis<0>>(&(hidden, rows))?;
            states[step] = pass.record(&next_state, |state| state.try_mul(real.clone()))?;
            let mut keep = |old: &Matrix<B::Device>, new: &Matrix<B::Device>| {
                let old = pass.record(old, |old| old.try_mul(ended.clone()))?;
                pass.record(new, |new| new.try_mul(real.clone())?.try_add(old))
            };
            (state, cell) = (keep(&state, &next_state)?, keep(&cell, &next_cell)?);
        }
    }
    Ok((states, state))
}

/// Some of the features of a value.
fn band<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    x: &Matrix<B::Device>,
    first: usize,
    height: usize,
) -> Result<Matrix<B::Device>, Failure<B>> {
    let features = (first..first + height).collect();
    let features = TensorFromVec::<usize>::try_tensor_from_vec(&pass.device, features, (height,))?;
    pass.record(x, |x| x.try_gather(features))
}

/// Values one after the other along the features, by halves: each joining copies all it joins.
fn beside<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    mut parts: Vec<Value<B::Device>>,
) -> Result<Value<B::Device>, Failure<B>> {
    if parts.len() == 1
        && let Some(part) = parts.pop()
    {
        return Ok(part);
    }
    let second = parts.split_off(parts.len() / 2);
    let (first, second) = (beside(pass, parts)?, beside(pass, second)?);
    concat::portable(pass, &[&first, &second])
}
