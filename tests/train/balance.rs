//! Balance of components: gradients against those of separate passes and the formulas, the same bits on any number of threads
//! and from every checkpoint, on rows that lack modalities too.

use crate::support::compiled::plan_of;
use mmc::diag::Span;
use mmc::exec::{DeviceChoice, Params, StepKey, engine, initialize};
use mmc::plan::{Batch, Plan};
use mmc::spec::{
    Balance, CalibrationMethod, Curve, Init, OptimizerSpec, Schedule, SgdSpec, Spanned, TrainSpec, TrainingLength,
};
use mmc::train::{
    BatchSource, Checkpoint, CheckpointInterval, CheckpointPolicy, Trained, Training, checkpoint_bytes,
    read_checkpoint, train,
};
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

const METHODS: [(Balance, &str); 5] = [
    (Balance::Blend { every: 1 }, "multitask"),
    (Balance::Ogm { alpha: 0.7, noise: true }, "multiplicative"),
    (Balance::Ogm { alpha: 0.7, noise: false }, "evidential"),
    (Balance::Agm { alpha: 0.8 }, "multiplicative"),
    (Balance::Pareto { gamma: 1.5 }, "multitask"),
];

const ROWS: usize = 150;
const BATCH: usize = 100;
const LR: f64 = 0.25;

/// Two modalities that may be missing, each with an encoder, and a strategy.
fn plan(strategy: &str, weights: &str) -> Plan {
    let settings = match strategy {
        "multiplicative" => "beta = 0.0\n normalize = true".to_owned(),
        "multitask" => format!("merge = concat\n head = linear(3) |> tanh\n {weights}"),
        "dynamic" => weights.to_owned(),
        _ => String::new(),
    };
    plan_of(
        &format!(
            "pipeline p\n\
             data {{ source = csv(\"rows.csv\")\n split = {{ test: last(10), valid: last(10) }} }}\n\
             label y: class[3] = column(\"y\")\n\
             modality a?: dense[3] = columns(\"a_*\")\n\
             modality b?: dense[2] = columns(\"b_*\")\n\
             encoder a_net = a |> linear(4) |> tanh\n\
             encoder b_net = b |> linear(5) |> tanh\n\
             combine mix = {strategy}(a_net, b_net) {{\n{settings}\n}}\n\
             train {{ epochs = 1 }}\n"
        ),
        None,
    )
}

/// Rows whose class shows in the first modality, and a little in the second; every fifth lacks the first, every seventh
/// the second.
struct Rows(usize, u32, Vec<u32>);

impl Rows {
    fn new(count: usize, seed: u32) -> Self {
        Self(count, seed, (0..count as u32).map(|row| row.wrapping_mul(7) % 3).collect())
    }

    fn number(&self, row: u32, column: u32) -> f32 {
        let mut state = (row + 1).wrapping_mul(2_654_435_761) ^ (column + self.1).wrapping_mul(40_503);
        for _ in 0..4 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state ^= state >> 13;
        }
        (state >> 8) as f32 / (1u32 << 23) as f32 - 1.0
    }
}

impl BatchSource for Rows {
    fn len(&self) -> usize {
        self.0
    }

    fn labels(&self) -> &[u32] {
        &self.2
    }

    fn fill(&self, rows: &[u32], batch: &mut Batch) {
        let has_a: Vec<bool> = rows.iter().map(|row| row % 5 != 0).collect();
        let has_b: Vec<bool> = rows.iter().map(|row| row % 7 != 0 || row % 5 == 0).collect();
        let cells = |has: &[bool], width: u32, first: u32, signal: f32| {
            let row = |(row, has): (&u32, &bool)| {
                let class = self.2[*row as usize];
                let cell = |column: u32| {
                    let shown = if column == class { signal } else { 0.0 };
                    if *has { shown + self.number(*row, first + column) } else { 0.0 }
                };
                (0..width).map(cell).collect::<Vec<_>>()
            };
            rows.iter().zip(has).flat_map(row).collect::<Vec<f32>>()
        };
        batch.rows = rows.len();
        batch.inputs = vec![cells(&has_a, 3, 0, 1.5), cells(&has_b, 2, 10, 0.5)];
        batch.present = vec![Some(has_a), Some(has_b)];
        batch.labels = rows.iter().map(|row| self.2[*row as usize]).collect();
        batch.weights = vec![];
    }
}

fn spec(balance: Option<Balance>, epochs: u64) -> TrainSpec {
    TrainSpec {
        combine: None,
        optimizer: OptimizerSpec::Sgd(SgdSpec { lr: LR, momentum: 0.0, nesterov: false, weight_decay: 0.0 }),
        schedule: Schedule { warmup: 0, curve: Curve::Constant },
        clip_norm: None,
        batch_size: BATCH,
        length: TrainingLength::Epochs(epochs),
        stop: None,
        seed: 4,
        init: Init::Scaled,
        calibrate: CalibrationMethod::None,
        modality_dropout: 0.1,
        class_weights: None,
        balance: balance.map(|value| Spanned { value, span: Span::default() }),
        cml: None,
        span: Span::default(),
    }
}

/// A training, and the states after each of its steps.
fn run(plan: &Plan, spec: &TrainSpec, threads: usize, resume: Option<&Checkpoint>) -> (Trained, Vec<Checkpoint>) {
    let saved = RefCell::new(vec![]);
    let save = |checkpoint: Checkpoint| {
        saved.borrow_mut().push(checkpoint);
        Ok(())
    };
    let (rows, valid) = (Rows::new(ROWS, 1), Rows::new(90, 2));
    let training = Training {
        plan,
        spec,
        train: &rows,
        valid: Some(&valid),
        calib: None,
        test: None,
        interrupt: &AtomicBool::new(false),
        resume,
        checkpoints: Some(CheckpointPolicy { interval: CheckpointInterval::Steps(1), save: &save }),
    };
    let mut engine = engine(Arc::new(plan.clone()), DeviceChoice::Cpu, Some(threads)).unwrap();
    let trained = train(engine.as_mut(), initialize(plan, spec.seed), training, &mut |_| {}).unwrap();
    (trained, saved.into_inner())
}

fn bits(trained: &Trained) -> (Vec<u32>, Vec<u64>) {
    let losses = trained.history.iter().map(|record| record.train_loss.to_bits());
    (trained.params.values.iter().map(|number| number.to_bits()).collect(), losses.collect())
}

#[test]
fn threads_and_checkpoints_change_no_bit() {
    for (balance, strategy) in METHODS {
        let (plan, spec) = (plan(strategy, ""), spec(Some(balance), 3));
        let (whole, checkpoints) = run(&plan, &spec, 1, None);
        assert_ne!(
            bits(&whole),
            bits(&run(&plan, &TrainSpec { balance: None, ..spec.clone() }, 1, None).0),
            "{balance:?}"
        );
        assert!(checkpoints.len() >= 6, "{balance:?}");
        for (at, checkpoint) in checkpoints.iter().enumerate() {
            let bytes = checkpoint_bytes(&plan, "key", checkpoint).unwrap();
            let read = read_checkpoint(&bytes, &plan, "key").unwrap();
            assert_eq!(read.running.balance, checkpoint.running.balance);
            assert_eq!(bits(&run(&plan, &spec, 2, Some(&read)).0), bits(&whole), "{balance:?} from checkpoint {at}");
        }
    }
}

/// Past losses are part of a checkpoint, also of one within an epoch, and change the training.
#[test]
fn rows_ordered_by_past_losses_go_on_from_a_checkpoint_with_the_same_bits() {
    let (ranked, plain) = (plan("dynamic", "rank = 2.0"), plan("dynamic", ""));
    let spec = TrainSpec { modality_dropout: 0.0, ..spec(None, 3) };
    let (whole, checkpoints) = run(&ranked, &spec, 1, None);
    let (without, _) = run(&plain, &spec, 1, None);
    // Nothing is known of any row in the first epoch.
    let first = |trained: &Trained| trained.history[0].train_loss;
    assert_eq!(first(&whole), first(&without));
    assert!(whole.history[1].train_loss > without.history[1].train_loss + 0.1);
    assert_ne!(bits(&whole), bits(&without));
    assert!(checkpoints.len() >= 6);
    let last = &checkpoints[checkpoints.len() - 1].running.past;
    let seen = last.sums.iter().map(|sums| sums.iter().filter(|sum| **sum > 0.0).count());
    // Every fifth row lacks the one modality, and of the others every seventh the other.
    assert_eq!(seen.collect::<Vec<usize>>(), [ROWS - ROWS / 5, ROWS - ROWS.div_ceil(7) + ROWS.div_ceil(35)]);
    for (at, checkpoint) in checkpoints.iter().enumerate() {
        let bytes = checkpoint_bytes(&ranked, "key", checkpoint).unwrap();
        let read = read_checkpoint(&bytes, &ranked, "key").unwrap();
        assert_eq!(read.running.past, checkpoint.running.past);
        assert_eq!(bits(&run(&ranked, &spec, 2, Some(&read)).0), bits(&whole), "from checkpoint {at}");
        assert!(read_checkpoint(&bytes, &plain, "key").is_err());
    }
}

/// The batch of the first step, without random changes.
fn first_batch() -> Batch {
    let mut batch = Batch::default();
    Rows::new(ROWS, 1).fill(&mmc::data::order(ROWS, 4, 1)[..BATCH], &mut batch);
    batch
}

/// The gradient of a batch.
fn gradient(plan: &Plan, params: &Params, batch: &Batch) -> Vec<f64> {
    let mut engine = engine(Arc::new(plan.clone()), DeviceChoice::Cpu, Some(1)).unwrap();
    let key = StepKey { seed: 4, step: 0, epoch: 1 };
    let result = engine.step(&Arc::new(params.clone()), batch, key).unwrap();
    let mut sum = vec![0.0; params.values.len()];
    for shard in result.gradients.iter() {
        sum.iter_mut().zip(shard).for_each(|(sum, number)| *sum += f64::from(*number));
    }
    sum
}

/// The gradient that the first step of a training used.
fn used(plan: &Plan, balance: Option<Balance>) -> Vec<f64> {
    let spec = TrainSpec { modality_dropout: 0.0, ..spec(balance, 1) };
    let before = initialize(plan, spec.seed);
    let (_, checkpoints) = run(plan, &spec, 1, None);
    let after = &checkpoints[0].running.params.values;
    before.values.iter().zip(after).map(|(before, after)| (f64::from(*before) - f64::from(*after)) / LR).collect()
}

/// For each parameter, its name, the gradient found and another.
fn by_param<'a>(plan: &'a Plan, found: &'a [f64], other: &'a [f64]) -> Vec<(&'a str, &'a [f64], &'a [f64])> {
    let of = |param: &'a mmc::plan::ParamSpec| {
        let range = param.offset..param.offset + param.shape.size();
        (param.name.as_str(), &found[range.clone()], &other[range])
    };
    plan.params.iter().map(of).collect()
}

fn close(found: &[f64], expected: impl IntoIterator<Item = f64>, what: &str) {
    for (found, expected) in found.iter().zip(expected) {
        // Weights of about 1 are stored in single precision, and their change is divided by the learning rate.
        assert!((found - expected).abs() < 2e-6, "{what}: {found} instead of {expected}");
    }
}

/// `-log p^y` of each component: the sums over the rows of the first batch that have it, and their number.
fn component_losses(plan: &Plan) -> Vec<Vec<f64>> {
    let batch = first_batch();
    let params = Arc::new(initialize(plan, 4));
    let logits = engine(Arc::new(plan.clone()), DeviceChoice::Cpu, Some(1)).unwrap().logits(&params, &batch).unwrap();
    let of = |component: usize| {
        let present = |row: &usize| logits.present[component].as_ref().is_none_or(|present| present[*row]);
        let loss = |row: usize| {
            let z: Vec<f64> = logits.components[component][row * 3..][..3].iter().map(|z| f64::from(*z)).collect();
            z.iter().map(|z| z.exp()).sum::<f64>().ln() - z[batch.labels[row] as usize]
        };
        (0..batch.rows).filter(present).map(loss).collect()
    };
    (0..plan.loss.components.len()).map(of).collect()
}

fn mean(numbers: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = numbers.len() as f64;
    numbers.sum::<f64>() / count
}

#[test]
fn agm_scales_all_that_a_component_learns() {
    let plan = plan("multiplicative", "");
    let plain = gradient(&plan, &initialize(&plan, 4), &first_batch());
    let s: Vec<f64> = component_losses(&plan).iter().map(|losses| mean(losses.iter().copied())).collect();
    let factor = |own: usize| (0.8 * (1.0 - (s[1 - own] - s[own]).exp())).exp();
    assert!((factor(0) - factor(1)).abs() > 0.02, "{s:?}");
    for (name, found, plain) in by_param(&plan, &used(&plan, Some(Balance::Agm { alpha: 0.8 })), &plain) {
        let own = usize::from(name.contains("b_net"));
        close(found, plain.iter().map(|plain| factor(own) * plain), name);
    }
}

#[test]
fn ogm_scales_the_matrices_of_the_encoder_that_leads() {
    let plan = plan("multiplicative", "");
    let plain = gradient(&plan, &initialize(&plan, 4), &first_batch());
    let s: Vec<f64> =
        component_losses(&plan).iter().map(|losses| mean(losses.iter().map(|loss| (-loss).exp()))).collect();
    let leader = usize::from(s[1] > s[0]);
    let factor = 1.0 - (0.7 * s[leader] / s[1 - leader]).tanh();
    let mut scaled = 0;
    for (name, found, plain) in by_param(&plan, &used(&plan, Some(Balance::Ogm { alpha: 0.7, noise: false })), &plain) {
        let slowed = name == ["a_net.0.weight", "b_net.0.weight"][leader];
        scaled += usize::from(slowed);
        close(found, plain.iter().map(|plain| if slowed { factor * plain } else { *plain }), name);
    }
    assert_eq!(scaled, 1);
}

#[test]
fn the_noise_of_ogm_is_in_the_matrices_of_encoders_alone() {
    let plan = plan("multiplicative", "");
    let quiet = used(&plan, Some(Balance::Ogm { alpha: 0.7, noise: false }));
    for (name, noisy, quiet) in by_param(&plan, &used(&plan, Some(Balance::Ogm { alpha: 0.7, noise: true })), &quiet) {
        assert_eq!(noisy != quiet, name == "a_net.0.weight" || name == "b_net.0.weight", "{name}");
    }
}

#[test]
fn pareto_joins_the_gradients_of_both_losses() {
    let [whole, own, joint] =
        ["", "weights = [1, 1, 0]", "weights = [0, 0, 1]"].map(|weights| plan("multitask", weights));
    let params = initialize(&whole, 4);
    let [own, joint] = [own, joint].map(|plan| gradient(&plan, &params, &first_batch()));
    let found = used(&whole, Some(Balance::Pareto { gamma: 1.5 }));
    for encoder in ["a_net.", "b_net."] {
        let pick = |numbers: &[f64]| -> Vec<f64> {
            let own = whole.params.iter().filter(|param| param.name.starts_with(encoder));
            own.flat_map(|param| numbers[param.offset..param.offset + param.shape.size()].to_vec()).collect()
        };
        let (found, own, joint) = (pick(&found), pick(&own), pick(&joint));
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        // The least length on a grid, in place of the closed form.
        let at =
            |c: f64| own.iter().zip(&joint).map(|(own, joint)| 2.0 * (c * joint + (1.0 - c) * own)).collect::<Vec<_>>();
        let least = (0..=100_000).map(|step| f64::from(step) / 1e5).min_by(|c, d| {
            let length = |c: f64| dot(&at(c), &at(c));
            length(*c).total_cmp(&length(*d))
        });
        let c = if dot(&own, &joint) > 0.0 { 0.5 } else { least.unwrap() };
        let (h, sum) = (at(c), at(0.5));
        let longer = (dot(&sum, &sum) / dot(&h, &h)).sqrt().max(1.0);
        for (found, h) in found.iter().zip(h) {
            assert!((found - 1.5 * longer * h).abs() < 1e-4, "{encoder}: {found} instead of {}", 1.5 * longer * h);
        }
    }
    let sum: Vec<f64> = own.iter().zip(&joint).map(|(own, joint)| own + joint).collect();
    for (name, found, sum) in by_param(&whole, &found, &sum).into_iter().filter(|(name, ..)| name.starts_with("mix.")) {
        close(found, sum.iter().copied(), name);
    }
}

#[test]
fn blend_weights_the_losses_of_the_next_epochs() {
    let plan = plan("multitask", "");
    let spec = TrainSpec { modality_dropout: 0.0, ..spec(Some(Balance::Blend { every: 1 }), 2) };
    let (_, checkpoints) = run(&plan, &spec, 1, None);
    let [first, second, third] = &checkpoints[..3] else { panic!("three steps") };
    assert!(first.running.balance.factors.is_empty() && first.running.balance.before.len() == 3);
    // The second step ends the first epoch, after which the weights are estimated.
    assert_eq!((first.running.history.len(), third.running.history.len()), (0, 1));
    let factors = &third.running.balance.factors;
    assert!(
        (factors.iter().sum::<f64>() - 3.0).abs() < 1e-12 && factors.iter().all(|factor| *factor >= 0.0),
        "{factors:?}"
    );
    assert!(factors.iter().any(|factor| (factor - 1.0).abs() > 0.05), "{factors:?}");

    let mut batch = Batch::default();
    Rows::new(ROWS, 1).fill(&mmc::data::order(ROWS, 4, 2)[..BATCH], &mut batch);
    let mut weighted = plan.clone();
    weighted.loss.components.iter_mut().zip(factors).for_each(|(component, factor)| component.weight = *factor);
    let before = &second.running.params;
    let expected = gradient(&weighted, before, &batch);
    let after = &third.running.params.values;
    let found: Vec<f64> =
        before.values.iter().zip(after).map(|(before, after)| (f64::from(*before) - f64::from(*after)) / LR).collect();
    close(&found, expected, "the first step of the second epoch");
}
