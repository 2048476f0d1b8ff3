//! From graph to plan: order, slots, parameters, costs.

use super::steps::{BufferSpec, Component, Cost, Input, LossSpec, ParamSpec, Plan, Step};
use crate::diag::{Code, Problem};
use crate::fusion::ConfidenceOrder;
use crate::graph::{Graph, Node};
use crate::ops::{InputIndex, Op, WeightInit};
use crate::shape::Shape;
use crate::spec::{Classes, Init, ParamInit};
use std::collections::{BTreeMap, BTreeSet};

/// Orders the graph into steps over slots.
///
/// # Errors
/// If the graph does not end in a class loss over its components: a defect in `mmc`, reported as such.
pub fn plan(graph: &Graph) -> Result<Plan, Problem> {
    let mut planner = Planner::new(graph);
    let mut slots = BTreeMap::new();
    let mut depends: Vec<BTreeSet<usize>> = vec![];
    for index in graph.in_order() {
        if index == graph.loss {
            continue;
        }
        let node = &graph.nodes[index];
        let reads: Vec<usize> = graph.inputs(index).iter().map(|input| slots[input]).collect();
        let mut on: BTreeSet<usize> = reads.iter().flat_map(|slot| depends[*slot].iter().copied()).collect();
        let slot = depends.len();
        if let Op::Input(InputIndex(modality)) = node.op {
            on.insert(planner.input(modality)?);
        }
        let needs: Vec<usize> = on.iter().copied().filter(|input| planner.inputs[*input].optional).collect();
        // What is filled has a value on every row, whatever it was computed from.
        if node.op == Op::FillMissing {
            on.retain(|input| !planner.inputs[*input].optional);
        }
        depends.push(on);
        slots.insert(index, slot);
        planner.step(node, reads, slot, needs);
    }
    let Some((combination, weights)) = graph.combination() else {
        return Err(Problem::error(Code::Internal, "a graph without a class loss"));
    };
    let components: Vec<Component> = graph
        .inputs(graph.loss)
        .iter()
        .zip(&graph.components)
        .zip(weights)
        .map(|((node, name), weight)| Component {
            name: name.clone(),
            logits: slots[node],
            weight: *weight,
            inputs: depends[slots[node]].iter().copied().collect(),
        })
        .collect();
    let loss = &graph.nodes[graph.loss];
    let classes = match &graph.label.classes {
        Classes::Named(names) => names.clone(),
        Classes::Count(count) => (0..*count).map(|class| class.to_string()).collect(),
    };
    let combiner = combination.is_fitted().then(|| planner.combiner(graph.components.len(), classes.len()));
    let order = graph.cml.map(|strength| {
        let inputs: Vec<Vec<usize>> = components.iter().map(|component| component.inputs.clone()).collect();
        ConfidenceOrder::new(strength, &inputs)
    });
    let combination = combination.clone();
    let loss = LossSpec { classes, components, combination, combiner, order, span: loss.span };
    Ok(planner.finish(loss, depends.len()))
}

struct Planner<'a> {
    graph: &'a Graph,
    inputs: Vec<Input>,
    /// The input of the plan for a modality.
    modalities: BTreeMap<usize, usize>,
    steps: Vec<Step>,
    params: Vec<ParamSpec>,
    buffers: Vec<BufferSpec>,
    /// The weights and buffers of each path: shared layers use them again.
    paths: BTreeMap<String, (Vec<usize>, Vec<usize>)>,
    numbers: usize,
}

impl<'a> Planner<'a> {
    fn new(graph: &'a Graph) -> Self {
        Self {
            graph,
            inputs: vec![],
            modalities: BTreeMap::new(),
            steps: vec![],
            params: vec![],
            buffers: vec![],
            paths: BTreeMap::new(),
            numbers: 0,
        }
    }

    fn input(&mut self, modality: usize) -> Result<usize, Problem> {
        let spec = self
            .graph
            .modalities
            .get(modality)
            .ok_or_else(|| Problem::error(Code::Internal, "an input without a modality"))?;
        let next = self.inputs.len();
        let place = *self.modalities.entry(modality).or_insert(next);
        if place == next {
            self.inputs.push(Input {
                name: spec.name.clone(),
                kind: spec.kind,
                shape: spec.shape.clone(),
                optional: spec.optional,
            });
        }
        Ok(place)
    }

    fn step(&mut self, node: &Node, reads: Vec<usize>, makes: usize, needs: Vec<usize>) {
        let shapes: Vec<Shape> = reads.iter().map(|slot| self.steps[*slot].shape.clone()).collect();
        let input = shapes.first().unwrap_or(&node.shape);
        let op = match &node.op {
            Op::Input(InputIndex(modality)) => Op::Input(InputIndex(self.modalities[modality])),
            op => op.clone(),
        };
        let (params, buffers) = match self.paths.get(&node.path) {
            Some(shared) if !node.path.is_empty() => shared.clone(),
            _ => {
                let made = (self.params_of(node, input), self.buffers_of(node, input));
                if !(node.path.is_empty() || made.0.is_empty() && made.1.is_empty()) {
                    self.paths.insert(node.path.clone(), made.clone());
                }
                made
            }
        };
        let borrowed: Vec<&Shape> = shapes.iter().collect();
        self.steps.push(Step {
            name: node.name(),
            flops: op.flops(&borrowed, &node.shape),
            op,
            takes: input.clone(),
            reads,
            makes,
            shape: node.shape.clone(),
            params,
            buffers,
            needs,
            span: node.span,
            calls: node.calls.clone(),
        });
    }

    fn params_of(&mut self, node: &Node, input: &Shape) -> Vec<usize> {
        let own = node.op.traits().init.unwrap_or(self.graph.init);
        let mut ids = vec![];
        for weight in node.op.weights(input) {
            let init = match weight.init {
                WeightInit::Fixed(init) => init,
                WeightInit::Fan { fan_in, fan_out } => ParamInit::Random { init: own, fan_in, fan_out },
                WeightInit::Recurrent { hidden, .. } if own == Init::Torch => {
                    ParamInit::Random { init: own, fan_in: hidden, fan_out: hidden }
                }
                WeightInit::Recurrent { fan_in, hidden } => ParamInit::Random { init: own, fan_in, fan_out: hidden },
                WeightInit::Table { width } => ParamInit::Table { init: own, width },
                WeightInit::Bias { fan_in } if own == Init::Torch => {
                    ParamInit::Random { init: own, fan_in, fan_out: fan_in }
                }
                WeightInit::Bias { .. } => ParamInit::Constant(0.0),
            };
            ids.push(self.params.len());
            let (decay, size) = (weight.shape.0.len() > 1, weight.shape.size());
            self.params.push(ParamSpec {
                name: format!("{}.{}", node.path, weight.name),
                shape: weight.shape,
                offset: self.numbers,
                init,
                decay,
            });
            self.numbers += size;
        }
        ids
    }

    /// The parameters of a learned combiner: an average of logarithms before they are fitted.
    fn combiner(&mut self, components: usize, classes: usize) -> (usize, usize) {
        let mut param = |name: &str, size: usize, value: f32| {
            self.params.push(ParamSpec {
                name: format!("{}.combiner.{name}", self.graph.combine),
                shape: Shape::vector(size),
                offset: self.numbers,
                init: ParamInit::Constant(value),
                decay: false,
            });
            self.numbers += size;
            self.params.len() - 1
        };
        (param("weight", components, 1.0), param("bias", classes, 0.0))
    }

    fn buffers_of(&mut self, node: &Node, input: &Shape) -> Vec<usize> {
        let mut ids = vec![];
        for running in node.op.running(input) {
            ids.push(self.buffers.len());
            self.buffers.push(BufferSpec {
                name: format!("{}.{}", node.path, running.name),
                shape: running.shape,
                value: running.value,
                momentum: running.momentum,
            });
        }
        ids
    }

    fn finish(self, loss: LossSpec, slots: usize) -> Plan {
        let cost = Cost::of(&self.steps, &loss, self.numbers);
        Plan {
            pipeline: self.graph.pipeline.clone(),
            combine: self.graph.combine.clone(),
            inputs: self.inputs,
            shardable: !self.steps.iter().any(|step| step.op.traits().mixes_rows),
            steps: self.steps,
            slots,
            params: self.params,
            buffers: self.buffers,
            loss,
            cost,
        }
    }
}
