//! Late fusion by average, vote and a learned combiner, and the combination in which the last component decides.

use super::components::{ComponentLogits, LossValues};
use crate::export::onnx::builder::GraphValue;
use crate::export::onnx::operation::as_number;
use crate::fusion::Combiner;

/// `-log mean_i p_i^k` over the components present.
fn neg_log_mean(values: &ComponentLogits<'_>, neg_log_p: &GraphValue) -> GraphValue {
    let graph = values.graph;
    let log_p = values.where_present(&graph.negate(neg_log_p), f64::NEG_INFINITY);
    graph.sub(&graph.log(&values.count), &graph.log_sum_exp(&log_p, 1))
}

/// `l^k = -log mean_i p_i^k`
pub(super) fn average(values: &ComponentLogits<'_>) -> LossValues {
    let (neg_log_p, _) = values.log_probabilities();
    LossValues { losses: neg_log_mean(values, &neg_log_p), q: values.mask.clone() }
}

/// `l^k = -log ((votes for k + mean_i p_i^k) / (C + 1))`
pub(super) fn vote(values: &ComponentLogits<'_>) -> LossValues {
    let graph = values.graph;
    let (neg_log_p, _) = values.log_probabilities();
    let mean = graph.exp(&graph.negate(&neg_log_mean(values, &neg_log_p)));
    let vote = as_number(graph, &values.is_first_largest(&graph.negate(&neg_log_p)));
    let votes = graph.add(&values.sum_present(&vote), &mean);
    let count = graph.add(&values.count, &values.number(1.0));
    LossValues { losses: graph.sub(&graph.log(&count), &graph.log(&votes)), q: values.mask.clone() }
}

/// `l^k = -log softmax_k(b^k + sum_i w_i log p_i^k)`
pub(super) fn learned(values: &ComponentLogits<'_>, combiner: &Combiner) -> LossValues {
    let graph = values.graph;
    let (neg_log_p, _) = values.log_probabilities();
    let weight = |component: usize| combiner.weights.get(component).copied().unwrap_or(1.0);
    let weights: Vec<f64> = (0..values.components()).map(weight).collect();
    let bias = |class: usize| combiner.bias.get(class).copied().unwrap_or(0.0);
    let bias: Vec<f64> = (0..values.classes).map(bias).collect();
    let q = graph.mul(&values.mask, &values.by_component(&weights));
    let losses = graph.sub(&graph.sum(&graph.mul(&q, &neg_log_p), 1), &values.by_class(&bias));
    let mass = graph.log_sum_exp(&graph.negate(&losses), 2);
    LossValues { losses: graph.add(&losses, &mass), q }
}

/// `l^k` of the last component, or the sum of those present where it is absent.
pub(super) fn multitask(values: &ComponentLogits<'_>) -> LossValues {
    let graph = values.graph;
    let (neg_log_p, _) = values.log_probabilities();
    let joint = values.components() as i64 - 1;
    let joint_present = graph.slice(&values.mask, 1, joint, joint + 1);
    let is_joint: Vec<f64> = (0..=joint).map(|component| if component == joint { 1.0 } else { 0.0 }).collect();
    let alone = graph.sub(&values.number(1.0), &joint_present);
    let decides = graph.max(&values.by_component(&is_joint), &alone);
    let q = graph.mul(&values.mask, &decides);
    LossValues { losses: graph.sum(&graph.mul(&q, &neg_log_p), 1), q }
}
