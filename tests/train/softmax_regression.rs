//! The smallest real engine: softmax regression on the processor, its gradient in closed form.

use mmc::diag::Span;
use mmc::exec::{Engine, ExecError, Logits, Params, StepKey, StepResult};
use mmc::fusion::{Combination, Multiplicative, QGradient};
use mmc::ops::{InputIndex, Linear, Op};
use mmc::plan::{Batch, BufferSpec, Component, Cost, Input, LossSpec, ParamInit, ParamSpec, Plan, Step};
use mmc::shape::Shape;
use mmc::train::BatchSource;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A loss over so many classes.
pub(crate) fn loss_of(classes: usize, components: &[&str], combination: Combination) -> LossSpec {
    let component = |name: &&str| Component { name: name.to_string(), logits: 1, weight: 1.0, inputs: vec![0] };
    LossSpec {
        classes: (0..classes).map(|class| format!("c{class}")).collect(),
        components: components.iter().map(component).collect(),
        combination,
        combiner: None,
        order: None,
        span: Span::default(),
    }
}

/// A plan that has these parameters and nothing to compute.
pub(crate) fn plan_of(params: &[(&str, &[usize], bool)]) -> Plan {
    let mut offset = 0;
    let params = params.iter().map(|(name, shape, decay)| {
        let shape = Shape(shape.to_vec());
        offset += shape.size();
        let begin = offset - shape.size();
        ParamSpec { name: name.to_string(), shape, offset: begin, init: ParamInit::Constant(0.0), decay: *decay }
    });
    let combination = Combination::Multiplicative(Multiplicative {
        beta: 0.5,
        gradient: QGradient::Detached,
        boost: None,
        normalize: false,
        ..Multiplicative::CROSS_ENTROPY
    });
    Plan {
        pipeline: "little".into(),
        combine: "base".into(),
        inputs: vec![],
        steps: vec![],
        slots: 0,
        params: params.collect(),
        buffers: vec![],
        loss: loss_of(2, &["net"], combination),
        shardable: true,
        cost: Cost::default(),
    }
}

/// The plan of a softmax regression: `[inputs] -> [classes]`, with one buffer that follows the inputs' mean.
pub(crate) fn regression_plan(inputs: usize, classes: usize) -> Plan {
    let step = |name: &str, op, reads, makes, width| Step {
        name: name.into(),
        op,
        takes: Shape::vector(inputs),
        reads,
        makes,
        shape: Shape::vector(width),
        params: vec![],
        buffers: vec![],
        needs: vec![],
        flops: 0,
        span: Span::new(mmc::diag::FileId(0), 10 * makes, 10 * makes + 5),
        calls: vec![],
    };
    let linear = Op::Linear(Linear { out: classes, bias: true, init: None, activation: None });
    let mut plan = plan_of(&[("net.0.weight", &[classes, inputs], true), ("net.0.bias", &[classes], false)]);
    plan.inputs =
        vec![Input { name: "x".into(), kind: Default::default(), shape: Shape::vector(inputs), optional: false }];
    plan.steps =
        vec![step("x", Op::Input(InputIndex(0)), vec![], 0, inputs), step("net.0 linear", linear, vec![0], 1, classes)];
    plan.steps[1].params = vec![0, 1];
    plan.slots = 2;
    plan.buffers =
        vec![BufferSpec { name: "net.mean".into(), shape: Shape::vector(inputs), value: 0.0, momentum: 0.25 }];
    plan.loss.classes = (0..classes).map(|class| format!("c{class}")).collect();
    plan
}

/// Faults of the engine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
    None,
    /// A loss that is not a number at this step, counted from 0.
    Loss(u64),
    /// A gradient of the bias that is infinite at this step.
    Gradient(u64),
    /// No memory at this step.
    Memory(u64),
}

/// Softmax regression. The gradient comes in two shards, as from two halves of the batch.
pub(crate) struct Regression {
    pub(crate) inputs: usize,
    pub(crate) classes: usize,
    pub(crate) fault: Fault,
    pub(crate) keys: Vec<StepKey>,
    pub(crate) evaluated: AtomicUsize,
    gradients: Vec<Vec<f32>>,
    pool: Arc<rayon::ThreadPool>,
}

impl Regression {
    pub(crate) fn new(inputs: usize, classes: usize) -> Self {
        let gradients = vec![vec![0.0; (inputs + 1) * classes]; 2];
        let pool = Arc::new(rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap());
        Self { pool, inputs, classes, fault: Fault::None, keys: vec![], evaluated: AtomicUsize::new(0), gradients }
    }

    fn row_logits(&self, params: &Params, row: &[f32]) -> Vec<f32> {
        let weights = params.get(0).chunks_exact(self.inputs);
        weights.zip(params.get(1)).map(|(w, b)| b + w.iter().zip(row).map(|(w, x)| w * x).sum::<f32>()).collect()
    }
}

fn softmax(logits: &[f32]) -> Vec<f64> {
    let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let raw: Vec<f64> = logits.iter().map(|z| f64::from(z - top).exp()).collect();
    let sum: f64 = raw.iter().sum();
    raw.iter().map(|raw| raw / sum).collect()
}

fn argmax(numbers: &[f64]) -> usize {
    (0..numbers.len()).fold(0, |best, at| if numbers[at] > numbers[best] { at } else { best })
}

impl Engine for Regression {
    fn device(&self) -> String {
        "cpu".into()
    }

    fn pool(&self) -> Arc<rayon::ThreadPool> {
        Arc::clone(&self.pool)
    }

    fn step(&mut self, params: &Arc<Params>, batch: &Batch, key: StepKey) -> Result<StepResult<'_>, ExecError> {
        if self.fault == Fault::Memory(key.step) {
            return Err(ExecError::OutOfMemory { index: 1, step: "net.0 linear".into() });
        }
        self.keys.push(key);
        let (inputs, classes) = (self.inputs, self.classes);
        let mut gradients = std::mem::take(&mut self.gradients);
        gradients.iter_mut().for_each(|shard| shard.fill(0.0));
        let (mut loss, mut errors, mut mean) = (0.0, 0, vec![0.0; inputs]);
        for (index, (row, label)) in batch.inputs[0].chunks_exact(inputs).zip(&batch.labels).enumerate() {
            let p = softmax(&self.row_logits(params, row));
            loss -= p[*label as usize].ln() / batch.rows as f64;
            errors += usize::from(argmax(&p) != *label as usize);
            let shard = &mut gradients[usize::from(2 * index >= batch.rows)];
            for (class, p) in p.iter().enumerate() {
                let pull = ((p - f64::from(u8::from(class == *label as usize))) / batch.rows as f64) as f32;
                for (input, x) in row.iter().enumerate() {
                    shard[class * inputs + input] += pull * x;
                }
                shard[classes * inputs + class] += pull;
            }
            mean.iter_mut().zip(row).for_each(|(mean, x)| *mean += x / batch.rows as f32);
        }
        if self.fault == Fault::Gradient(key.step) {
            gradients[1][classes * inputs] = f32::INFINITY;
        }
        if self.fault == Fault::Loss(key.step) {
            loss = f64::NAN;
        }
        self.gradients = gradients;
        let gradients = &mut self.gradients;
        let (components, row_losses) = (vec![], vec![]);
        let moments = vec![(0, mean)];
        Ok(StepResult { loss, errors, violations: batch.rows, gradients, moments, components, row_losses })
    }

    fn logits(&self, params: &Arc<Params>, batch: &Batch) -> Result<Logits, ExecError> {
        self.evaluated.fetch_add(batch.rows, Ordering::Relaxed);
        let rows = batch.inputs[0].chunks_exact(self.inputs);
        let logits = rows.flat_map(|row| self.row_logits(params, row)).collect();
        Ok(Logits { rows: batch.rows, components: vec![logits], present: vec![None] })
    }

    fn first_non_finite(&self, _: &Arc<Params>, _: &Batch, _: StepKey) -> Result<Option<usize>, ExecError> {
        Ok(Some(1))
    }
}

/// Rows held in memory.
#[derive(Clone)]
pub(crate) struct Table {
    pub(crate) width: usize,
    pub(crate) cells: Vec<f32>,
    pub(crate) labels: Vec<u32>,
    /// Empty where every row weighs 1.
    pub(crate) weights: Vec<f64>,
}

impl Table {
    /// Clouds on a circle, one per class, that overlap a little. Every seed draws other rows of the same clouds.
    pub(crate) fn clouds(rows: usize, classes: u32, seed: u32) -> Self {
        let mut state = seed.wrapping_mul(747_796_405).wrapping_add(1);
        let mut next = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1u32 << 24) as f32
        };
        let (mut cells, mut labels) = (vec![], vec![]);
        for row in 0..rows as u32 {
            let angle = (row % classes) as f32 / classes as f32 * std::f32::consts::TAU;
            cells.push(angle.cos() + 1.6 * (next() - 0.5) + 1.6 * (next() - 0.5));
            cells.push(angle.sin() + 1.6 * (next() - 0.5) + 1.6 * (next() - 0.5));
            labels.push(row % classes);
        }
        Self { width: 2, cells, labels, weights: vec![] }
    }
}

impl BatchSource for Table {
    fn len(&self) -> usize {
        self.labels.len()
    }

    fn labels(&self) -> &[u32] {
        &self.labels
    }

    fn weights(&self) -> &[f64] {
        &self.weights
    }

    fn fill(&self, rows: &[u32], batch: &mut Batch) {
        batch.rows = rows.len();
        batch.weights = rows.iter().filter_map(|row| self.weights.get(*row as usize).copied()).collect();
        batch.inputs.resize(1, vec![]);
        batch.present = vec![None];
        batch.inputs[0].clear();
        batch.labels.clear();
        for row in rows.iter().map(|row| *row as usize) {
            batch.inputs[0].extend(&self.cells[row * self.width..(row + 1) * self.width]);
            batch.labels.push(self.labels[row]);
        }
    }
}
