//! `lstm(hidden)`: a long short-term memory over the steps of a sequence.

use super::operation::{Operation, RunningStat, ShapeError, Traits, Weight, no_statistics, numbers_only};
use super::recurrent::Recurrent;
use super::value_kind::ValueKind;
use crate::shape::Shape;
use crate::signature::{Arguments, DefaultValue, Kind, Parameter, Signature};
use serde::{Deserialize, Serialize};

pub(super) const LSTM: Signature =
    Signature::new("lstm", "a long short-term memory that reads a sequence step by step")
        .shapes("[t, d] -> [hidden], or [t, hidden] of all steps; twice as wide where it is bidirectional")
        .equation(
            "c_t = f_t c_(t-1) + i_t g_t, h_t = o_t tanh(c_t), with i, f, o = sigmoid and g = tanh of \
             W_ih x_t + b_ih + W_hh h_(t-1) + b_hh",
        )
        .params(&[
            Parameter::new("hidden", Kind::Integer(1), "how many numbers a state has"),
            Parameter::new("layers", Kind::Integer(1), "how many memories read the states of the one before")
                .or(DefaultValue::Integer(1))
                .of_paper(),
            Parameter::new("bidirectional", Kind::Bool, "whether each layer also reads from the end")
                .or(DefaultValue::Bool(false))
                .of_paper(),
            Parameter::new("output", Kind::Choice(&["last", "all"]), "the last state, or the state of every step")
                .or(DefaultValue::Word("last"))
                .of_paper(),
        ])
        .example(
            "modality name: text[24] = column(\"name\") |> lowercase |> chars(max: 24)\n\
             encoder net = name |> embedding(32) |> lstm(128)",
        );

/// A long short-term memory (Hochreiter and Schmidhuber, 1997, with forget gates), as in PyTorch: gates in the
/// order input, forget, cell, output, two biases each. Reads a sequence, and its length if it has one. A row that ends
/// keeps its state; past its end the result is zeros.
///
/// Parameters, for each layer `l` and each direction: `weight_ih_l` `[4 hidden, in]`, `weight_hh_l` `[4 hidden,
/// hidden]`, `bias_ih_l` and `bias_hh_l` `[4 hidden]`; those of the backward direction end in `_reverse`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lstm {
    /// Width of the state of one direction.
    pub hidden: usize,
    /// Number of layers, each over the states of the one before.
    pub layers: usize,
    /// Whether each layer also reads the sequence from its end; states of both directions are side by side.
    pub bidirectional: bool,
    /// Whether the result is the state of every step, `[t, states]`, rather than the last of each direction,
    /// `[states]`.
    pub all: bool,
}

pub(super) fn lstm(args: &Arguments) -> Lstm {
    Lstm {
        hidden: args.size("hidden"),
        layers: args.size("layers"),
        bidirectional: args.flag("bidirectional"),
        all: args.word("output") == "all",
    }
}

impl Lstm {
    /// The part shared with other recurrent layers.
    pub fn recurrent(&self) -> Recurrent {
        let Lstm { hidden, layers, bidirectional, all } = *self;
        Recurrent { name: "lstm", gates: 4, hidden, layers, bidirectional, all }
    }
}

impl Operation for Lstm {
    fn name(&self) -> &'static str {
        "lstm"
    }

    fn call(&self) -> String {
        self.recurrent().call()
    }

    fn reading(self, kinds: &[ValueKind]) -> Result<Self, ShapeError> {
        numbers_only(self, kinds)
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        self.recurrent().shape(inputs)
    }

    fn weights(&self, input: &Shape) -> Vec<Weight> {
        self.recurrent().weights(input)
    }

    fn running(&self, _input: &Shape) -> Vec<RunningStat> {
        no_statistics()
    }

    fn traits(&self) -> Traits {
        Traits::ACROSS_STEPS
    }

    fn flops(&self, inputs: &[&Shape], _output: &Shape) -> u64 {
        self.recurrent().flops(inputs, 24)
    }
}
