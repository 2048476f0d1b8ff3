//! Evidence of components, combined by a rule.

use super::components::{ComponentLogits, LossValues};
use crate::export::onnx::builder::GraphValue;
use crate::fusion::EvidenceRule;

/// `-log (a^k / S)` of the combined evidence.
pub(super) fn losses(values: &ComponentLogits<'_>, rule: EvidenceRule) -> LossValues {
    let (graph, one) = (values.graph, values.number(1.0));
    let classes = values.number(values.classes as f64);
    let evidence = graph.softplus(&values.logits);
    let (log_a, q) = match rule {
        EvidenceRule::Dempster => {
            let t = values.sum_present(&graph.log1p(&graph.div(&evidence, &classes)));
            let k = values.classes as f64;
            let less = graph.mul(&graph.exp(&graph.negate(&t)), &values.number((1.0 - k) / k));
            (graph.add(&graph.add(&t, &graph.log(&classes)), &graph.log1p(&less)), values.mask.clone())
        }
        EvidenceRule::Mean => (log_of_mean(values, &evidence), values.mask.clone()),
        EvidenceRule::Discounted => {
            let strength = graph.add(&graph.sum(&evidence, 2), &classes);
            let uncertainty = graph.div(&classes, &strength);
            let trust = trust(values, &graph.div(&graph.add(&evidence, &one), &strength), &uncertainty);
            let belief = graph.div(&evidence, &strength);
            let left = graph.add(&graph.mul(&trust, &uncertainty), &graph.sub(&one, &trust));
            let discounted = graph.div(&graph.mul(&graph.mul(&trust, &belief), &classes), &left);
            (log_of_mean(values, &discounted), trust)
        }
    };
    LossValues { losses: graph.sub(&graph.log_sum_exp(&log_a, 2), &log_a), q }
}

/// `log (mean_v e_v^k + 1)` over the components present.
fn log_of_mean(values: &ComponentLogits<'_>, evidence: &GraphValue) -> GraphValue {
    let graph = values.graph;
    let count = graph.max(&values.count, &values.number(1.0));
    graph.log(&graph.add(&graph.div(&values.sum_present(evidence), &count), &values.number(1.0)))
}

/// `d_v`: the product over the others that are present of `1 - c_vw`, `[N, C, 1]`, with `c_vw` how much two opinions
/// contradict each other where both are sure.
fn trust(values: &ComponentLogits<'_>, expected: &GraphValue, uncertainty: &GraphValue) -> GraphValue {
    let (graph, one) = (values.graph, values.number(1.0));
    let sure = values.where_present(&graph.sub(&one, uncertainty), 0.0);
    let mut product: Option<GraphValue> = None;
    for other in 0..values.components() as i64 {
        let of_other = |x: &GraphValue| graph.slice(x, 1, other, other + 1);
        let apart = graph.sum(&graph.abs(&graph.sub(expected, &of_other(expected))), 2);
        let conflict = graph.mul(&graph.mul(&apart, &values.number(0.5)), &graph.mul(&sure, &of_other(&sure)));
        let factor = graph.sub(&one, &conflict);
        product = Some(match product {
            None => factor,
            Some(product) => graph.mul(&product, &factor),
        });
    }
    product.unwrap_or(one)
}
