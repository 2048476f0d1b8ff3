//! Convolutions, batch norms and a whole ResNet-20 against the numbers of PyTorch in double precision:
//! `tests/fixtures/images.py` made them.

use super::{BOTH, KEY, close, start};
use crate::support::compiled::plan_of;
use crate::support::network::Network;
use mmc::exec::{DeviceChoice, Params};
use mmc::fusion::Combination;
use mmc::ops::{BatchNorm, Conv2d, Op, Padding, Window};
use mmc::plan::{Batch, Plan};
use mmc::shape::Shape;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
struct Fixture {
    convolutions: Vec<Convolution>,
    norms: Vec<Case>,
    resnet20: Deep,
}

#[derive(Deserialize)]
struct Convolution {
    size: usize,
    stride: usize,
    padding: usize,
    bias: bool,
    #[serde(flatten)]
    case: Case,
}

/// Logits by running statistics; then one training step: its loss, its gradients, the running statistics after it.
#[derive(Deserialize)]
struct Case {
    logits: Vec<Vec<f64>>,
    loss: f64,
    running: Vec<Vec<f64>>,
    gradients: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct Deep {
    logits: Vec<Vec<f64>>,
    loss: f64,
    /// The norm of each gradient.
    norms: Vec<f64>,
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("../fixtures/images.json")).unwrap()
}

/// The numbers in -1..1 that the script computes too.
fn numbers(count: usize, salt: u64) -> impl Iterator<Item = f64> {
    const LOW: u64 = 0xFFFF_FFFF;
    (0..count as u64).map(move |at| {
        let mut x = (at * 2_654_435_761 + salt * 40_503) & LOW;
        x = ((x ^ (x >> 15)) * 2_246_822_519) & LOW;
        x ^= x >> 13;
        f64::from((x as f64 / 2f64.powi(31) - 1.0) as f32)
    })
}

/// Every parameter and buffer as in the script, by its number and kind.
fn fill(plan: &Plan) -> Arc<Params> {
    let mut params = Params::zeros(plan);
    for (id, spec) in plan.params.iter().enumerate() {
        let of_a_norm = plan.steps.iter().any(|step| step.params.contains(&id) && matches!(step.op, Op::BatchNorm(_)));
        let (scale, base) = match spec.shape.0.as_slice() {
            [_, rest @ ..] if !rest.is_empty() => ((3.0 / rest.iter().product::<usize>() as f64).sqrt(), 0.0),
            _ if of_a_norm => (0.25, if spec.name.ends_with("weight") { 1.0 } else { 0.0 }),
            _ if plan.steps.iter().any(|step| step.params.contains(&id) && matches!(step.op, Op::Conv2d(_))) => {
                (0.5, 0.0)
            }
            _ => (0.25, 0.0),
        };
        let range = params.range(id);
        for (value, number) in params.values[range].iter_mut().zip(numbers(spec.shape.size(), id as u64 + 1)) {
            *value = (base + scale * number) as f32;
        }
    }
    for (id, buffer) in params.buffers.iter_mut().enumerate() {
        let (scale, base) = if id % 2 == 0 { (0.25, 0.0) } else { (0.5, 1.0) };
        let length = buffer.len();
        for (value, number) in buffer.iter_mut().zip(numbers(length, 1000 + id as u64)) {
            *value = (base + scale * number) as f32;
        }
    }
    Arc::new(params)
}

fn images(plan: &Plan, rows: usize) -> Batch {
    let size = plan.inputs[0].shape.size();
    let classes = plan.loss.classes.len();
    Batch {
        rows,
        inputs: vec![numbers(rows * size, 77).map(|number| number as f32).collect()],
        present: vec![None],
        labels: (0..rows).map(|row| (row * 7 % classes) as u32).collect(),
        weights: vec![],
        past: vec![],
    }
}

fn all_close(found: &[f32], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        close(f64::from(*found), *expected, tolerance * expected.abs().max(1.0), what);
    }
}

/// A 1 x 1 convolution to three channels, the operation, and its output as logits.
fn around(image: [usize; 3], operation: Op) -> Plan {
    let first = Op::Conv2d(Conv2d {
        channels: 3,
        window: Window { size: 1, stride: 1, padding: Padding::Same },
        bias: true,
        init: None,
    });
    let mut net = Network::new(2);
    let x = net.image("x", image);
    let x = net.drawn(x, first);
    let y = net.drawn(x, operation);
    let y = net.drawn(y, Op::Flatten);
    net.component(y, 1.0);
    let mut plan = net.finish(Combination::Average);
    let classes = plan.steps.last().unwrap().shape.size();
    plan.loss.classes = (0..classes).map(|class| class.to_string()).collect();
    plan
}

fn check(plan: &Plan, rows: usize, case: &Case, what: &str) {
    let (params, batch) = (fill(plan), images(plan, rows));
    for device in BOTH {
        let what = format!("{what} on {device:?}");
        let mut engine = start(plan, device, 2);
        let found = engine.logits(&params, &batch).unwrap();
        assert_eq!(found.components.len(), case.logits.len());
        for (found, expected) in found.components.iter().zip(&case.logits) {
            all_close(found, expected, 1e-5, &format!("{what}: evaluated"));
        }
        let result = engine.step(&params, &batch, KEY).unwrap();
        close(result.loss, case.loss, 1e-5, &what);
        let mut gradient = vec![0.0; params.values.len()];
        for shard in result.gradients.iter() {
            gradient.iter_mut().zip(shard).for_each(|(to, from)| *to += from);
        }
        for (id, expected) in case.gradients.iter().enumerate() {
            all_close(&gradient[params.range(id)], expected, 1e-5, &format!("{what}: gradient {id}"));
        }
        let running: Vec<Vec<f32>> = (result.moments.iter())
            .map(|(id, moment)| {
                let old = params.buffer(*id).iter().zip(moment);
                old.map(|(old, moment)| 0.9 * old + 0.1 * moment).collect()
            })
            .collect();
        assert_eq!(running.len(), case.running.len());
        for (running, expected) in running.iter().zip(&case.running) {
            all_close(running, expected, 1e-5, &format!("{what}: running statistics"));
        }
    }
}

#[test]
fn convolutions() {
    let cases = fixture().convolutions;
    assert_eq!(cases.len(), 4);
    for Convolution { size, stride, padding, bias, case } in cases {
        let window = Window { size, stride, padding: Padding::Zeros(padding) };
        let plan = around([2, 6, 5], Op::Conv2d(Conv2d { channels: 4, window, bias, init: None }));
        check(&plan, 3, &case, &format!("conv2d {size}, {stride}, {padding}"));
    }
}

#[test]
fn batch_norm_of_images() {
    let plan = around([2, 3, 4], Op::BatchNorm(BatchNorm { eps: 1e-3, momentum: 0.1, activation: None }));
    check(&plan, 5, &fixture().norms[0], "batch_norm");
}

#[test]
fn a_whole_resnet_20() {
    let plan = plan_of(
        "pipeline p\n\
         data { source = synthetic(\"collider\")\n split = { test: last(10), valid: last(10) } }\n\
         label object: class[10] = column(\"label\")\n\
         modality photo: image[3, 32, 32] = column(\"image\")\n\
         encoder trunk = photo |> resnet(depth: 20)\n\
         combine all = late(trunk.unit1, trunk.unit2, trunk.unit3, trunk.top)\n\
         train { epochs = 1 }\n",
        None,
    );
    assert_eq!(plan.inputs[0].shape, Shape(vec![3, 32, 32]));
    let (params, batch, expected) = (fill(&plan), images(&plan, 2), fixture().resnet20);
    for device in [DeviceChoice::Cpu, DeviceChoice::CpuComposed] {
        let mut engine = start(&plan, device, 2);
        let found = engine.logits(&params, &batch).unwrap();
        assert_eq!(found.components.len(), 4);
        for (found, expected) in found.components.iter().zip(&expected.logits) {
            all_close(found, expected, 1e-5, &format!("logits on {device:?}"));
        }
        let result = engine.step(&params, &batch, KEY).unwrap();
        close(result.loss, expected.loss, 1e-4, "the loss of a training step");
        assert_eq!((expected.norms.len(), result.gradients.len()), (plan.params.len(), 1));
        for (id, (spec, expected)) in plan.params.iter().zip(&expected.norms).enumerate() {
            let squares = result.gradients[0][params.range(id)].iter().map(|g| f64::from(*g) * f64::from(*g));
            close(squares.sum::<f64>().sqrt(), *expected, 1e-3 * expected.max(0.01), &spec.name);
        }
    }
}
