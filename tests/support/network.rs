//! Plans written by hand in a few lines, as the stages would make them.

use mmc::diag::Span;
use mmc::fusion::Combination;
use mmc::ops::{
    Activation, AffineOp, Arithmetic, BatchNorm, Dropout, InputIndex, LayerNorm, Linear, Op, RunningStat, WeightInit,
};
use mmc::plan::{BufferSpec, Component, Cost, Input, LossSpec, ParamInit, ParamSpec, Plan, Slot, Step};
use mmc::shape::Shape;
use mmc::spec::{Init, ModalityKind};

/// A plan that grows step by step. Every method takes the slots it reads and returns the slot it makes.
pub(crate) struct Network {
    plan: Plan,
    init: Init,
    /// For each slot, the inputs it depends on.
    origins: Vec<Vec<usize>>,
}

impl Network {
    /// A plan without steps, for rows of `classes` classes.
    pub(crate) fn new(classes: usize) -> Self {
        let loss = LossSpec {
            classes: (0..classes).map(|class| format!("class{class}")).collect(),
            components: Vec::new(),
            combination: Combination::Average,
            combiner: None,
            order: None,
            span: Span::default(),
        };
        let plan = Plan {
            pipeline: "by_hand".into(),
            combine: "by_hand".into(),
            inputs: Vec::new(),
            steps: Vec::new(),
            slots: 0,
            params: Vec::new(),
            buffers: Vec::new(),
            loss,
            shardable: true,
            cost: Cost::default(),
        };
        Self { plan, init: Init::Scaled, origins: Vec::new() }
    }

    /// The initialisation of the layers added from here on.
    pub(crate) fn init(&mut self, init: Init) {
        self.init = init;
    }

    pub(crate) fn input(&mut self, name: &str, width: usize) -> Slot {
        let index = self.plan.inputs.len();
        self.plan.inputs.push(Input {
            name: name.into(),
            kind: ModalityKind::Dense,
            shape: Shape::vector(width),
            optional: true,
        });
        let slot = self.step(Op::Input(InputIndex(index)), &[], width, &[], &[]);
        self.origins[slot] = vec![index];
        slot
    }

    /// An image of channels, height and width.
    pub(crate) fn image(&mut self, name: &str, shape: [usize; 3]) -> Slot {
        let slot = self.input(name, shape.iter().product());
        self.reshape(slot, Shape(shape.to_vec()))
    }

    fn reshape(&mut self, slot: Slot, shape: Shape) -> Slot {
        self.plan.steps.iter_mut().find(|step| step.makes == slot).unwrap().shape = shape;
        slot
    }

    /// An operation of one value with the statistics it keeps and the weights it needs, with its initialisation.
    pub(crate) fn drawn(&mut self, x: Slot, op: Op) -> Slot {
        let takes = self.plan.steps.iter().find(|step| step.makes == x).unwrap().shape.clone();
        let shape = op.shape(&[&takes]).unwrap();
        let name = format!("layer{}", self.plan.steps.len());
        let mut params = vec![];
        for weight in op.weights(&takes) {
            let init = match weight.init {
                WeightInit::Fixed(init) => init,
                WeightInit::Fan { fan_in, fan_out } => ParamInit::Random { init: self.init, fan_in, fan_out },
                _ => ParamInit::Constant(0.0),
            };
            params.push(self.param(&format!("{name}.{}", weight.name), weight.shape, init));
        }
        let mut buffers = vec![];
        for RunningStat { name: last, shape, value, momentum } in op.running(&takes) {
            buffers.push(self.plan.buffers.len());
            self.plan.buffers.push(BufferSpec { name: format!("{name}.{last}"), shape, value, momentum });
        }
        self.plan.shardable &= !op.traits().mixes_rows;
        let slot = self.step(op, &[x], shape.size(), &params, &buffers);
        self.reshape(slot, shape)
    }

    /// An operation with the weights it needs, all zeros; the first input decides their shapes.
    pub(crate) fn layer(&mut self, op: Op, reads: &[Slot]) -> Slot {
        let shapes: Vec<Shape> = reads.iter().map(|slot| self.shape(*slot).clone()).collect();
        let shape = op.shape(&shapes.iter().collect::<Vec<_>>()).unwrap();
        let weights = op.weights(&shapes[0]).into_iter();
        let params: Vec<usize> =
            weights.map(|weight| self.param(&weight.name, weight.shape, ParamInit::Constant(0.0))).collect();
        let slot = self.step(op, reads, shape.size(), &params, &[]);
        self.plan.steps[slot].shape = shape;
        slot
    }

    pub(crate) fn linear(&mut self, x: Slot, out: usize, activation: Option<Activation>) -> Slot {
        let params = self.linear_params(self.width(x), out);
        self.linear_with(x, out, activation, &params)
    }

    /// The weight and bias of a linear layer, to use in several places.
    pub(crate) fn linear_params(&mut self, width: usize, out: usize) -> Vec<usize> {
        let name = format!("linear{}", self.plan.params.len());
        let random = ParamInit::Random { init: self.init, fan_in: width, fan_out: out };
        let bias = if self.init == Init::Torch { random } else { ParamInit::Constant(0.0) };
        let weight = self.param(&format!("{name}.weight"), Shape(vec![out, width]), random);
        vec![weight, self.param(&format!("{name}.bias"), Shape::vector(out), bias)]
    }

    /// A linear layer of parameters that exist: a weight, and a bias or none.
    pub(crate) fn linear_with(
        &mut self,
        x: Slot,
        out: usize,
        activation: Option<Activation>,
        params: &[usize],
    ) -> Slot {
        let op = Op::Linear(Linear { out, bias: params.len() > 1, init: None, activation });
        self.step(op, &[x], out, params, &[])
    }

    pub(crate) fn activation(&mut self, x: Slot, activation: Activation) -> Slot {
        self.step(Op::Activation(activation), &[x], self.width(x), &[], &[])
    }

    pub(crate) fn dropout(&mut self, x: Slot, p: f64) -> Slot {
        self.step(Op::Dropout(Dropout { p }), &[x], self.width(x), &[], &[])
    }

    pub(crate) fn batch_norm(&mut self, x: Slot, eps: f64, momentum: f64) -> Slot {
        self.drawn(x, Op::BatchNorm(BatchNorm { eps, momentum, activation: None }))
    }

    pub(crate) fn layer_norm(&mut self, x: Slot, eps: f64) -> Slot {
        let width = self.width(x);
        let params = self.norm_params(width);
        self.step(Op::LayerNorm(LayerNorm { eps }), &[x], width, &params, &[])
    }

    /// A learned vector on the rows where `x` is missing; the result is missing on none.
    pub(crate) fn fill_missing(&mut self, x: Slot) -> Slot {
        let slot = self.layer(Op::FillMissing, &[x]);
        self.origins[slot].clear();
        slot
    }

    pub(crate) fn concat(&mut self, parts: &[Slot]) -> Slot {
        let width = parts.iter().map(|part| self.width(*part)).sum();
        self.step(Op::Concat, parts, width, &[], &[])
    }

    pub(crate) fn sum(&mut self, parts: &[Slot]) -> Slot {
        self.step(Op::Sum, parts, self.width(parts[0]), &[], &[])
    }

    pub(crate) fn mean(&mut self, parts: &[Slot]) -> Slot {
        self.step(Op::Mean, parts, self.width(parts[0]), &[], &[])
    }

    pub(crate) fn attend(&mut self, scores: Slot, values: &[Slot]) -> Slot {
        let reads: Vec<Slot> = std::iter::once(scores).chain(values.iter().copied()).collect();
        self.step(Op::Attend, &reads, self.width(values[0]), &[], &[])
    }

    pub(crate) fn binary(&mut self, arithmetic: Arithmetic, a: Slot, b: Slot) -> Slot {
        self.step(Op::Binary(arithmetic), &[a, b], self.width(a), &[], &[])
    }

    pub(crate) fn affine(&mut self, x: Slot, scale: f64, offset: f64) -> Slot {
        self.step(Op::Affine(AffineOp { scale, offset }), &[x], self.width(x), &[], &[])
    }

    /// Makes a value the logits of a component, present where the inputs it depends on are.
    pub(crate) fn component(&mut self, logits: Slot, weight: f64) {
        let name = format!("component{}", self.plan.loss.components.len());
        let inputs = self.origins[logits].clone();
        self.plan.loss.components.push(Component { name, logits, weight, inputs });
    }

    /// The plan, with a combination.
    pub(crate) fn finish(mut self, combination: Combination) -> Plan {
        self.plan.loss.combination = combination;
        self.plan
    }

    fn width(&self, slot: Slot) -> usize {
        self.shape(slot).size()
    }

    fn shape(&self, slot: Slot) -> &Shape {
        &self.plan.steps.iter().find(|step| step.makes == slot).unwrap().shape
    }

    fn norm_params(&mut self, width: usize) -> Vec<usize> {
        let name = format!("norm{}", self.plan.params.len());
        let gamma = self.param(&format!("{name}.weight"), Shape::vector(width), ParamInit::Constant(1.0));
        vec![gamma, self.param(&format!("{name}.bias"), Shape::vector(width), ParamInit::Constant(0.0))]
    }

    fn param(&mut self, name: &str, shape: Shape, init: ParamInit) -> usize {
        let offset = self.plan.parameter_count();
        let decay = shape.0.len() > 1;
        self.plan.params.push(ParamSpec { name: name.into(), shape, offset, init, decay });
        self.plan.params.len() - 1
    }

    fn step(&mut self, op: Op, reads: &[Slot], width: usize, params: &[usize], buffers: &[usize]) -> Slot {
        let makes = self.plan.slots;
        self.plan.slots += 1;
        let mut origins: Vec<usize> = reads.iter().flat_map(|slot| self.origins[*slot].clone()).collect();
        origins.sort_unstable();
        origins.dedup();
        self.origins.push(origins);
        let taken = self.plan.steps.iter().find(|step| Some(&step.makes) == reads.first());
        let takes = taken.map_or(Shape::vector(width), |step| step.shape.clone());
        self.plan.steps.push(Step {
            name: format!("step{}", self.plan.steps.len()),
            op,
            takes,
            reads: reads.to_vec(),
            makes,
            shape: Shape::vector(width),
            params: params.to_vec(),
            buffers: buffers.to_vec(),
            needs: self.origins[makes].clone(),
            flops: 0,
            span: Span::default(),
            calls: Vec::new(),
        });
        makes
    }
}
