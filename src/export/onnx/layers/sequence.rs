//! Convolutions, pools and attention over the steps of sequences, `[N, t, d]`. Steps past the end of a row count as zeros or
//! not at all.

use super::image::window_attributes;
use crate::export::onnx::builder::GraphValue;
use crate::export::onnx::element::ElementType;
use crate::export::onnx::operation::{OnnxForm, StepContext};
use crate::export::onnx::proto::AttributeProto;
use crate::ops::{AttentionPool, Conv1d, MaxPool, MeanPool, Window};

/// The number far below any other that a step past the end of a row has.
const LOWEST: f64 = -1e30;

/// Number of steps of the sequence that a step of the plan reads.
fn steps(context: &StepContext<'_>) -> usize {
    context.takes().0.first().copied().unwrap_or(1)
}

/// The lengths of the sequence that windows make.
fn window_lengths(context: &StepContext<'_>, window: &Window) -> Option<GraphValue> {
    let lengths = context.length()?.clone();
    let counted = StepContext { reads: &[lengths], ..*context };
    Some(crate::ops::WindowCount(*window).nodes(&counted))
}

impl OnnxForm for Conv1d {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        let (graph, zeros) = (context.graph, self.window.zeros() as i64);
        let x = context.masked(context.x(), context.length(), steps(context));
        let x = graph.transpose(&x, &[0, 2, 1]);
        let weight = context.param(0);
        let bias = (context.param_count() > 1).then(|| context.param(1));
        let mut inputs = vec![&x, &weight];
        inputs.extend(&bias);
        let attributes = vec![
            AttributeProto::ints("kernel_shape", &[self.window.size as i64]),
            AttributeProto::ints("strides", &[self.window.stride as i64]),
            AttributeProto::ints("pads", &[zeros, zeros]),
        ];
        let made = graph.transpose(&graph.node("Conv", &inputs, attributes, x.element), &[0, 2, 1]);
        let lengths = window_lengths(context, &self.window);
        context.masked(&made, lengths.as_ref(), context.step.shape.0[0])
    }
}

impl OnnxForm for MaxPool {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        let graph = context.graph;
        if let (Some(window), 3) = (self.window, context.takes().0.len()) {
            let attributes = window_attributes(&Window::inside(window.size, window.stride), &context.takes().0);
            return graph.node("MaxPool", &[context.x()], attributes, context.x().element);
        }
        let x = match context.length() {
            None => context.x().clone(),
            Some(lengths) => {
                let real = context.real_steps(lengths, steps(context));
                graph.choose(&real, context.x(), &graph.number(context.x(), LOWEST))
            }
        };
        let Some(window) = self.window else {
            let most = graph.squeeze(&graph.largest(&x, 1), 1);
            return context.zero_if_empty(&most);
        };
        let attributes = vec![
            AttributeProto::ints("kernel_shape", &[window.size as i64]),
            AttributeProto::ints("strides", &[window.stride as i64]),
        ];
        let x = graph.transpose(&x, &[0, 2, 1]);
        let most = graph.transpose(&graph.node("MaxPool", &[&x], attributes, x.element), &[0, 2, 1]);
        let lengths = window_lengths(context, &window);
        context.masked(&most, lengths.as_ref(), context.step.shape.0[0])
    }
}

impl OnnxForm for MeanPool {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        let graph = context.graph;
        let Some(lengths) = context.length() else { return graph.mean(context.x(), &[1], false) };
        let total = graph.total(&context.masked(context.x(), Some(lengths), steps(context)), 1);
        let count = graph.cast(&graph.max(lengths, &graph.number(lengths, 1.0)), ElementType::Float);
        graph.div(&total, &count)
    }
}

impl OnnxForm for AttentionPool {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        let graph = context.graph;
        let weight = graph.transpose(&context.param(0), &[1, 0]);
        let context_of = graph.unsqueeze(&context.param(2), 1);
        let seen = graph.tanh(&graph.add(&graph.matmul(context.x(), &weight), &context.param(1)));
        let mut scores = graph.matmul(&seen, &context_of);
        if let Some(lengths) = context.length() {
            let real = context.real_steps(lengths, steps(context));
            scores = graph.choose(&real, &scores, &graph.number(&scores, LOWEST));
        }
        let shares = context.masked(&graph.softmax(&scores, 1), context.length(), steps(context));
        graph.total(&graph.mul(context.x(), &shares), 1)
    }
}
