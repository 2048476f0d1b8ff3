//! Equations 8 and 9 over the components that are present.

use super::components::{ComponentLogits, LossValues};
use crate::fusion::Multiplicative;

/// `q_i^k = prod_{j != i} (1 - p_j^k)^(beta / (C - 1))`, `l^k = -sum_i w_i q_i^k log p_i^k`, and the prior counted once where
/// it has a logarithm.
pub(super) fn losses(values: &ComponentLogits<'_>, rule: &Multiplicative, log_prior: &[f64]) -> LossValues {
    let graph = values.graph;
    let (neg_log_p, log_rest) = values.log_probabilities();
    let exponent = graph.div(&values.number(rule.beta), &values.others());
    let others = graph.sub(&graph.sum(&log_rest, 1), &log_rest);
    let q = graph.exp(&graph.mul(&exponent, &others));
    let weighted = graph.mul(&q, &values.by_component(&values.weights));
    let mut losses = values.sum_present(&graph.mul(&weighted, &neg_log_p));
    if log_prior.len() == values.classes {
        let counted = graph.sub(&values.sum_present(&weighted), &values.number(1.0));
        losses = graph.add(&losses, &graph.mul(&counted, &values.by_class(log_prior)));
    }
    LossValues { losses, q }
}
