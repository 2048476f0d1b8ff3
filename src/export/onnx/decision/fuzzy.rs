//! Memberships of classes, weighted by uncertainty and conflict.

use super::components::{ComponentLogits, LossValues};
use crate::export::onnx::builder::GraphValue;
use crate::export::onnx::element::Elements;

/// Numbers are at least this before a logarithm.
const LEAST: f64 = 1e-7;

/// `-log r^k` of the memberships of all components.
pub(super) fn losses(values: &ComponentLogits<'_>) -> LossValues {
    let graph = values.graph;
    let memberships = memberships(values);
    let sure = graph.sub(&values.number(1.0), &uncertainty(values, &credibility(values, &memberships)));
    let agreement = graph.div(&agreement(values, &memberships), &values.others());
    let several = graph.greater(&values.count, &values.number(1.0));
    let merits = graph.choose(&several, &graph.mul(&sure, &agreement), &sure);
    let weights = values.softmax_present(&merits);
    let fused = values.sum_present(&graph.mul(&memberships, &weights));
    let credibility = credibility(values, &fused);
    let losses = graph.negate(&graph.log(&graph.max(&credibility, &values.number(LEAST))));
    LossValues { losses, q: weights }
}

/// `max(0, z / ||z||_3)`; zeros for a zero vector.
fn memberships(values: &ComponentLogits<'_>) -> GraphValue {
    let (graph, none) = (values.graph, values.number(0.0));
    let size = graph.abs(&values.logits);
    let cubes = graph.sum(&graph.mul(&graph.mul(&size, &size), &size), 2);
    let length = graph.pow(&cubes, &values.number(1.0 / 3.0));
    let divisor = graph.choose(&graph.equal(&length, &none), &values.number(1.0), &length);
    graph.max(&graph.div(&values.logits, &divisor), &none)
}

/// `r^k = (m^k + 1 - largest other m) / 2`
fn credibility(values: &ComponentLogits<'_>, memberships: &GraphValue) -> GraphValue {
    let graph = values.graph;
    let first = values.is_first_largest(memberships);
    let others = graph.choose(&first, &values.number(f64::NEG_INFINITY), memberships);
    let against = graph.choose(&first, &graph.largest(&others, 2), &graph.largest(memberships, 2));
    let own = graph.sub(&graph.add(memberships, &values.number(1.0)), &against);
    graph.mul(&own, &values.number(0.5))
}

/// The mean of the binary entropies, between 0 and 1.
fn uncertainty(values: &ComponentLogits<'_>, credibility: &GraphValue) -> GraphValue {
    let graph = values.graph;
    let half = |r: &GraphValue| graph.negate(&graph.mul(r, &graph.log(&graph.max(r, &values.number(LEAST)))));
    let both = graph.add(&half(credibility), &half(&graph.sub(&values.number(1.0), credibility)));
    graph.div(&graph.mean(&both, &[2], true), &values.number(std::f64::consts::LN_2))
}

/// The sum of the cosines to the other components that are present, `[N, C, 1]`.
fn agreement(values: &ComponentLogits<'_>, memberships: &GraphValue) -> GraphValue {
    let (graph, count) = (values.graph, values.components());
    let present = values.where_present(memberships, 0.0);
    let length = graph.sqrt(&graph.sum(&graph.mul(&present, &present), 2));
    let zero = graph.equal(&length, &values.number(0.0));
    let unit = graph.div(&present, &graph.choose(&zero, &values.number(1.0), &length));
    let cosines = graph.matmul(&unit, &graph.transpose(&unit, &[0, 2, 1]));
    let own = (0..count * count).map(|at| at / count == at % count).collect();
    let own = graph.constant(&[1, count, count], &Elements::Bools(own));
    graph.sum(&graph.choose(&own, &values.number(0.0), &cosines), 2)
}
