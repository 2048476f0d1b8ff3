//! The parameter store: a flat array of numbers on the host, and the buffers of running statistics.

use crate::fusion::{Calibration, Decision};
use crate::plan::{BufferId, ParamId, Plan};
use std::ops::Range;

/// The weights and buffers of one model, with the fitted numbers of its decisions and its calibration.
#[derive(Clone, Debug, PartialEq)]
pub struct Params {
    /// Every parameter, one after the other, at the offsets the plan gives.
    pub values: Vec<f32>,
    /// One array per buffer of the plan.
    pub buffers: Vec<Vec<f32>>,
    /// The numbers of decisions that were fitted to data; without any until then.
    pub decision: Decision,
    /// What turns class losses into probabilities; fitted after training, the identity until then.
    pub calibration: Calibration,
    ranges: Vec<Range<usize>>,
}

impl Params {
    /// All parameters zero, buffers at their initial values. [`crate::exec::initialize`] draws the weights.
    pub fn zeros(plan: &Plan) -> Self {
        let ranges: Vec<Range<usize>> =
            plan.params.iter().map(|param| param.offset..param.offset + param.shape.size()).collect();
        let length = ranges.iter().map(|range| range.end).max().unwrap_or(0);
        let buffers = plan.buffers.iter().map(|buffer| vec![buffer.value; buffer.shape.size()]).collect();
        let (decision, calibration) = (Decision::default(), Calibration::default());
        Self { values: vec![0.0; length], buffers, decision, calibration, ranges }
    }

    /// Number of parameters.
    pub fn count(&self) -> usize {
        self.ranges.len()
    }

    /// The range of a parameter in [`Params::values`].
    pub fn range(&self, id: ParamId) -> Range<usize> {
        self.ranges[id].clone()
    }

    /// A parameter's numbers, row-major.
    pub fn get(&self, id: ParamId) -> &[f32] {
        &self.values[self.range(id)]
    }

    /// A buffer's numbers.
    pub fn buffer(&self, id: BufferId) -> &[f32] {
        &self.buffers[id]
    }
}
