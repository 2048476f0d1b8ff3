//! Functions of each number, matrices, and what does nothing in prediction.

use crate::export::onnx::builder::{GraphBuilder, GraphValue};
use crate::export::onnx::operation::{OnnxForm, StepContext};
use crate::export::onnx::proto::AttributeProto;
use crate::ops::{Activation, AffineOp, Arithmetic, Dropout, FillMissing, Hold, Linear};

/// The value of an activation, if there is one.
pub(super) fn activated(graph: &GraphBuilder, x: GraphValue, activation: Option<Activation>) -> GraphValue {
    match activation {
        None => x,
        Some(Activation::Relu) => graph.relu(&x),
        Some(Activation::Tanh) => graph.tanh(&x),
        Some(Activation::Sigmoid) => graph.sigmoid(&x),
        Some(Activation::Reciprocal) => graph.reciprocal(&x),
        Some(Activation::Gelu) => {
            let number = |number| graph.number(&x, number);
            let cube = graph.mul(&graph.mul(&x, &x), &x);
            let inner = graph.add(&x, &graph.mul(&cube, &number(0.044_715)));
            let inner = graph.tanh(&graph.mul(&inner, &number((2.0 / std::f64::consts::PI).sqrt())));
            graph.mul(&graph.mul(&x, &number(0.5)), &graph.add(&inner, &number(1.0)))
        }
    }
}

impl OnnxForm for Activation {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        activated(context.graph, context.x().clone(), Some(*self))
    }
}

impl OnnxForm for Arithmetic {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        let (x, y) = (&context.reads[0], &context.reads[1]);
        match self {
            Arithmetic::Add => context.graph.add(x, y),
            Arithmetic::Sub => context.graph.sub(x, y),
            Arithmetic::Mul => context.graph.mul(x, y),
            Arithmetic::Div => context.graph.div(x, y),
        }
    }
}

impl OnnxForm for AffineOp {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        let (graph, x) = (context.graph, context.x());
        graph.add(&graph.mul(x, &graph.number(x, self.scale)), &graph.number(x, self.offset))
    }
}

impl OnnxForm for Linear {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        let weight = context.param(0);
        let bias = (context.param_count() > 1).then(|| context.param(1));
        let mut inputs = vec![context.x(), &weight];
        inputs.extend(&bias);
        let made = context.graph.node("Gemm", &inputs, vec![AttributeProto::int("transB", 1)], context.x().element);
        activated(context.graph, made, self.activation)
    }
}

impl OnnxForm for Dropout {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        context.x().clone()
    }
}

impl OnnxForm for Hold {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        context.x().clone()
    }
}

impl OnnxForm for FillMissing {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        match context.present() {
            None => context.x().clone(),
            Some(present) => context.graph.choose(&present, context.x(), &context.param(0)),
        }
    }
}
