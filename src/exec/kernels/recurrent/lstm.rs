//! A long short-term memory (Hochreiter and Schmidhuber, 1997). On the CPU a step is one product of all gates with the
//! state and the input, side by side; the gradients of the weights are products over all steps at once.

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
use crate::ops::Lstm;
use crate::plan::ParamId;
use dfdx::shapes::Axis;
use dfdx::tensor::{Cpu, Tape};
use dfdx::tensor_ops::{BroadcastTo, TryAdd, TryMatMul, TryMul};
use std::sync::Arc;

impl Kernel for Lstm {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        portable::<LstmCell, B, T>(pass, call.x(), &RecurrentLayout::new(&self.recurrent(), pass, call))
    }

    fn native<T: Tape<f32, Cpu>>(
        &self,
        pass: &mut Pass<'_, Native, T>,
        call: &KernelCall<'_, Cpu>,
    ) -> Computed<Native> {
        native::<LstmDirection, T>(pass, call.x(), &RecurrentLayout::new(&self.recurrent(), pass, call))
    }
}

/// The step in dfdx's operations.
struct LstmCell;

impl PortableCell for LstmCell {
    fn read<B: Backend, T: Tape<f32, B::Device>>(
        pass: &mut Pass<'_, B, T>,
        inputs: &[Matrix<B::Device>],
        layout: &RecurrentLayout,
        layer: usize,
        direction: usize,
    ) -> Result<States<B>, DeviceError<B>> {
        let (steps, hidden, rows) = (&layout.steps, layout.hidden, layout.steps.rows);
        let width = layout.width(layer);
        let [of_input, of_state, input_bias, state_bias] = layout.of(layer, direction);
        let of_input = pass.param(of_input, (4 * hidden, width))?;
        let of_state = pass.param(of_state, (4 * hidden, hidden))?;
        let whole = (4 * hidden, rows);
        let input_bias = pass.param(input_bias, (4 * hidden,))?.try_broadcast_like::<_, Axis<1>>(&whole)?;
        let state_bias = pass.param(state_bias, (4 * hidden,))?.try_broadcast_like::<_, Axis<1>>(&whole)?;
        let nothing = pass.constant(vec![0.0; hidden * rows], (hidden, rows))?;
        let (mut state, mut cell) = (nothing.clone(), nothing.clone());
        let mut states = vec![nothing; steps.count];
        for step in layout.order(direction) {
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
            match Ended::at(pass, steps, step, hidden)? {
                None => {
                    (state, cell) = (next_state, next_cell);
                    states[step] = state.clone();
                }
                Some(rows) => {
                    states[step] = rows.cleared(pass, &next_state)?;
                    (state, cell) = (rows.keep(pass, &state, &next_state)?, rows.keep(pass, &cell, &next_cell)?);
                }
            }
        }
        Ok((states, state))
    }
}

/// One direction of one layer on the CPU.
struct LstmDirection {
    params: [ParamId; 4],
    hidden: usize,
    steps: Steps,
    /// Steps in the order they are read.
    order: Vec<usize>,
    /// Steps x features x rows.
    input: Arc<Vec<f32>>,
    /// The outputs of the gates: steps x 4 states x rows.
    gates: Vec<f32>,
    /// Steps x states x rows.
    cells: Vec<f32>,
    states: Vec<f32>,
    /// The state that every row begins with.
    nothing: Vec<f32>,
}

impl Direction for LstmDirection {
    fn new(layout: &RecurrentLayout, layer: usize, direction: usize, steps: &Steps, input: Arc<Vec<f32>>) -> Self {
        let (order, hidden) = (layout.order(direction), layout.hidden);
        let size = hidden * steps.rows;
        Self {
            params: layout.of(layer, direction),
            hidden,
            steps: steps.clone(),
            gates: vec![0.0; 4 * order.len() * size],
            cells: vec![0.0; order.len() * size],
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
        let weight: Vec<f32> = (of_input.chunks_exact(width).zip(of_state.chunks_exact(hidden)))
            .flat_map(|(input, state)| input.iter().chain(state).copied())
            .collect();
        let mut read = vec![0.0; (width + hidden) * rows];
        let (mut state, mut cell) = (self.nothing.clone(), self.nothing.clone());
        for step in self.order.iter().copied() {
            let (of_read, of_before) = read.split_at_mut(width * rows);
            of_read.copy_from_slice(&self.input[step * self.steps.block()..(step + 1) * self.steps.block()]);
            of_before.copy_from_slice(&state);
            let gates = &mut self.gates[4 * step * size..4 * (step + 1) * size];
            for ((gate, one), other) in gates.chunks_exact_mut(rows).zip(input_bias).zip(state_bias) {
                gate.fill(one + other);
            }
            let read = MatrixView::new(&read, width + hidden, rows);
            multiply(gates, MatrixView::new(&weight, 4 * hidden, width + hidden), read, true, workers);
            let place = step * size..(step + 1) * size;
            let (next_cell, next_state) = (&mut self.cells[place.clone()], &mut self.states[place]);
            forward(gates, &cell, next_cell, next_state);
            for row in ended(&self.steps, step) {
                for at in (row..size).step_by(rows) {
                    (next_cell[at], next_state[at]) = (cell[at], state[at]);
                }
            }
            cell.copy_from_slice(next_cell);
            state.copy_from_slice(next_state);
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
        let [of_read, recurrent, input_bias, state_bias] = self.params;
        let weight = MatrixView::new(gradients.params().get(recurrent), 4 * hidden, hidden).transposed();
        let (mut of_state, mut of_cell) = (of_last, vec![0.0; size]);
        let mut next = vec![0.0; size];
        for (place, step) in self.order.iter().copied().enumerate().rev() {
            let before = place.checked_sub(1).map(|place| self.order[place]);
            let before = before.map_or(&self.nothing[..], |step| &self.cells[step * size..(step + 1) * size]);
            if let Some(more) = of_step(step) {
                // The result of a row that has ended is zeros, so that it has no gradient.
                for (to, from) in of_state.chunks_exact_mut(rows).zip(more.chunks_exact(rows)) {
                    for ((to, from), length) in to.iter_mut().zip(from).zip(&self.steps.lengths) {
                        *to += if step < *length { *from } else { 0.0 };
                    }
                }
            }
            let gates = &mut self.gates[4 * step * size..4 * (step + 1) * size];
            let ended: Vec<usize> = ended(&self.steps, step).collect();
            let kept: Vec<Vec<f32>> =
                ended.iter().map(|row| of_cell.iter().skip(*row).step_by(rows).copied().collect()).collect();
            backward(gates, before, &self.cells[step * size..(step + 1) * size], &of_state, &mut of_cell);
            for (row, kept) in ended.iter().zip(&kept) {
                gates.iter_mut().skip(*row).step_by(rows).for_each(|gate| *gate = 0.0);
                for (to, from) in of_cell.iter_mut().skip(*row).step_by(rows).zip(kept) {
                    *to = *from;
                }
            }
            multiply(&mut next, weight, MatrixView::new(gates, 4 * hidden, rows), false, workers);
            for row in ended {
                for at in (row..size).step_by(rows) {
                    next[at] = of_state[at];
                }
            }
            std::mem::swap(&mut of_state, &mut next);
        }
        if let Some(of_input) = of_input {
            let weight = MatrixView::new(gradients.params().get(of_read), 4 * hidden, width).transposed();
            let block = self.steps.block();
            for (gates, of_input) in self.gates.chunks_exact(4 * size).zip(of_input.chunks_exact_mut(block)) {
                multiply(of_input, weight, MatrixView::new(gates, 4 * hidden, rows), true, workers);
            }
        }
        let columns = self.order.len() * rows;
        let gates = side_by_side(self.gates.chunks_exact(4 * size), 4 * hidden, rows, columns);
        let gates = MatrixView::new(&gates, 4 * hidden, columns);
        let read = side_by_side(self.input.chunks_exact(self.steps.block()), width, rows, columns);
        let read = MatrixView::new(&read, width, columns);
        gradients.write(of_read, |to, add| multiply(to, gates, read.transposed(), add, workers));
        let states = self.states_before();
        let states = MatrixView::new(&states, hidden, columns);
        gradients.write(recurrent, |to, add| multiply(to, gates, states.transposed(), add, workers));
        let sums: Vec<f32> = gates.row_sums();
        gradients.add(input_bias, &sums);
        gradients.add(state_bias, &sums);
    }
}

impl LstmDirection {
    /// The states that the steps began with, side by side.
    fn states_before(&self) -> Vec<f32> {
        let mut before = vec![&self.nothing[..]; self.order.len()];
        for pair in self.order.windows(2) {
            before[pair[1]] = self.state(pair[0]);
        }
        side_by_side(before.into_iter(), self.hidden, self.steps.rows, self.order.len() * self.steps.rows)
    }
}

/// One step forward: `gates` hold the inputs of the input, forget, cell and output gate one after the other, and hold
/// the outputs of the gates afterwards.
fn forward(gates: &mut [f32], before: &[f32], cell: &mut [f32], state: &mut [f32]) {
    let size = cell.len();
    let (input, rest) = gates.split_at_mut(size);
    let (forget, rest) = rest.split_at_mut(size);
    let (new, output) = rest.split_at_mut(size);
    let (before, state) = (&before[..size], &mut state[..size]);
    let output = &mut output[..size];
    pulp::Arch::new().dispatch(|| {
        for at in 0..size {
            let (i, f, g, o) = (sigmoid(input[at]), sigmoid(forget[at]), tanh(new[at]), sigmoid(output[at]));
            let c = f * before[at] + i * g;
            (input[at], forget[at], new[at], output[at]) = (i, f, g, o);
            cell[at] = c;
            state[at] = o * tanh(c);
        }
    });
}

/// One step backward: from the gradients of the state and the cell to those of the inputs of the gates, which replace
/// the gates, and of the cell before, which replaces that of the cell.
fn backward(gates: &mut [f32], before: &[f32], cell: &[f32], of_state: &[f32], of_cell: &mut [f32]) {
    let size = cell.len();
    let (input, rest) = gates.split_at_mut(size);
    let (forget, rest) = rest.split_at_mut(size);
    let (new, output) = rest.split_at_mut(size);
    let (before, of_state, of_cell) = (&before[..size], &of_state[..size], &mut of_cell[..size]);
    let output = &mut output[..size];
    pulp::Arch::new().dispatch(|| {
        for at in 0..size {
            let (i, f, g, o) = (input[at], forget[at], new[at], output[at]);
            let (t, of_state) = (tanh(cell[at]), of_state[at]);
            let of_cell_here = of_cell[at] + of_state * o * (1.0 - t * t);
            input[at] = of_cell_here * g * i * (1.0 - i);
            forget[at] = of_cell_here * before[at] * f * (1.0 - f);
            new[at] = of_cell_here * i * (1.0 - g * g);
            output[at] = of_state * t * o * (1.0 - o);
            of_cell[at] = of_cell_here * f;
        }
    });
}
