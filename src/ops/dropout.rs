//! `dropout(p)`: zeroes elements at random in training.

use super::layer::Layer;
use super::{Arguments, Kind, Op, Parameter, Signature};

pub(super) const DROPOUT: Layer = Layer {
    signature: Signature::new(
        "dropout",
        "zeroes elements at random in training and scales the rest; nothing otherwise",
    )
    .shapes("[..] -> [..]")
    .equation("y = x * m / (1 - p), with m = 0 with probability p and else 1")
    .params(&[Parameter::new("p", Kind::Number(0.0, 0.999), "the probability that an element is zeroed")])
    .example("encoder net = low |> linear(64) |> relu |> dropout(0.2)"),
    make: |args: &Arguments| Op::Dropout { p: args.number("p") },
};
