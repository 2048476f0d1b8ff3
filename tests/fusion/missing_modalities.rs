//! Semantics of `?`: a row that lacks a modality is trained on and decided as by the pipeline
//! written without that modality.

use crate::support::compiled::plan_of;
use mmc::exec::{DeviceChoice, Params, StepKey, decide, engine, initialize};
use mmc::fusion::{Calibration, Decision};
use mmc::plan::{Batch, Plan};
use proptest::prelude::*;
use std::sync::Arc;

const KEY: StepKey = StepKey { seed: 1, step: 3, epoch: 20 };
const NAMES: [&str; 3] = ["a", "b", "c"];
const WIDTHS: [usize; 3] = [3, 2, 4];

/// A pipeline that combines some of three modalities by one strategy.
fn pipeline(inputs: &[usize], strategy: &str, settings: &str) -> String {
    let mut text = String::from(
        "pipeline p\n\
         data { source = csv(\"rows.csv\")\n split = { test: last(10), valid: last(10) } }\n\
         label y: class[3] = column(\"y\")\n\
         train { epochs = 1 }\n",
    );
    for input in inputs {
        let (name, width) = (NAMES[*input], WIDTHS[*input]);
        text += &format!("modality {name}?: dense[{width}] = columns(\"{name}_*\")\n");
        text += &format!("encoder {name}_net = {name} |> linear(5) |> tanh\n");
    }
    let names: Vec<String> = inputs.iter().map(|input| format!("{}_net", NAMES[*input])).collect();
    text + &format!("combine mix = {strategy}({}) {{\n{settings}\n}}\n", names.join(", "))
}

const COMBINES: [(&str, &str); 17] = [
    ("mulmix", "beta = 0.7\n head = linear(4) |> relu"),
    ("mulmix", "beta = 1.0\n gradient = attached\n merge = attention(3)\n mixtures = up_to(2)"),
    ("mulmix", "beta = 0.6\n normalize = true"),
    ("mulmix", "beta = 0.3\n merge = concat\n project = linear(3) |> relu\n boost = margin(0.05)"),
    ("multiplicative", "beta = 0.9"),
    ("mulmix", "beta = 0.8\n gce = 0.7\n anneal = 3\n decide = fixed(0.4)"),
    ("multiplicative", "beta = 0.4\n gce = 0.5\n gradient = attached\n normalize = true"),
    ("mulmix", "beta = 0.5\n logits = unit(4)"),
    ("late", "by = average"),
    ("evidential", "rule = dempster\n joint = true"),
    ("evidential", "rule = discounted"),
    ("dynamic", "by = energy"),
    ("dynamic", "by = entropy\n logits = unit(5)"),
    ("fuzzy", "head = linear(4) |> tanh"),
    ("experts", "gate = linear(2) |> tanh"),
    ("dynamic", "by = predicted\n confidence = linear(2) |> tanh"),
    ("multitask", "merge = concat\n head = linear(4) |> tanh"),
];

/// The weights of a smaller plan, taken by name from a larger one.
fn taken(plan: &Plan, whole: &Plan, params: &Params) -> Params {
    let mut own = Params::zeros(plan);
    for (id, spec) in plan.params.iter().enumerate() {
        let place = whole.params.iter().position(|other| other.name == spec.name).unwrap();
        assert_eq!(whole.params[place].shape, spec.shape);
        let range = own.range(id);
        own.values[range].copy_from_slice(params.get(place));
    }
    own
}

/// One training step, its gradients by name.
fn step(plan: &Plan, params: &Params, batch: &Batch) -> (f64, Vec<(String, Vec<f32>)>) {
    let mut engine = engine(Arc::new(plan.clone()), DeviceChoice::Cpu, Some(1)).unwrap();
    let result = engine.step(&Arc::new(params.clone()), batch, KEY).unwrap();
    let gradient = |id: usize| {
        let mut sum = vec![0.0; plan.params[id].shape.size()];
        for shard in result.gradients.iter() {
            sum.iter_mut().zip(&shard[params.range(id)]).for_each(|(to, from)| *to += from);
        }
        sum
    };
    let gradients = plan.params.iter().enumerate().map(|(id, spec)| (spec.name.clone(), gradient(id)));
    (result.loss, gradients.collect())
}

/// One row of a batch, for the inputs of a plan.
fn row_of(batch: &Batch, row: usize, inputs: &[usize]) -> Batch {
    let numbers = |input: &usize| batch.inputs[*input][row * WIDTHS[*input]..][..WIDTHS[*input]].to_vec();
    Batch {
        rows: 1,
        inputs: inputs.iter().map(numbers).collect(),
        present: vec![None; inputs.len()],
        labels: vec![batch.labels[row]],
        weights: vec![],
        past: vec![],
    }
}

/// Weights that differ in their last bit, up or down by a pattern.
fn nudged(params: &Params, pattern: u64) -> Params {
    let mut nudged = params.clone();
    for (place, value) in nudged.values.iter_mut().enumerate() {
        let up = (place as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(pattern as u32 * 7) & 1 == 1;
        *value *= if up { 1.0 + f32::EPSILON } else { 1.0 - f32::EPSILON };
    }
    nudged
}

/// How far the loss and the gradients move where the weights change in their last bit. Two evaluations that differ in
/// the order of their additions differ by about as much: a logarithm of a membership close to 0 magnifies both.
fn sensitivity(plan: &Plan, params: &Params, batch: &Batch) -> (f64, Vec<Vec<f64>>) {
    let (loss, gradients) = step(plan, params, batch);
    let mut moved = (0.0f64, gradients.iter().map(|(_, numbers)| vec![0.0f64; numbers.len()]).collect::<Vec<_>>());
    for pattern in 0..6 {
        let (other_loss, other) = step(plan, &nudged(params, pattern), batch);
        moved.0 = moved.0.max((other_loss - loss).abs());
        for ((most, (_, here)), (_, there)) in moved.1.iter_mut().zip(&gradients).zip(&other) {
            for ((most, here), there) in most.iter_mut().zip(here).zip(there) {
                *most = most.max(f64::from(*here - *there).abs());
            }
        }
    }
    moved
}

fn close(found: f64, expected: f64, sensitivity: f64, what: &str) -> Result<(), TestCaseError> {
    let near = (found - expected).abs() <= 2e-6 * expected.abs().max(1.0) + 4.0 * sensitivity;
    prop_assert!(near, "{what}: {found} instead of {expected}, sensitivity {sensitivity}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_row_counts_as_in_the_pipeline_without_what_it_lacks(
        combine in 0..COMBINES.len(),
        has in prop::collection::vec(1usize..8, 1..12),
        numbers in prop::collection::vec(-2.0f32..2.0, 9 * 12),
        seed in 0u64..100,
    ) {
        let (strategy, settings) = COMBINES[combine];
        let whole = plan_of(&pipeline(&[0, 1, 2], strategy, settings), None);
        let params = initialize(&whole, seed);
        let rows = has.len();
        let mut numbers = numbers.into_iter();
        let mut batch = Batch {
            rows,
            inputs: WIDTHS.iter().map(|width| numbers.by_ref().take(rows * width).collect()).collect(),
            present: (0..3).map(|input| Some(has.iter().map(|has| has >> input & 1 == 1).collect())).collect(),
            labels: (0..rows as u32).map(|row| (row * 2 + seed as u32) % 3).collect(),
            weights: vec![],
            past: vec![],
        };
        for (input, width) in WIDTHS.iter().enumerate() {
            for (row, _) in has.iter().enumerate().filter(|(_, has)| *has >> input & 1 == 0) {
                batch.inputs[input][row * width..(row + 1) * width].fill(0.0);
            }
        }
        let (loss, gradients) = step(&whole, &params, &batch);
        let shared = Arc::new(params.clone());
        let logits = engine(Arc::new(whole.clone()), DeviceChoice::Cpu, Some(1)).unwrap().logits(&shared, &batch).unwrap();
        let decided = decide(&whole.loss, &Decision::default(), &Calibration::default(), &logits);

        let mut expected_loss = 0.0;
        let mut expected: Vec<(String, Vec<f32>)> =
            gradients.iter().map(|(name, numbers)| (name.clone(), vec![0.0; numbers.len()])).collect();
        for (row, has) in has.iter().enumerate() {
            let inputs: Vec<usize> = (0..3).filter(|input| has >> input & 1 == 1).collect();
            // A component over all inputs is left out where one of them is missing.
            let (strategy, settings) = match strategy {
                "multitask" if inputs.len() < 3 => ("multiplicative", settings.replace("merge = concat", "beta = 0.0")),
                _ if inputs.len() < 3 => (strategy, settings.replace("joint = true", "joint = false")),
                _ => (strategy, settings.to_owned()),
            };
            let plan = plan_of(&pipeline(&inputs, strategy, &settings), None);
            let own = taken(&plan, &whole, &params);
            let one = row_of(&batch, row, &inputs);
            let (loss, gradients) = step(&plan, &own, &one);
            expected_loss += loss / rows as f64;
            for (name, gradient) in gradients {
                let (_, sum) = expected.iter_mut().find(|(other, _)| *other == name).unwrap();
                sum.iter_mut().zip(gradient).for_each(|(to, from)| *to += from / rows as f32);
            }
            let logits = engine(Arc::new(plan.clone()), DeviceChoice::Cpu, Some(1)).unwrap().logits(&Arc::new(own), &one).unwrap();
            let alone = decide(&plan.loss, &Decision::default(), &Calibration::default(), &logits);
            prop_assert_eq!(alone.predicted[0], decided.predicted[row]);
            for class in 0..3 {
                close(decided.probabilities[row * 3 + class], alone.probabilities[class], 0.0, "probability")?;
                close(decided.class_losses[row * 3 + class], alone.class_losses[class], 0.0, "class loss")?;
            }
        }
        let (moved_loss, moved) = sensitivity(&whole, &params, &batch);
        close(loss, expected_loss, moved_loss, "loss")?;
        for (((name, found), (_, expected)), moved) in gradients.iter().zip(&expected).zip(&moved) {
            for ((found, expected), moved) in found.iter().zip(expected).zip(moved) {
                close(f64::from(*found), f64::from(*expected), *moved, name)?;
            }
        }
    }
}

#[test]
fn only_what_may_be_missing_is_needed() {
    let text = pipeline(&[0, 1], "mulmix", "head = linear(4) |> batch_norm").replace("modality b?", "modality b");
    let plan = plan_of(&text, None);
    let optional: Vec<bool> = plan.inputs.iter().map(|input| input.optional).collect();
    assert_eq!(optional, [true, false]);
    for component in &plan.loss.components {
        let step = plan.steps.iter().find(|step| step.makes == component.logits).unwrap();
        let expected: &[usize] = if component.inputs.contains(&0) { &[0] } else { &[] };
        assert_eq!(step.needs, expected, "{}", component.name);
    }
}

/// A linear layer of a plan over one row, in double precision; its weights are found by where their names begin.
fn layer(plan: &Plan, params: &Params, path: &str, x: &[f64]) -> Vec<f64> {
    let of = |ending: &str| {
        let is = |name: &str| name.starts_with(path) && name.ends_with(ending);
        params.get(plan.params.iter().position(|spec| is(&spec.name)).unwrap())
    };
    let (weight, bias) = (of(".weight"), of(".bias"));
    let line = |(weights, bias): (&[f32], &f32)| {
        f64::from(*bias) + weights.iter().zip(x).map(|(weight, x)| f64::from(*weight) * x).sum::<f64>()
    };
    weight.chunks(x.len()).zip(bias).map(line).collect()
}

/// Encoders that are made of several modalities and of other encoders are combined as any: a row without `c` is decided by
/// the combination of `a` and `b` alone.
#[test]
fn encoders_of_several_modalities_are_combined_as_any() {
    let text = "pipeline p\n\
        data { source = csv(\"rows.csv\")\n split = { test: last(10), valid: last(10) } }\n\
        label y: class[3] = column(\"y\")\n\
        modality a: dense[3] = columns(\"a_*\")\n\
        modality b: dense[2] = columns(\"b_*\")\n\
        modality c?: dense[4] = columns(\"c_*\")\n\
        encoder a_net = a |> linear(3)\n\
        encoder both = concat(a_net, b) |> linear(5)\n\
        encoder c_net = c |> linear(5)\n\
        combine mix = mulmix(both, c_net) { beta = 0.7 }\n\
        train { epochs = 1 }\n";
    let plan = plan_of(text, None);
    let params = initialize(&plan, 3);
    let batch = Batch {
        rows: 2,
        inputs: vec![
            vec![0.5, -1.0, 2.0, 1.5, 0.25, -0.5],
            vec![1.0, -2.0, 0.75, 0.5],
            vec![1.0, 0.5, -1.5, 2.0, 0.0, 0.0, 0.0, 0.0],
        ],
        present: vec![None, None, Some(vec![true, false])],
        labels: vec![2, 1],
        weights: vec![],
        past: vec![],
    };
    let (loss, _) = step(&plan, &params, &batch);

    let number = |input: usize, row: usize| {
        batch.inputs[input][row * WIDTHS[input]..][..WIDTHS[input]].iter().map(|x| f64::from(*x))
    };
    let mut expected = 0.0;
    for row in 0..2 {
        let mut joined = layer(&plan, &params, "a_net.", &number(0, row).collect::<Vec<_>>());
        joined.extend(number(1, row));
        let both = layer(&plan, &params, "both.", &joined);
        let c = layer(&plan, &params, "c_net.", &number(2, row).collect::<Vec<_>>());
        let sum: Vec<f64> = both.iter().zip(&c).map(|(both, c)| both + c).collect();
        let says = |component: &str, x: &[f64]| {
            let logits = layer(&plan, &params, &format!("mix.head.{component}."), x);
            let whole: f64 = logits.iter().map(|z| z.exp()).sum();
            logits[batch.labels[row] as usize].exp() / whole
        };
        let p = match row {
            0 => vec![says("both", &both), says("c_net", &c), says("both+c_net", &sum)],
            _ => vec![says("both", &both)],
        };
        for (i, own) in p.iter().enumerate() {
            let others = (0..p.len()).filter(|j| *j != i).map(|j| 1.0 - p[j]).product::<f64>();
            let q = if p.len() > 1 { others.powf(0.7 / (p.len() - 1) as f64) } else { 1.0 };
            expected -= q * own.ln() / 2.0;
        }
    }
    assert!((loss - expected).abs() < 1e-5, "{loss} instead of {expected}");
}
