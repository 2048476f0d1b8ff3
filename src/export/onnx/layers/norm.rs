//! Norms, which in prediction use running statistics or those of the row.

use super::elementwise::activated;
use crate::export::onnx::builder::GraphValue;
use crate::export::onnx::element::ElementType;
use crate::export::onnx::operation::{OnnxForm, StepContext};
use crate::export::onnx::proto::AttributeProto;
use crate::ops::{BatchNorm, LayerNorm, UnitLogits};

impl OnnxForm for BatchNorm {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        let (weight, bias) = (context.param(0), context.param(1));
        let (mean, variance) = (context.buffer(0), context.buffer(1));
        let inputs = [context.x(), &weight, &bias, &mean, &variance];
        let attributes = vec![AttributeProto::float("epsilon", self.eps as f32)];
        let made = context.graph.node("BatchNormalization", &inputs, attributes, context.x().element);
        activated(context.graph, made, self.activation)
    }
}

impl OnnxForm for LayerNorm {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        let (weight, bias) = (context.param(0), context.param(1));
        let attributes = vec![AttributeProto::int("axis", -1), AttributeProto::float("epsilon", self.eps as f32)];
        context.graph.node("LayerNormalization", &[context.x(), &weight, &bias], attributes, context.x().element)
    }
}

/// In 64 bits, so that no square overflows or vanishes.
impl OnnxForm for UnitLogits {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        let graph = context.graph;
        let x = graph.cast(context.x(), ElementType::Double);
        let length = graph.sqrt(&graph.sum(&graph.mul(&x, &x), 1));
        let empty = graph.less(&length, &graph.number(&length, Self::LEAST_LENGTH));
        let divisor = graph.choose(&empty, &graph.number(&length, 1.0), &length);
        let factor = graph.div(&graph.number(&length, self.scale), &divisor);
        let factor = graph.choose(&empty, &graph.number(&factor, 0.0), &factor);
        graph.cast(&graph.mul(&x, &factor), ElementType::Float)
    }
}
