//! Modalities, lengths of sequences, tables of ids, and the same numbers as a vector.

use crate::export::onnx::builder::GraphValue;
use crate::export::onnx::element::ElementType;
use crate::export::onnx::operation::{OnnxForm, StepContext};
use crate::ops::{Embedding, Flatten, InputIndex, RealSteps, StepCount, TokenCount, WindowCount};

impl OnnxForm for InputIndex {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        context.inputs[self.0].value.clone()
    }
}

/// The place of the last id that is not padding, counted from 1.
impl OnnxForm for TokenCount {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        let (graph, ids) = (context.graph, context.x());
        let steps = context.takes().size();
        let padding = graph.equal(ids, &graph.number(ids, 0.0));
        let places = graph.ints(&[1, steps], 1..=steps as i64);
        graph.largest(&graph.choose(&padding, &graph.number(ids, 0.0), &places), 1)
    }
}

/// The steps before the first one that is not-a-number.
impl OnnxForm for StepCount {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        let graph = context.graph;
        let steps = context.takes().0.first().copied().unwrap_or(1);
        let first = graph.squeeze(&graph.slice(context.x(), 2, 0, 1), 2);
        let places = graph.ints(&[1, steps], 0..steps as i64);
        graph.smallest(&graph.choose(&graph.is_nan(&first), &places, &graph.ints(&[], [steps as i64])), 1)
    }
}

impl OnnxForm for RealSteps {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        let (graph, x) = (context.graph, context.x());
        graph.choose(&graph.is_nan(x), &graph.number(x, 0.0), x)
    }
}

/// `(n + 2 zeros - size) / stride + 1`, rounded down; 0 where no window fits, and for an empty sequence.
impl OnnxForm for WindowCount {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        let (graph, lengths, window) = (context.graph, context.x(), &self.0);
        let number = |number: usize| graph.ints(&[], [number as i64]);
        let (zeros, size) = (2 * window.zeros(), window.size);
        let room = graph.sub(&graph.add(lengths, &number(zeros)), &number(size));
        let fits = graph.and(&graph.greater(&room, &graph.ints(&[], [-1])), &graph.greater(lengths, &number(0)));
        let count = graph.add(&graph.div(&room, &number(window.stride)), &number(1));
        graph.choose(&fits, &count, &number(0))
    }
}

impl OnnxForm for Embedding {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        let found = context.graph.gather(&context.param(0), context.x());
        if self.steps { found } else { context.graph.squeeze(&found, 1) }
    }
}

impl OnnxForm for Flatten {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        let size = context.takes().size() as i64;
        debug_assert!(context.x().element != ElementType::Text);
        context.graph.reshape(context.x(), &[0, size])
    }
}
