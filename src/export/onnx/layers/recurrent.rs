//! Recurrent layers: one node for each layer, with both directions. PyTorch orders gates otherwise than ONNX.

use crate::export::onnx::builder::GraphValue;
use crate::export::onnx::element::{ElementType, Elements};
use crate::export::onnx::operation::{OnnxForm, StepContext};
use crate::export::onnx::proto::AttributeProto;
use crate::ops::{Gru, Lstm, Recurrent};

/// Input, forget, cell, output become input, output, forget, cell.
const LSTM_GATES: [usize; 4] = [0, 3, 1, 2];
/// Reset, update, new become update, reset, new.
const GRU_GATES: [usize; 3] = [1, 0, 2];

/// The blocks of a parameter, one for each gate, in another order.
fn reordered(numbers: &[f32], gates: &[usize]) -> Vec<f32> {
    let block = numbers.len() / gates.len();
    gates.iter().flat_map(|gate| &numbers[gate * block..(gate + 1) * block]).copied().collect()
}

/// All layers: their states, or the last ones.
fn layers(recurrent: &Recurrent, operator: &str, gates: &[usize], context: &StepContext<'_>) -> GraphValue {
    let graph = context.graph;
    let (directions, hidden) = (recurrent.directions(), recurrent.hidden);
    let steps = context.takes().0.first().copied().unwrap_or(1);
    // An empty row is read as one step of zeros, and its result is replaced: runtimes differ in how they read no step.
    let counted = context.length().map(|lengths| {
        let lengths = graph.max(lengths, &graph.number(lengths, 1.0));
        graph.squeeze(&graph.cast(&lengths, ElementType::Int32), 1)
    });
    let masked = context.masked(context.x(), context.length(), steps);
    let mut x = graph.transpose(&masked, &[1, 0, 2]);
    let mut last = x.clone();
    for layer in 0..recurrent.layers {
        let param = |direction: usize, part: usize| {
            reordered(context.numbers((layer * directions + direction) * 4 + part), gates)
        };
        let stacked = |parts: &[usize], width: usize| {
            let numbers: Vec<f32> = (0..directions)
                .flat_map(|direction| parts.iter().flat_map(move |part| param(direction, *part)))
                .collect();
            let rows = numbers.len() / (directions * width);
            let dims = if parts.len() == 1 { vec![directions, rows, width] } else { vec![directions, rows] };
            graph.constant(&dims, &Elements::Floats(numbers))
        };
        let width = context.numbers(layer * directions * 4).len() / (gates.len() * hidden);
        let (input, state, bias) = (stacked(&[0], width), stacked(&[1], hidden), stacked(&[2, 3], 1));
        let mut inputs = [&x, &input, &state, &bias].map(|value| value.name.to_string()).to_vec();
        inputs.extend(counted.as_ref().map(|lengths| lengths.name.to_string()));
        let mut attributes = vec![
            AttributeProto::int("hidden_size", hidden as i64),
            AttributeProto::text("direction", if directions == 2 { "bidirectional" } else { "forward" }),
        ];
        if operator == "GRU" {
            attributes.push(AttributeProto::int("linear_before_reset", 1));
        }
        let made = graph.operator("", operator, inputs, attributes, ElementType::Float, 2);
        // [t, directions, N, h] to [t, N, states], and [directions, N, h] to [N, states].
        x = graph.reshape(&graph.transpose(&made[0], &[0, 2, 1, 3]), &[0, 0, recurrent.states() as i64]);
        last = graph.reshape(&graph.transpose(&made[1], &[1, 0, 2]), &[0, recurrent.states() as i64]);
    }
    match recurrent.all {
        true => context.masked(&graph.transpose(&x, &[1, 0, 2]), context.length(), steps),
        false => context.zero_if_empty(&last),
    }
}

impl OnnxForm for Lstm {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        layers(&self.recurrent(), "LSTM", &LSTM_GATES, context)
    }
}

impl OnnxForm for Gru {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        layers(&self.recurrent(), "GRU", &GRU_GATES, context)
    }
}
