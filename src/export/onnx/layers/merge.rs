//! Several values into one.

use crate::export::onnx::builder::GraphValue;
use crate::export::onnx::operation::{OnnxForm, StepContext};
use crate::ops::{Attend, Concat, Mean, Sum};

impl OnnxForm for Concat {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        context.graph.concat(context.reads, 1)
    }
}

/// `x_1 + x_2 + ..`, in the order of the inputs.
fn sum(context: &StepContext<'_>, values: &[GraphValue]) -> GraphValue {
    let mut values = values.iter().cloned();
    let first = values.next().unwrap_or_else(|| context.x().clone());
    values.fold(first, |sum, value| context.graph.add(&sum, &value))
}

impl OnnxForm for Sum {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        sum(context, context.reads)
    }
}

impl OnnxForm for Mean {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        let total = sum(context, context.reads);
        context.graph.mul(&total, &context.graph.number(&total, 1.0 / context.reads.len() as f64))
    }
}

impl OnnxForm for Attend {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        let (graph, values) = (context.graph, &context.reads[1..]);
        let shares = graph.softmax(context.x(), 1);
        let mut weighted = vec![];
        for (at, value) in values.iter().enumerate() {
            let mut share = graph.slice(&shares, 1, at as i64, at as i64 + 1);
            // A share for each row, over all axes of the value.
            for axis in 1..context.step.shape.0.len() {
                share = graph.unsqueeze(&share, axis as i64 + 1);
            }
            weighted.push(graph.mul(value, &share));
        }
        let total = sum(context, &weighted);
        graph.mul(&total, &graph.number(&total, 1.0 / values.len() as f64))
    }
}
