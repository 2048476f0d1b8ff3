//! The loop with the CPU engine: it learns what one modality alone does not determine, copies no weights,
//! and gives the same bits on any number of threads.

use crate::support::network::Network;
use mmc::diag::Span;
use mmc::exec::{DeviceChoice, Engine, ExecError, Logits, Params, StepKey, StepResult, engine, initialize};
use mmc::fusion::{Combination, Multiplicative, QGradient};
use mmc::ops::Activation;
use mmc::plan::{Batch, Plan};
use mmc::spec::{AdamSpec, CalibrationMethod, Curve, Init, OptimizerSpec, Schedule, TrainSpec, TrainingLength};
use mmc::train::{BatchSource, Trained, Training, train};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Two signals of two numbers each; the class is the sign of the product of a number of one and a number of the other.
struct Signals(Vec<[f32; 4]>, Vec<u32>);

impl Signals {
    fn draw(rows: usize, mut state: u32) -> Self {
        let mut next = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1u32 << 23) as f32 - 1.0
        };
        let cells: Vec<[f32; 4]> = (0..rows).map(|_| [next(), next(), next(), next()]).collect();
        let labels = cells.iter().map(|cells| u32::from(cells[0] * cells[2] > 0.0)).collect();
        Self(cells, labels)
    }
}

impl BatchSource for Signals {
    fn len(&self) -> usize {
        self.1.len()
    }

    fn labels(&self) -> &[u32] {
        &self.1
    }

    fn fill(&self, rows: &[u32], batch: &mut Batch) {
        let cells = |range: std::ops::Range<usize>| {
            rows.iter().flat_map(|row| self.0[*row as usize][range.clone()].to_vec()).collect()
        };
        batch.rows = rows.len();
        batch.inputs = vec![cells(0..2), cells(2..4)];
        batch.present = vec![None, None];
        batch.labels = rows.iter().map(|row| self.1[*row as usize]).collect();
    }
}

/// Each modality alone, and both together.
fn mulmix(dropout: f64) -> Plan {
    let relu = Some(Activation::Relu);
    let mut net = Network::new(2);
    let (a, b) = (net.input("a", 2), net.input("b", 2));
    let (a, b) = (net.linear(a, 24, relu), net.linear(b, 24, relu));
    let both = net.concat(&[a, b]);
    for mixture in [a, b, both] {
        let hidden = net.linear(mixture, 24, relu);
        let hidden = if dropout > 0.0 { net.dropout(hidden, dropout) } else { hidden };
        let logits = net.linear(hidden, 2, None);
        net.component(logits, 1.0);
    }
    net.finish(Combination::Multiplicative(Multiplicative {
        beta: 0.5,
        gradient: QGradient::Detached,
        boost: None,
        normalize: false,
        ..Multiplicative::CROSS_ENTROPY
    }))
}

fn fit(engine: &mut dyn Engine, plan: &Plan, epochs: u64) -> Trained {
    let spec = TrainSpec {
        combine: None,
        optimizer: OptimizerSpec::Adam(AdamSpec {
            lr: 0.01,
            beta1: 0.9,
            beta2: 0.999,
            eps: 1e-8,
            weight_decay: 1e-4,
            decoupled: false,
        }),
        schedule: Schedule { warmup: 5, curve: Curve::Cosine { floor: 0.1 } },
        clip_norm: Some(5.0),
        batch_size: 50,
        length: TrainingLength::Epochs(epochs),
        stop: None,
        seed: 5,
        init: Init::Scaled,
        calibrate: CalibrationMethod::None,
        modality_dropout: 0.0,
        class_weights: None,
        balance: None,
        cml: None,
        span: Span::default(),
    };
    let (rows, valid, test) = (Signals::draw(1230, 1), Signals::draw(300, 2), Signals::draw(1500, 3));
    let training = Training {
        plan,
        spec: &spec,
        train: &rows,
        valid: Some(&valid),
        calib: None,
        test: Some(&test),
        interrupt: &AtomicBool::new(false),
        resume: None,
        checkpoints: None,
    };
    train(engine, initialize(plan, spec.seed), training, &mut |_| {}).unwrap()
}

fn start(plan: &Plan, threads: usize) -> Box<dyn Engine> {
    engine(Arc::new(plan.clone()), DeviceChoice::Cpu, Some(threads)).unwrap()
}

#[test]
fn learns_what_no_modality_determines_alone() {
    let plan = mulmix(0.0);
    let trained = fit(&mut *start(&plan, 2), &plan, 25);
    let scores = trained.test.unwrap().scores;
    assert!(scores.error < 0.06, "error {}", scores.error);
    assert!(scores.auc.unwrap() > 0.98);
    let [a, b, both] = scores.components.as_slice() else { panic!("three components") };
    assert!(a.error > 0.35 && b.error > 0.35 && both.error < 0.06);
}

#[test]
fn the_bits_do_not_depend_on_the_number_of_threads() {
    let plan = mulmix(0.3);
    let run = |threads| {
        let trained = fit(&mut *start(&plan, threads), &plan, 3);
        let weights: Vec<u32> = trained.params.values.iter().map(|w| w.to_bits()).collect();
        let losses: Vec<u64> = trained.history.iter().map(|record| record.train_loss.to_bits()).collect();
        (weights, losses, trained.test.unwrap())
    };
    let one = run(1);
    assert!(one == run(2) && one == run(1) && one == run(3));
}

/// An engine that remembers where the weights lay at each step.
struct Watched(Box<dyn Engine>, Vec<usize>);

impl Engine for Watched {
    fn device(&self) -> String {
        self.0.device()
    }

    fn pool(&self) -> Arc<rayon::ThreadPool> {
        self.0.pool()
    }

    fn step(&mut self, params: &Arc<Params>, batch: &Batch, key: StepKey) -> Result<StepResult<'_>, ExecError> {
        self.1.push(params.values.as_ptr() as usize);
        self.0.step(params, batch, key)
    }

    fn logits(&self, params: &Arc<Params>, batch: &Batch) -> Result<Logits, ExecError> {
        self.0.logits(params, batch)
    }

    fn first_non_finite(&self, params: &Arc<Params>, batch: &Batch, key: StepKey) -> Result<Option<usize>, ExecError> {
        self.0.first_non_finite(params, batch, key)
    }
}

#[test]
fn a_step_changes_the_weights_where_they_lie() {
    let plan = mulmix(0.0);
    let mut engine = Watched(start(&plan, 2), vec![]);
    fit(&mut engine, &plan, 2);
    let steps = engine.1.len() / 2;
    // Within an epoch the weights are not moved, except for the one copy after the best model was stored at the end of the first.
    assert!(engine.1[..steps].iter().all(|at| *at == engine.1[0]));
    assert!(engine.1[steps + 1..].iter().all(|at| *at == engine.1[steps + 1]));
}
