//! Merges of two representations by gates and by products, against their formulas.

use crate::support::compiled::plan_of;
use mmc::exec::{DeviceChoice, engine, initialize};
use mmc::plan::{Batch, Plan};
use std::sync::Arc;

/// Two modalities of two numbers each, merged, and one logit layer over the result.
fn plan(merge: &str) -> Plan {
    plan_of(
        &format!(
            "pipeline p\n\
             data {{ source = csv(\"rows.csv\")\n split = {{ test: last(10), valid: last(10) }} }}\n\
             label y: class[2] = column(\"y\")\n\
             modality a: dense[2] = columns(\"a_*\")\n\
             modality b: dense[2] = columns(\"b_*\")\n\
             combine m = additive(a, b) {{ merge = {merge} }}\n\
             train {{ epochs = 1 }}\n"
        ),
        None,
    )
}

const A: [f32; 2] = [0.5, -1.25];
const B: [f32; 2] = [2.0, 0.75];

/// A linear layer by its name, applied to numbers.
type NamedLinear<'a> = &'a dyn Fn(&str, &[f64]) -> Vec<f64>;

/// The weights by name, and the logits of the row `A`, `B`, on both forms of the kernels.
fn run(plan: &Plan, wanted: &dyn Fn(NamedLinear<'_>) -> Vec<f64>) {
    let mut params = initialize(plan, 3);
    for (at, value) in params.values.iter_mut().enumerate() {
        *value = ((at * 7 % 11) as f32 - 5.0) / 6.0;
    }
    // A linear layer of this name, applied to numbers.
    let linear = |name: &str, x: &[f64]| {
        let id = |last: &str| plan.params.iter().position(|param| param.name == format!("m.{name}.{last}"));
        let weight = params.get(id("weight").unwrap_or_else(|| panic!("no {name} in {:?}", plan.params)));
        let bias = id("bias").map(|id| params.get(id));
        let out = weight.len() / x.len();
        (0..out)
            .map(|o| {
                let own = weight[o * x.len()..(o + 1) * x.len()].iter().zip(x);
                own.map(|(w, x)| f64::from(*w) * x).sum::<f64>() + bias.map_or(0.0, |bias| f64::from(bias[o]))
            })
            .collect::<Vec<f64>>()
    };
    let merged = wanted(&linear);
    let expected = linear("head.a+b.0", &merged);
    let batch = Batch {
        rows: 1,
        inputs: vec![A.to_vec(), B.to_vec()],
        present: vec![None; 2],
        labels: vec![0],
        weights: vec![],
        past: vec![],
    };
    let params = Arc::new(params.clone());
    for device in [DeviceChoice::Cpu, DeviceChoice::CpuComposed] {
        let found = engine(Arc::new(plan.clone()), device, Some(1)).unwrap().logits(&params, &batch).unwrap();
        for (found, expected) in found.components[0].iter().zip(&expected) {
            assert!((f64::from(*found) - expected).abs() < 1e-5, "{found} instead of {expected}");
        }
    }
}

fn wide(x: [f32; 2]) -> [f64; 2] {
    x.map(f64::from)
}

#[test]
fn gates_read_all_representations() {
    let plan = plan("gated(3)");
    run(&plan, &|linear| {
        let all = [wide(A), wide(B)].concat();
        let part = |name: &str, x: [f64; 2]| {
            let value = linear(&format!("gated.{name}.value.0"), &x);
            let gate = linear(&format!("gated.{name}.gate.0"), &all);
            value.iter().zip(gate).map(|(value, gate)| value.tanh() / (1.0 + (-gate).exp())).collect::<Vec<f64>>()
        };
        part("a", wide(A)).iter().zip(part("b", wide(B))).map(|(a, b)| a + b).collect()
    });
}

#[test]
fn a_tensor_of_low_rank_is_a_sum_of_products() {
    for rank in [1, 3] {
        let plan = plan(&format!("low_rank(2, rank: {rank})"));
        run(&plan, &|linear| {
            let product = |factor: usize| {
                let a = linear(&format!("low_rank.a.{factor}.0"), &wide(A));
                let b = linear(&format!("low_rank.b.{factor}.0"), &wide(B));
                [a[0] * b[0], a[1] * b[1]]
            };
            (0..rank).map(product).fold(vec![0.0; 2], |sum, more| vec![sum[0] + more[0], sum[1] + more[1]])
        });
    }
}
