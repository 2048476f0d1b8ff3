//! Element-wise functions.

use super::layer::Layer;
use super::{Activation, Arguments, Op, Signature};

const fn layer(name: &'static str, doc: &'static str, make: fn(&Arguments) -> Op) -> Layer {
    Layer { signature: Signature { name, doc, params: &[] }, shapes: "[..] -> [..]", make }
}

pub(super) const RELU: Layer = layer("relu", "`max(x, 0)`", |_| Op::Activation(Activation::Relu));
pub(super) const TANH: Layer = layer("tanh", "the hyperbolic tangent", |_| Op::Activation(Activation::Tanh));
pub(super) const SIGMOID: Layer = layer("sigmoid", "`1 / (1 + exp(-x))`", |_| Op::Activation(Activation::Sigmoid));
pub(super) const GELU: Layer =
    layer("gelu", "`x * Phi(x)`, in its approximation by tanh", |_| Op::Activation(Activation::Gelu));

impl Activation {
    /// The name it is called by.
    pub fn name(self) -> &'static str {
        match self {
            Activation::Relu => "relu",
            Activation::Tanh => "tanh",
            Activation::Sigmoid => "sigmoid",
            Activation::Gelu => "gelu",
            Activation::Reciprocal => "reciprocal",
        }
    }
}
