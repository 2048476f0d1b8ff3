//! The part of a plan that computes one component: a slice of the plan by what the component's logits depend on.

use super::steps::{Component, Cost, LossSpec, Plan, Step};
use crate::fusion::Combination;
use crate::graph::reachable;
use crate::ops::{InputIndex, Op};

impl Plan {
    /// The plan of one component: the steps that its logits depend on, their inputs, parameters and buffers under the
    /// names they have here, and plain cross-entropy.
    pub fn subplan(&self, component: usize) -> Plan {
        let whole = &self.loss.components[component];
        let reads = |step: &Step| step.reads.iter().map(|slot| (step.makes, *slot)).collect::<Vec<_>>();
        let needed = reachable(self.steps.iter().flat_map(reads), whole.logits);
        let (mut inputs, mut params, mut buffers) =
            (Renumbering::default(), Renumbering::default(), Renumbering::default());
        let mut steps = vec![];
        for step in self.steps.iter().filter(|step| needed.contains(&step.makes)) {
            let mut step = step.clone();
            if let Op::Input(InputIndex(input)) = &mut step.op {
                *input = inputs.number(*input);
            }
            step.needs = step.needs.iter().map(|input| inputs.number(*input)).collect();
            step.params = step.params.iter().map(|param| params.number(*param)).collect();
            step.buffers = step.buffers.iter().map(|buffer| buffers.number(*buffer)).collect();
            steps.push(step);
        }
        let own = Component {
            name: whole.name.clone(),
            logits: whole.logits,
            weight: 1.0,
            inputs: whole.inputs.iter().map(|input| inputs.number(*input)).collect(),
        };
        let loss = LossSpec {
            components: vec![own],
            combination: Combination::CROSS_ENTROPY,
            combiner: None,
            order: None,
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
            shardable: !steps.iter().any(|step| step.op.traits().mixes_rows),
            cost: Cost::of(&steps, &loss, numbers),
            steps,
            slots: self.slots,
            params,
            buffers: buffers.0.iter().map(|id| self.buffers[*id].clone()).collect(),
            loss,
        }
    }
}

/// New numbers for the kept entries of a list, in the order of their first use.
#[derive(Default)]
struct Renumbering(Vec<usize>);

impl Renumbering {
    /// The new number of the entry that had the number `old`.
    fn number(&mut self, old: usize) -> usize {
        self.0.iter().position(|kept| *kept == old).unwrap_or_else(|| {
            self.0.push(old);
            self.0.len() - 1
        })
    }
}
