//! The class losses of a combination, with the numbers that were fitted for decisions.

use super::components::{ComponentLogits, LossValues};
use super::{dynamic, evidential, fuzzy, late, multiplicative};
use crate::export::onnx::builder::GraphValue;
use crate::fusion::{Combination, Combiner, Decision};

/// `l^k` of every class, `[N, K]`, and `q`, `[N, C, K]`.
pub(crate) fn class_losses(
    values: &mut ComponentLogits<'_>,
    combination: &Combination,
    decision: &Decision,
) -> (GraphValue, GraphValue) {
    if decision.temperatures.len() == values.components() {
        values.logits = values.graph.div(&values.logits, &values.by_component(&decision.temperatures));
    }
    let values = &*values;
    let made = match combination.deciding(decision) {
        Combination::Multiplicative(rule) => multiplicative::losses(values, &rule, &decision.log_prior),
        Combination::Average => late::average(values),
        Combination::Vote => late::vote(values),
        Combination::Learned(combiner) => late::learned(values, &combiner),
        // The softmax of a sum of logits is that of the sum of log p.
        Combination::Complementary(_) => late::learned(values, &Combiner::default()),
        Combination::Multitask(_) => late::multitask(values),
        Combination::Evidential(rule) => evidential::losses(values, rule.rule),
        Combination::Dynamic(rule) => dynamic::losses(values, rule.by),
        Combination::Fuzzy(_) => fuzzy::losses(values),
        Combination::Experts(_) => dynamic::experts(values),
    };
    let graph = values.graph;
    let any = graph.greater(&values.count, &values.number(0.0));
    let losses = match combination {
        // Of the prior alone where it is counted once.
        Combination::Multiplicative(_) => made.losses.clone(),
        _ => graph.choose(&any, &made.losses, &values.number(0.0)),
    };
    (graph.squeeze(&losses, 1), whole(values, &made))
}

/// `q` with a number for every class of every row.
fn whole(values: &ComponentLogits<'_>, made: &LossValues) -> GraphValue {
    let graph = values.graph;
    let sizes = graph.node("Shape", &[&values.logits], vec![], crate::export::onnx::element::ElementType::Int64);
    let q = values.where_present(&made.q, 0.0);
    graph.node("Expand", &[&q, &sizes], vec![], q.element)
}
