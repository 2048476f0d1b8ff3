//! Recurrent layers on the CPU: layers and directions, with their backward pass.

use crate::exec::backend::cpu::Native;
use crate::exec::gradients::ParamGradients;
use crate::exec::kernels::kernel::Computed;
use crate::exec::kernels::recurrent::layout::RecurrentLayout;
use crate::exec::kernels::steps::Steps;
use crate::exec::pass::Pass;
use crate::exec::value::Value;
use crate::exec::workers::Workers;
use crate::plan::ParamId;
use dfdx::tensor::{Cpu, Tape};
use std::sync::Arc;

/// One direction of one layer: its input, its states and its gradients.
pub(super) trait Direction {
    /// A direction before its first step. `input` is steps x features x rows.
    fn new(layout: &RecurrentLayout, layer: usize, direction: usize, steps: &Steps, input: Arc<Vec<f32>>) -> Self;

    /// Numbers of the input.
    fn input_length(&self) -> usize;

    /// Numbers of a state of all rows.
    fn size(&self) -> usize;

    /// The state of every row after a step.
    fn state(&self, step: usize) -> &[f32];

    /// The state of every row after its last step.
    fn last_state(&self) -> &[f32];

    /// Reads all steps.
    fn forward<'p>(&mut self, param: impl Fn(ParamId) -> &'p [f32], workers: Workers);

    /// Adds to the gradients of the weights, and to that of the input where it is given. `of_step` has the gradient of
    /// the state of a step where it was passed on, `of_last` that of the last state.
    fn backward<'s>(
        self,
        of_step: impl Fn(usize) -> Option<&'s [f32]>,
        of_last: Vec<f32>,
        gradients: &ParamGradients,
        of_input: Option<&mut Vec<f32>>,
        workers: Workers,
    );
}

/// All layers and directions.
pub(super) fn native<D: Direction + 'static, T: Tape<f32, Cpu>>(
    pass: &mut Pass<'_, Native, T>,
    x: &Value<Cpu>,
    layout: &RecurrentLayout,
) -> Computed<Native> {
    let (rows, workers) = (layout.steps.rows, pass.workers);
    let mut layers: Vec<Vec<D>> = vec![];
    let mut input = x.host();
    let mut last = vec![];
    for layer in 0..layout.layers {
        let width = layout.width(layer);
        let of_layer = Steps { width, ..layout.steps.clone() };
        let states = layout.states() * rows;
        let mut all = vec![0.0; layout.steps.count * states];
        last.clear();
        let mut directions = vec![];
        for direction in 0..layout.directions {
            let mut reader = D::new(layout, layer, direction, &of_layer, Arc::clone(&input));
            reader.forward(|id| pass.params.get(id), workers);
            for step in 0..layout.steps.longest() {
                let first = step * states + direction * reader.size();
                all[first..first + reader.size()].copy_from_slice(reader.state(step));
            }
            last.extend_from_slice(reader.last_state());
            directions.push(reader);
        }
        Steps { width: layout.states(), ..layout.steps.clone() }.clear_past(&mut all);
        input = Arc::new(all);
        layers.push(directions);
    }
    let y = if layout.all { input.to_vec() } else { last };
    let made = pass.made(y, true)?;
    if let Some(gradients) = pass.gradients.clone() {
        let (input_gradient, upstream) = (x.learned.then(|| x.gradient()), made.gradient());
        let layout = layout.clone();
        pass.tape.add_backward_op(move |grads| {
            let mut upstream = upstream.take(grads)?;
            // Gradients of the layer above or of the result: of the states of all steps, or of the last of each
            // direction.
            let mut is_last = !layout.all;
            for (layer, directions) in layers.into_iter().enumerate().rev() {
                let (size, states) = (layout.hidden * rows, layout.states() * rows);
                let needed = layer > 0 || input_gradient.is_some();
                let read = directions.first().map_or(0, |reader| reader.input_length());
                let mut of_input = vec![0.0; if needed { read } else { 0 }];
                for (direction, reader) in directions.into_iter().enumerate() {
                    let place = direction * size..(direction + 1) * size;
                    let of_step = |step: usize| match is_last {
                        true => None,
                        false => {
                            upstream.get(step * states..(step + 1) * states).map(|of_step| &of_step[place.clone()])
                        }
                    };
                    let of_last = if is_last { upstream[place.clone()].to_vec() } else { vec![0.0; size] };
                    reader.backward(of_step, of_last, &gradients, needed.then_some(&mut of_input), workers);
                }
                (upstream, is_last) = (of_input, false);
            }
            input_gradient.map_or(Ok(()), |input_gradient| input_gradient.add(grads, upstream))
        });
    }
    Ok(made)
}

/// The rows that have ended before a step.
pub(super) fn ended(steps: &Steps, step: usize) -> impl Iterator<Item = usize> {
    steps.lengths.iter().enumerate().filter(move |(_, length)| step >= **length).map(|(row, _)| row)
}

/// Blocks of features x rows beside each other: features x columns.
pub(super) fn side_by_side<'b>(
    blocks: impl Iterator<Item = &'b [f32]>,
    features: usize,
    rows: usize,
    columns: usize,
) -> Vec<f32> {
    let mut whole = vec![0.0; features * columns];
    for (at, block) in blocks.take(columns / rows.max(1)).enumerate() {
        for (to, from) in whole.chunks_exact_mut(columns).zip(block.chunks_exact(rows)) {
            to[at * rows..(at + 1) * rows].copy_from_slice(from);
        }
    }
    whole
}
