//! `lstm(hidden)`: a long short-term memory over the steps of a sequence.

use super::layer::{Layer, ShapeError, Weight, WeightInit};
use super::sequence::{fits_in_memory, sequence, steps_and_width};
use super::{Arguments, Constant, Kind, Lstm, Op, Parameter, Signature};
use crate::shape::Shape;

pub(super) const LSTM: Layer = Layer {
    signature: Signature::new("lstm", "a long short-term memory that reads a sequence step by step")
        .shapes("[t, d] -> [hidden], or [t, hidden] of all steps; twice as wide where it is bidirectional")
        .equation(
            "c_t = f_t c_(t-1) + i_t g_t, h_t = o_t tanh(c_t), with i, f, o = sigmoid and g = tanh of \
             W_ih x_t + b_ih + W_hh h_(t-1) + b_hh",
        )
        .params(&[
            Parameter::new("hidden", Kind::Integer(1), "how many numbers a state has"),
            Parameter::new("layers", Kind::Integer(1), "how many memories read the states of the one before")
                .or(Constant::Integer(1))
                .of_paper(),
            Parameter::new("bidirectional", Kind::Bool, "whether each layer also reads from the end")
                .or(Constant::Bool(false))
                .of_paper(),
            Parameter::new("output", Kind::Choice(&["last", "all"]), "the last state, or the state of every step")
                .or(Constant::Word("last"))
                .of_paper(),
        ])
        .example(
            "modality name: text[24] = column(\"name\") |> lowercase |> chars(max: 24)\n\
             encoder net = name |> embedding(32) |> lstm(128)",
        ),
    make,
};

fn make(args: &Arguments) -> Op {
    Op::Lstm(Lstm {
        hidden: args.size("hidden"),
        layers: args.size("layers"),
        bidirectional: args.flag("bidirectional"),
        all: args.word("output") == "all",
    })
}

/// Layers at most: more is a mistake.
const MOST_LAYERS: usize = 64;

pub(super) fn shape(lstm: &Lstm, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
    let (steps, width) = sequence("lstm", inputs)?;
    if lstm.layers > MOST_LAYERS {
        let message = format!("`lstm` has at most {MOST_LAYERS} layers, found {}", lstm.layers);
        return Err(ShapeError { message, inputs: vec![], help: None });
    }
    fits_in_memory(&[lstm.hidden, 4, width.max(lstm.states()), lstm.layers])?;
    Ok(if lstm.all { Shape(vec![steps, lstm.states()]) } else { Shape::vector(lstm.states()) })
}

pub(super) fn weights(lstm: &Lstm, input: &Shape) -> Vec<Weight> {
    let (hidden, gates) = (lstm.hidden, 4 * lstm.hidden);
    let mut weights = vec![];
    for layer in 0..lstm.layers {
        let width = if layer == 0 { input.0.last().copied().unwrap_or(0) } else { lstm.states() };
        for direction in ["", "_reverse"].into_iter().take(lstm.directions()) {
            let mut add = |name: &str, shape: Vec<usize>, init| {
                let name = format!("{name}_l{layer}{direction}").into();
                weights.push(Weight { name, shape: Shape(shape), init });
            };
            add("weight_ih", vec![gates, width], WeightInit::Recurrent { fan_in: width, hidden });
            add("weight_hh", vec![gates, hidden], WeightInit::Recurrent { fan_in: hidden, hidden });
            add("bias_ih", vec![gates], WeightInit::Bias { fan_in: hidden });
            add("bias_hh", vec![gates], WeightInit::Bias { fan_in: hidden });
        }
    }
    weights
}

/// The products, and 24 operations for each number of a state.
pub(super) fn flops(lstm: &Lstm, inputs: &[&Shape]) -> u64 {
    let (steps, width) = steps_and_width(inputs);
    let states = (steps * lstm.states()) as u64;
    (0..lstm.layers)
        .map(|layer| {
            let width = if layer == 0 { width } else { lstm.states() };
            states * (8 * (width + lstm.hidden) as u64 + 24)
        })
        .sum()
}
