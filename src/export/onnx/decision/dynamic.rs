//! Logits or probabilities added up with weights that each row decides.

use super::components::{ComponentLogits, LossValues};
use crate::export::onnx::builder::GraphValue;
use crate::fusion::RowWeight;

/// What keeps the denominator of the share of the others from 0.
const LEAST: f64 = 1e-8;

/// `-log softmax_k sum_v w_v z_v^k`
pub(super) fn losses(values: &ComponentLogits<'_>, by: RowWeight) -> LossValues {
    let graph = values.graph;
    let weights = match by {
        RowWeight::Energy => graph.div(&graph.log_sum_exp(&values.logits, 2), &values.number(10.0)),
        RowWeight::Entropy => {
            let losses = values.neg_log_softmax(&values.logits);
            let terms = graph.mul(&losses, &graph.exp(&graph.negate(&losses)));
            values.softmax_present(&graph.negate(&graph.sum(&terms, 2)))
        }
        RowWeight::Predicted => values.softmax_present(&graph.mul(&merits(values), &calibrations(values))),
    };
    let fused = values.sum_present(&graph.mul(&weights, &values.logits));
    LossValues { losses: values.neg_log_softmax(&fused), q: weights }
}

/// The scores of components; zeros where the combination has none.
fn scores(values: &ComponentLogits<'_>) -> GraphValue {
    values.scores.clone().unwrap_or_else(|| values.by_component(&vec![0.0; values.components()]))
}

/// The confidence that a net predicts, and the share of the others in the doubt of all.
fn merits(values: &ComponentLogits<'_>) -> GraphValue {
    let graph = values.graph;
    let logs = graph.negate(&graph.softplus(&graph.negate(&scores(values))));
    let all = values.sum_present(&logs);
    let others = graph.sub(&all, &logs);
    graph.add(&graph.exp(&logs), &graph.div(&others, &graph.sub(&all, &values.number(LEAST))))
}

/// `min(1, D_v / mean over the others of D_w)`, with `D_v` the mean distance of its probabilities from 1/K.
fn calibrations(values: &ComponentLogits<'_>) -> GraphValue {
    let graph = values.graph;
    let probabilities = graph.exp(&graph.negate(&values.neg_log_softmax(&values.logits)));
    let even = values.number(1.0 / values.classes as f64);
    let distance = graph.mean(&graph.abs(&graph.sub(&probabilities, &even)), &[2], true);
    let distance = values.where_present(&distance, 0.0);
    let mean = graph.div(&graph.sub(&graph.sum(&distance, 1), &distance), &values.others());
    let less = graph.less(&distance, &mean);
    let divisor = graph.choose(&less, &mean, &values.number(1.0));
    graph.choose(&less, &graph.div(&distance, &divisor), &values.number(1.0))
}

/// Probabilities averaged with weights of a gate: `-log sum_v softmax(s)_v p_v^k`.
pub(super) fn experts(values: &ComponentLogits<'_>) -> LossValues {
    let graph = values.graph;
    let scores = values.where_present(&scores(values), f64::NEG_INFINITY);
    let all = graph.log_sum_exp(&scores, 1);
    let mass = graph.log_sum_exp(&graph.sub(&scores, &values.neg_log_softmax(&values.logits)), 1);
    LossValues { losses: graph.sub(&all, &mass), q: graph.exp(&graph.sub(&scores, &all)) }
}
