//! The sequence, the settings and the weights of a recurrent layer, for both forms of its kernel.

use crate::exec::backend::Backend;
use crate::exec::kernels::kernel::KernelCall;
use crate::exec::kernels::steps::Steps;
use crate::exec::pass::Pass;
use crate::ops::Recurrent;
use crate::plan::ParamId;

/// A recurrent layer over a sequence.
#[derive(Clone, Debug)]
pub(super) struct RecurrentLayout {
    pub(super) steps: Steps,
    /// Width of the state of one direction.
    pub(super) hidden: usize,
    pub(super) layers: usize,
    pub(super) directions: usize,
    /// Whether the result is the state of every step.
    pub(super) all: bool,
    /// Four for each direction of each layer: of the input, of the state, and their biases.
    params: Vec<ParamId>,
}

impl RecurrentLayout {
    /// The layout of a step of the plan, whose first weight is `[gates * hidden, width]`.
    pub(super) fn new<B: Backend, T>(
        shape: &Recurrent,
        pass: &Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Self {
        let Recurrent { gates, hidden, layers, all, .. } = *shape;
        let width = pass.params.get(call.step.params[0]).len() / (gates * hidden);
        let steps = Steps::of(call.x(), width, call.length());
        Self { steps, hidden, layers, directions: shape.directions(), all, params: call.step.params.clone() }
    }

    /// Width of the states of all directions.
    pub(super) fn states(&self) -> usize {
        self.hidden * self.directions
    }

    /// Width of what a layer reads.
    pub(super) fn width(&self, layer: usize) -> usize {
        if layer == 0 { self.steps.width } else { self.states() }
    }

    /// The weights of one direction of a layer: of the input, of the state, and their biases.
    pub(super) fn of(&self, layer: usize, direction: usize) -> [ParamId; 4] {
        let first = 4 * (layer * self.directions + direction);
        [self.params[first], self.params[first + 1], self.params[first + 2], self.params[first + 3]]
    }

    /// Steps in the order in which a direction reads them, up to the end of the longest row.
    pub(super) fn order(&self, direction: usize) -> Vec<usize> {
        let steps = 0..self.steps.longest();
        if direction == 0 { steps.collect() } else { steps.rev().collect() }
    }
}
