//! The part of a plan that one component is computed by, as a plan of its own.

use super::{Component, Cost, LossSpec, Plan, Step};
use crate::fusion::Combination;
use crate::ops::Op;
use std::collections::BTreeSet;

impl Plan {
    /// The plan of a component alone: the steps its logits need, their inputs, parameters and buffers under the names they
    /// have here, and plain cross-entropy.
    pub fn alone(&self, component: usize) -> Plan {
        let whole = &self.loss.components[component];
        // A later step is looked at before those it reads from, which makes one pass enough.
        let mut needed_steps: Vec<&Step> = vec![];
        let mut slots = BTreeSet::from([whole.logits]);
        for step in self.steps.iter().rev() {
            if slots.contains(&step.makes) {
                slots.extend(&step.reads);
                needed_steps.push(step);
            }
        }
        needed_steps.reverse();
        let (mut inputs, mut params, mut buffers) = (Kept::default(), Kept::default(), Kept::default());
        let mut steps = vec![];
        for step in needed_steps {
            let mut step = step.clone();
            if let Op::Input(input) = &mut step.op {
                *input = inputs.keep(*input);
            }
            step.needs = step.needs.iter().map(|input| inputs.keep(*input)).collect();
            step.params = step.params.iter().map(|param| params.keep(*param)).collect();
            step.buffers = step.buffers.iter().map(|buffer| buffers.keep(*buffer)).collect();
            steps.push(step);
        }
        let own = Component {
            name: whole.name.clone(),
            logits: whole.logits,
            weight: 1.0,
            inputs: whole.inputs.iter().map(|input| inputs.keep(*input)).collect(),
        };
        let loss = LossSpec {
            components: vec![own],
            combination: Combination::CROSS_ENTROPY,
            combiner: None,
            ..self.loss.clone()
        };
        let mut numbers = 0;
        let params = params.0.iter().map(|id| {
            let mut param = self.params[*id].clone();
            param.offset = numbers;
            numbers += param.shape.size();
            param
        });
        let params = params.collect();
        Plan {
            pipeline: self.pipeline.clone(),
            combine: self.combine.clone(),
            inputs: inputs.0.iter().map(|id| self.inputs[*id].clone()).collect(),
            shardable: !steps.iter().any(|step| step.op.mixes_rows()),
            cost: Cost::of(&steps, &loss, numbers),
            steps,
            slots: self.slots,
            params,
            buffers: buffers.0.iter().map(|id| self.buffers[*id].clone()).collect(),
            loss,
        }
    }
}

/// What is kept of a list, by its places there; its places in the new one are those here.
#[derive(Default)]
struct Kept(Vec<usize>);

impl Kept {
    fn keep(&mut self, id: usize) -> usize {
        self.0.iter().position(|kept| *kept == id).unwrap_or_else(|| {
            self.0.push(id);
            self.0.len() - 1
        })
    }
}
