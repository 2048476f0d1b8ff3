//! A long short-term memory on the CPU. A step is one product of all gates with the state and what is read, side by
//! side; the gradients of the weights are products over all steps at once.

use super::lstm::Lstm;
use super::squash;
use super::steps::Steps;
use crate::exec::backend::Native;
use crate::exec::gemm::{Matrix, multiply};
use crate::exec::gradients::ParamGradients;
use crate::exec::pass::{Failure, Pass, Value};
use crate::exec::workers::Workers;
use crate::plan::ParamId;
use dfdx::tensor::{Cpu, Tape};
use std::sync::Arc;

/// On the CPU: written by hand.
pub(in crate::exec) fn native<T: Tape<f32, Cpu>>(
    pass: &mut Pass<'_, Native, T>,
    x: &Value<Cpu>,
    lstm: &Lstm,
) -> Result<Value<Cpu>, Failure<Native>> {
    let (rows, workers) = (lstm.steps.rows, pass.workers);
    let mut layers: Vec<Vec<Direction>> = vec![];
    let mut input = x.host();
    let mut last = vec![];
    for layer in 0..lstm.shape.layers {
        let width = if layer == 0 { lstm.steps.width } else { lstm.shape.states() };
        let of_layer = Steps { width, ..lstm.steps.clone() };
        let states = lstm.shape.states() * rows;
        let mut all = vec![0.0; lstm.steps.count * states];
        last.clear();
        let mut directions = vec![];
        for direction in 0..lstm.shape.directions() {
            let mut run = Direction::new(lstm, layer, direction, &of_layer, Arc::clone(&input));
            run.forward(|id| pass.params.get(id), workers);
            for step in 0..lstm.steps.longest() {
                let first = step * states + direction * run.size();
                all[first..first + run.size()].copy_from_slice(run.state(step));
            }
            last.extend_from_slice(run.last_state());
            directions.push(run);
        }
        Steps { width: lstm.shape.states(), ..lstm.steps.clone() }.clear_past(&mut all);
        input = Arc::new(all);
        layers.push(directions);
    }
    let y = if lstm.shape.all { input.to_vec() } else { last };
    let made = pass.made(y, true)?;
    if let Some(gradients) = pass.gradients.clone() {
        let (wanted, slope) = (x.learned.then(|| x.slope()), made.slope());
        let lstm = lstm.clone();
        pass.tape.add_backward_op(move |grads| {
            let mut slope = slope.take(grads)?;
            // Of the layer above, or of what is made: the states of all steps, or the last of each direction.
            let mut is_last = !lstm.shape.all;
            for (layer, directions) in layers.into_iter().enumerate().rev() {
                let (size, states) = (lstm.shape.hidden * rows, lstm.shape.states() * rows);
                let needed = layer > 0 || wanted.is_some();
                let read = directions.first().map_or(0, |run| run.input.len());
                let mut of_input = vec![0.0; if needed { read } else { 0 }];
                for (direction, run) in directions.into_iter().enumerate() {
                    let place = direction * size..(direction + 1) * size;
                    let of_step = |step: usize| match is_last {
                        true => None,
                        false => slope.get(step * states..(step + 1) * states).map(|of_step| &of_step[place.clone()]),
                    };
                    let of_last = if is_last { slope[place.clone()].to_vec() } else { vec![0.0; size] };
                    run.backward(of_step, of_last, &gradients, needed.then_some(&mut of_input), workers);
                }
                (slope, is_last) = (of_input, false);
            }
            wanted.map_or(Ok(()), |wanted| wanted.add(grads, slope))
        });
    }
    Ok(made)
}

/// One direction of one layer: what it reads and what it has made of it.
struct Direction {
    params: [ParamId; 4],
    hidden: usize,
    steps: Steps,
    /// Steps in the order they are read.
    order: Vec<usize>,
    /// Steps x features x rows.
    input: Arc<Vec<f32>>,
    /// What came out of the gates: steps x 4 states x rows.
    gates: Vec<f32>,
    /// Steps x states x rows.
    cells: Vec<f32>,
    states: Vec<f32>,
    /// Where every row begins.
    nothing: Vec<f32>,
}

impl Direction {
    fn new(lstm: &Lstm, layer: usize, direction: usize, steps: &Steps, input: Arc<Vec<f32>>) -> Self {
        let (order, hidden) = (lstm.order(direction), lstm.shape.hidden);
        let size = hidden * steps.rows;
        Self {
            params: lstm.of(layer, direction),
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

    /// Numbers of a state of all rows.
    fn size(&self) -> usize {
        self.nothing.len()
    }

    fn state(&self, step: usize) -> &[f32] {
        &self.states[step * self.size()..(step + 1) * self.size()]
    }

    /// The state of every row after its last step.
    fn last_state(&self) -> &[f32] {
        self.order.last().map_or(&self.nothing, |step| self.state(*step))
    }

    /// The rows that have ended before a step.
    fn ended(steps: &Steps, step: usize) -> impl Iterator<Item = usize> {
        steps.lengths.iter().enumerate().filter(move |(_, length)| step >= **length).map(|(row, _)| row)
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
            let read = Matrix::new(&read, width + hidden, rows);
            multiply(gates, Matrix::new(&weight, 4 * hidden, width + hidden), read, true, workers);
            let place = step * size..(step + 1) * size;
            let (next_cell, next_state) = (&mut self.cells[place.clone()], &mut self.states[place]);
            squash::forward(gates, &cell, next_cell, next_state);
            for row in Self::ended(&self.steps, step) {
                for at in (row..size).step_by(rows) {
                    (next_cell[at], next_state[at]) = (cell[at], state[at]);
                }
            }
            cell.copy_from_slice(next_cell);
            state.copy_from_slice(next_state);
        }
    }

    /// Adds to the gradients of the weights, and to that of the input where it is wanted.
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
        let weight = Matrix::new(gradients.params().get(recurrent), 4 * hidden, hidden).transposed();
        let (mut of_state, mut of_cell) = (of_last, vec![0.0; size]);
        let mut next = vec![0.0; size];
        for (place, step) in self.order.iter().copied().enumerate().rev() {
            let before = place.checked_sub(1).map(|place| self.order[place]);
            let before = before.map_or(&self.nothing[..], |step| &self.cells[step * size..(step + 1) * size]);
            if let Some(more) = of_step(step) {
                // What a row that has ended makes is zeros, so that nothing comes back from there.
                for (to, from) in of_state.chunks_exact_mut(rows).zip(more.chunks_exact(rows)) {
                    for ((to, from), length) in to.iter_mut().zip(from).zip(&self.steps.lengths) {
                        *to += if step < *length { *from } else { 0.0 };
                    }
                }
            }
            let gates = &mut self.gates[4 * step * size..4 * (step + 1) * size];
            let ended: Vec<usize> = Self::ended(&self.steps, step).collect();
            let kept: Vec<Vec<f32>> =
                ended.iter().map(|row| of_cell.iter().skip(*row).step_by(rows).copied().collect()).collect();
            squash::backward(gates, before, &self.cells[step * size..(step + 1) * size], &of_state, &mut of_cell);
            for (row, kept) in ended.iter().zip(&kept) {
                gates.iter_mut().skip(*row).step_by(rows).for_each(|gate| *gate = 0.0);
                for (to, from) in of_cell.iter_mut().skip(*row).step_by(rows).zip(kept) {
                    *to = *from;
                }
            }
            multiply(&mut next, weight, Matrix::new(gates, 4 * hidden, rows), false, workers);
            for row in ended {
                for at in (row..size).step_by(rows) {
                    next[at] = of_state[at];
                }
            }
            std::mem::swap(&mut of_state, &mut next);
        }
        if let Some(of_input) = of_input {
            let weight = Matrix::new(gradients.params().get(of_read), 4 * hidden, width).transposed();
            let block = self.steps.block();
            for (gates, of_input) in self.gates.chunks_exact(4 * size).zip(of_input.chunks_exact_mut(block)) {
                multiply(of_input, weight, Matrix::new(gates, 4 * hidden, rows), true, workers);
            }
        }
        let columns = self.order.len() * rows;
        let gates = side_by_side(self.gates.chunks_exact(4 * size), 4 * hidden, rows, columns);
        let gates = Matrix::new(&gates, 4 * hidden, columns);
        let read = side_by_side(self.input.chunks_exact(self.steps.block()), width, rows, columns);
        let read = Matrix::new(&read, width, columns);
        gradients.write(of_read, |to, add| multiply(to, gates, read.transposed(), add, workers));
        let states = self.states_before();
        let states = Matrix::new(&states, hidden, columns);
        gradients.write(recurrent, |to, add| multiply(to, gates, states.transposed(), add, workers));
        let sums: Vec<f32> = gates.row_sums();
        gradients.add(input_bias, &sums);
        gradients.add(state_bias, &sums);
    }

    /// The states that the steps began with, side by side.
    fn states_before(&self) -> Vec<f32> {
        let mut before = vec![&self.nothing[..]; self.order.len()];
        for pair in self.order.windows(2) {
            before[pair[1]] = self.state(pair[0]);
        }
        side_by_side(before.into_iter(), self.hidden, self.steps.rows, self.order.len() * self.steps.rows)
    }
}

/// Blocks of features x rows beside each other: features x columns.
fn side_by_side<'b>(blocks: impl Iterator<Item = &'b [f32]>, features: usize, rows: usize, columns: usize) -> Vec<f32> {
    let mut whole = vec![0.0; features * columns];
    for (at, block) in blocks.take(columns / rows.max(1)).enumerate() {
        for (to, from) in whole.chunks_exact_mut(columns).zip(block.chunks_exact(rows)) {
            to[at * rows..(at + 1) * rows].copy_from_slice(from);
        }
    }
    whole
}
