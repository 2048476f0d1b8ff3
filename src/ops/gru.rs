//! `gru(hidden)`: gated recurrent units over the steps of a sequence.

use super::operation::{Operation, RunningStat, ShapeError, Traits, Weight, no_statistics, numbers_only};
use super::recurrent::Recurrent;
use super::value_kind::ValueKind;
use crate::shape::Shape;
use crate::signature::{Arguments, DefaultValue, Kind, Parameter, Signature};
use serde::{Deserialize, Serialize};

pub(super) const GRU: Signature = Signature::new("gru", "gated recurrent units that read a sequence step by step")
    .shapes("[t, d] -> [hidden], or [t, hidden] of all steps; twice as wide where it is bidirectional")
    .equation(
        "h_t = (1 - z_t) n_t + z_t h_(t-1), with r, z = sigmoid of W_ih x_t + b_ih + W_hh h_(t-1) + b_hh and \
         n = tanh(W_in x_t + b_in + r_t (W_hn h_(t-1) + b_hn))",
    )
    .params(&[
        Parameter::new("hidden", Kind::Integer(1), "how many numbers a state has"),
        Parameter::new("layers", Kind::Integer(1), "how many layers read the states of the one before")
            .or(DefaultValue::Integer(1)),
        Parameter::new("bidirectional", Kind::Bool, "whether each layer also reads from the end")
            .or(DefaultValue::Bool(false)),
        Parameter::new("output", Kind::Choice(&["last", "all"]), "the last state, or the state of every step")
            .or(DefaultValue::Word("last")),
    ])
    .example(
        "modality name: text[24] = column(\"name\") |> lowercase |> chars(max: 24)\n\
         encoder net = name |> embedding(32) |> gru(128)",
    );

/// Gated recurrent units (Cho et al., 2014), as in PyTorch: gates in the order reset, update, new, two biases
/// each, and the reset gate after the product with the state. Reads a sequence, and its length if it has one. A row
/// that ends keeps its state; past its end the result is zeros.
///
/// Parameters, for each layer `l` and each direction: `weight_ih_l` `[3 hidden, in]`, `weight_hh_l` `[3 hidden,
/// hidden]`, `bias_ih_l` and `bias_hh_l` `[3 hidden]`; those of the backward direction end in `_reverse`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gru {
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

pub(super) fn gru(args: &Arguments) -> Gru {
    Gru {
        hidden: args.size("hidden"),
        layers: args.size("layers"),
        bidirectional: args.flag("bidirectional"),
        all: args.word("output") == "all",
    }
}

impl Gru {
    /// The part shared with other recurrent layers.
    pub fn recurrent(&self) -> Recurrent {
        let Gru { hidden, layers, bidirectional, all } = *self;
        Recurrent { name: "gru", gates: 3, hidden, layers, bidirectional, all }
    }
}

impl Operation for Gru {
    fn name(&self) -> &'static str {
        "gru"
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

    /// Beside the products 19 operations for each number of a state: three functions of four, and seven more.
    fn flops(&self, inputs: &[&Shape], _output: &Shape) -> u64 {
        self.recurrent().flops(inputs, 19)
    }
}
