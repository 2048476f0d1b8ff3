//! Gated recurrent units (Cho et al., 2014). On the CPU a step is a product with the input and one with the state,
//! because the reset gate is applied between them; the gradients of the weights are products over all steps at once.

use crate::exec::backend::cpu::Native;
use crate::exec::backend::{Backend, DeviceError};
use crate::exec::gradients::ParamGradients;
use crate::exec::kernels::kernel::{Computed, Kernel, KernelCall};
use crate::exec::kernels::recurrent::layout::RecurrentLayout;
use crate::exec::kernels::recurrent::native::{Direction, ended, native, side_by_side};
use crate::exec::kernels::recurrent::portable::{Ended, PortableCell, States, band, portable};
use crate::exec::kernels::steps::Steps;
use crate::exec::math::gemm::{MatrixView, multiply};
use crate::exec::math::sigmoid::{sigmoid, tanh};
use crate::exec::pass::Pass;
use crate::exec::value::Matrix;
use crate::exec::workers::Workers;
use crate::ops::Gru;
use crate::plan::ParamId;
use dfdx::shapes::Axis;
use dfdx::tensor::{Cpu, Tape};
use dfdx::tensor_ops::{BroadcastTo, TryAdd, TryMatMul, TryMul, TrySub};
use std::sync::Arc;

impl Kernel for Gru {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        portable::<GruCell, B, T>(pass, call.x(), &RecurrentLayout::new(&self.recurrent(), pass, call))
    }

    fn native<T: Tape<f32, Cpu>>(
        &self,
        pass: &mut Pass<'_, Native, T>,
        call: &KernelCall<'_, Cpu>,
    ) -> Computed<Native> {
        native::<GruDirection, T>(pass, call.x(), &RecurrentLayout::new(&self.recurrent(), pass, call))
    }
}

/// The step in dfdx's operations.
struct GruCell;

impl PortableCell for GruCell {
    fn read<B: Backend, T: Tape<f32, B::Device>>(
        pass: &mut Pass<'_, B, T>,
        inputs: &[Matrix<B::Device>],
        layout: &RecurrentLayout,
        layer: usize,
        direction: usize,
    ) -> Result<States<B>, DeviceError<B>> {
        let (steps, hidden, rows) = (&layout.steps, layout.hidden, layout.steps.rows);
        let [of_input, of_state, input_bias, state_bias] = layout.of(layer, direction);
        let of_input = pass.param(of_input, (3 * hidden, layout.width(layer)))?;
        let of_state = pass.param(of_state, (3 * hidden, hidden))?;
        let whole = (3 * hidden, rows);
        let input_bias = pass.param(input_bias, (3 * hidden,))?.try_broadcast_like::<_, Axis<1>>(&whole)?;
        let state_bias = pass.param(state_bias, (3 * hidden,))?.try_broadcast_like::<_, Axis<1>>(&whole)?;
        let nothing = pass.constant(vec![0.0; hidden * rows], (hidden, rows))?;
        let mut state = nothing.clone();
        let mut states = vec![nothing; steps.count];
        for step in layout.order(direction) {
            let from_input = pass
                .record(&of_input, |of_input| of_input.try_matmul(inputs[step].clone())?.try_add(input_bias.clone()))?;
            let from_state =
                pass.record(&of_state, |of_state| of_state.try_matmul(state.clone())?.try_add(state_bias.clone()))?;
            let mut gate = |at: usize| -> Result<_, DeviceError<B>> {
                Ok((band(pass, &from_input, at * hidden, hidden)?, band(pass, &from_state, at * hidden, hidden)?))
            };
            let (reset, update, new) = (gate(0)?, gate(1)?, gate(2)?);
            let update = pass.record(&update.0, |input| input.try_add(update.1)?.try_sigmoid())?;
            let reset = pass.record(&reset.0, |input| input.try_add(reset.1)?.try_sigmoid())?;
            let remembered = pass.record(&new.1, |state| state.try_mul(reset))?;
            let new = pass.record(&new.0, |input| input.try_add(remembered)?.try_tanh())?;
            let kept = pass.record(&state, |state| state.try_sub(new.clone())?.try_mul(update))?;
            let next = pass.record(&new, |new| new.try_add(kept))?;
            match Ended::at(pass, steps, step, hidden)? {
                None => {
                    state = next;
                    states[step] = state.clone();
                }
                Some(rows) => {
                    states[step] = rows.cleared(pass, &next)?;
                    state = rows.keep(pass, &state, &next)?;
                }
            }
        }
        Ok((states, state))
    }
}

/// One direction of one layer on the CPU.
struct GruDirection {
    params: [ParamId; 4],
    hidden: usize,
    steps: Steps,
    /// Steps in the order they are read.
    order: Vec<usize>,
    /// Steps x features x rows.
    input: Arc<Vec<f32>>,
    /// The reset gate, the update gate and the new state: steps x 3 states x rows.
    gates: Vec<f32>,
    /// The share of the state in each of them, before any function: steps x 3 states x rows.
    from_state: Vec<f32>,
    /// Steps x states x rows.
    states: Vec<f32>,
    /// The state that every row begins with.
    nothing: Vec<f32>,
}

impl Direction for GruDirection {
    fn new(layout: &RecurrentLayout, layer: usize, direction: usize, steps: &Steps, input: Arc<Vec<f32>>) -> Self {
        let (order, hidden) = (layout.order(direction), layout.hidden);
        let size = hidden * steps.rows;
        Self {
            params: layout.of(layer, direction),
            hidden,
            steps: steps.clone(),
            gates: vec![0.0; 3 * order.len() * size],
            from_state: vec![0.0; 3 * order.len() * size],
            states: vec![0.0; order.len() * size],
            nothing: vec![0.0; size],
            order,
            input,
        }
    }

    fn input_length(&self) -> usize {
        self.input.len()
    }

    fn size(&self) -> usize {
        self.nothing.len()
    }

    fn state(&self, step: usize) -> &[f32] {
        &self.states[step * self.size()..(step + 1) * self.size()]
    }

    fn last_state(&self) -> &[f32] {
        self.order.last().map_or(&self.nothing, |step| self.state(*step))
    }

    fn forward<'p>(&mut self, param: impl Fn(ParamId) -> &'p [f32], workers: Workers) {
        let (size, rows, hidden, width) = (self.size(), self.steps.rows, self.hidden, self.steps.width);
        let [of_input, of_state, input_bias, state_bias] = self.params.map(param);
        let of_input = MatrixView::new(of_input, 3 * hidden, width);
        let of_state = MatrixView::new(of_state, 3 * hidden, hidden);
        let block = self.steps.block();
        let mut state = self.nothing.clone();
        for step in self.order.iter().copied() {
            let all = 3 * step * size..3 * (step + 1) * size;
            let (gates, from_state) = (&mut self.gates[all.clone()], &mut self.from_state[all]);
            for (gate, bias) in gates.chunks_exact_mut(rows).zip(input_bias) {
                gate.fill(*bias);
            }
            for (gate, bias) in from_state.chunks_exact_mut(rows).zip(state_bias) {
                gate.fill(*bias);
            }
            let read = MatrixView::new(&self.input[step * block..(step + 1) * block], width, rows);
            multiply(gates, of_input, read, true, workers);
            multiply(from_state, of_state, MatrixView::new(&state, hidden, rows), true, workers);
            let next = &mut self.states[step * size..(step + 1) * size];
            forward(gates, from_state, &state, next);
            for row in ended(&self.steps, step) {
                for at in (row..size).step_by(rows) {
                    next[at] = state[at];
                }
            }
            state.copy_from_slice(next);
        }
    }

    fn backward<'s>(
        mut self,
        of_step: impl Fn(usize) -> Option<&'s [f32]>,
        of_last: Vec<f32>,
        gradients: &ParamGradients,
        of_input: Option<&mut Vec<f32>>,
        workers: Workers,
    ) {
        let (size, rows, hidden, width) = (self.size(), self.steps.rows, self.hidden, self.steps.width);
        if self.order.is_empty() {
            return;
        }
        let [input_weight, state_weight, input_bias, state_bias] = self.params;
        let weight = MatrixView::new(gradients.params().get(state_weight), 3 * hidden, hidden).transposed();
        let mut of_state = of_last;
        for (place, step) in self.order.iter().copied().enumerate().rev() {
            let before = place.checked_sub(1).map(|place| self.order[place]);
            let before = before.map_or(&self.nothing[..], |step| &self.states[step * size..(step + 1) * size]);
            if let Some(more) = of_step(step) {
                // The result of a row that has ended is zeros, so that it has no gradient.
                for (to, from) in of_state.chunks_exact_mut(rows).zip(more.chunks_exact(rows)) {
                    for ((to, from), length) in to.iter_mut().zip(from).zip(&self.steps.lengths) {
                        *to += if step < *length { *from } else { 0.0 };
                    }
                }
            }
            let all = 3 * step * size..3 * (step + 1) * size;
            let (gates, from_state) = (&mut self.gates[all.clone()], &mut self.from_state[all]);
            let mut of_before = vec![0.0; size];
            backward(gates, from_state, before, &of_state, &mut of_before);
            for row in ended(&self.steps, step) {
                gates.iter_mut().skip(row).step_by(rows).for_each(|gate| *gate = 0.0);
                from_state.iter_mut().skip(row).step_by(rows).for_each(|gate| *gate = 0.0);
                for at in (row..size).step_by(rows) {
                    of_before[at] = of_state[at];
                }
            }
            multiply(&mut of_before, weight, MatrixView::new(from_state, 3 * hidden, rows), true, workers);
            of_state = of_before;
        }
        if let Some(of_input) = of_input {
            let weight = MatrixView::new(gradients.params().get(input_weight), 3 * hidden, width).transposed();
            let blocks = of_input.chunks_exact_mut(self.steps.block());
            for (gates, of_input) in self.gates.chunks_exact(3 * size).zip(blocks) {
                multiply(of_input, weight, MatrixView::new(gates, 3 * hidden, rows), true, workers);
            }
        }
        let columns = self.order.len() * rows;
        let read = side_by_side(self.input.chunks_exact(self.steps.block()), width, rows, columns);
        let states = self.states_before();
        for (of_gates, read, features, weight, bias) in [
            (&self.gates, &read, width, input_weight, input_bias),
            (&self.from_state, &states, hidden, state_weight, state_bias),
        ] {
            let of_gates = side_by_side(of_gates.chunks_exact(3 * size), 3 * hidden, rows, columns);
            let of_gates = MatrixView::new(&of_gates, 3 * hidden, columns);
            let read = MatrixView::new(read, features, columns);
            gradients.write(weight, |to, add| multiply(to, of_gates, read.transposed(), add, workers));
            gradients.add(bias, &of_gates.row_sums());
        }
    }
}

impl GruDirection {
    /// The states that the steps began with, side by side.
    fn states_before(&self) -> Vec<f32> {
        let mut before = vec![&self.nothing[..]; self.order.len()];
        for pair in self.order.windows(2) {
            before[pair[1]] = self.state(pair[0]);
        }
        side_by_side(before.into_iter(), self.hidden, self.steps.rows, self.order.len() * self.steps.rows)
    }
}

/// One step forward: `gates` hold the share of the input in the reset gate, the update gate and the new state, and hold
/// these themselves afterwards.
fn forward(gates: &mut [f32], from_state: &[f32], before: &[f32], state: &mut [f32]) {
    let size = state.len();
    let (reset, rest) = gates.split_at_mut(size);
    let (update, new) = rest.split_at_mut(size);
    let (state_reset, rest) = from_state.split_at(size);
    let (state_update, state_new) = rest.split_at(size);
    let (before, new, state_new) = (&before[..size], &mut new[..size], &state_new[..size]);
    pulp::Arch::new().dispatch(|| {
        for at in 0..size {
            let r = sigmoid(reset[at] + state_reset[at]);
            let z = sigmoid(update[at] + state_update[at]);
            let n = tanh(new[at] + r * state_new[at]);
            (reset[at], update[at], new[at]) = (r, z, n);
            state[at] = n + z * (before[at] - n);
        }
    });
}

/// One step backward: from the gradient of the state to those of the shares of the input and of the state in the gates,
/// which replace both, and to the part of the gradient of the state before that does not pass through a gate.
fn backward(gates: &mut [f32], from_state: &mut [f32], before: &[f32], of_state: &[f32], of_before: &mut [f32]) {
    let size = of_state.len();
    let (reset, rest) = gates.split_at_mut(size);
    let (update, new) = rest.split_at_mut(size);
    let (state_reset, rest) = from_state.split_at_mut(size);
    let (state_update, state_new) = rest.split_at_mut(size);
    let (before, of_before) = (&before[..size], &mut of_before[..size]);
    let (new, state_new) = (&mut new[..size], &mut state_new[..size]);
    pulp::Arch::new().dispatch(|| {
        for at in 0..size {
            let (r, z, n, of_state) = (reset[at], update[at], new[at], of_state[at]);
            let of_new = of_state * (1.0 - z) * (1.0 - n * n);
            let of_update = of_state * (before[at] - n) * z * (1.0 - z);
            let of_reset = of_new * state_new[at] * r * (1.0 - r);
            (reset[at], update[at], new[at]) = (of_reset, of_update, of_new);
            (state_reset[at], state_update[at], state_new[at]) = (of_reset, of_update, of_new * r);
            of_before[at] = of_state * z;
        }
    });
}
