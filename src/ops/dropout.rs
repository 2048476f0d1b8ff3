//! `dropout(p)`: zeroes elements at random in training.

use super::layer::Layer;
use super::{Arguments, Kind, Op, Parameter, Signature};

pub(super) const DROPOUT: Layer = Layer {
    signature: Signature {
        name: "dropout",
        doc: "in training, zeroes each element with probability `p` and scales the rest by `1 / (1 - p)`",
        params: &[Parameter { name: "p", kind: Kind::Number(0.0, 0.999), default: None }],
    },
    shapes: "[..] -> [..]",
    make: |args: &Arguments| Op::Dropout { p: args.number("p") },
};
