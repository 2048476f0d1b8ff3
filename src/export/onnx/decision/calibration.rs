//! From class losses to reported probabilities: `softmax(-l / (s T))`.

use super::components::ComponentLogits;
use crate::export::onnx::builder::GraphValue;
use crate::fusion::{Calibration, EvidenceScale};

/// The probabilities of class losses `[N, K]`.
pub(crate) fn probabilities(
    values: &ComponentLogits<'_>,
    calibration: &Calibration,
    losses: &GraphValue,
) -> GraphValue {
    let (graph, one) = (values.graph, values.number(1.0));
    let scale = match calibration.scale {
        EvidenceScale::One => one.clone(),
        EvidenceScale::Count => graph.squeeze(&values.count, 1),
        EvidenceScale::Weights => {
            let weights = values.by_component(&values.weights);
            graph.squeeze(&graph.sum(&graph.mul(&values.mask, &weights), 1), 1)
        }
    };
    let scale = graph.choose(&graph.greater(&scale, &values.number(0.0)), &scale, &one);
    let divisor = graph.mul(&scale, &values.number(calibration.temperature));
    graph.softmax(&graph.negate(&graph.div(losses, &divisor)), 1)
}
