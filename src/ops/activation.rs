//! Element-wise functions.

use super::layer::Layer;
use super::{Activation, Arguments, Op, Signature};

const fn layer(signature: Signature, make: fn(&Arguments) -> Op) -> Layer {
    Layer { signature: signature.shapes("[..] -> [..]"), make }
}

pub(super) const RELU: Layer = layer(
    Signature::new("relu", "keeps what is positive and makes the rest 0")
        .equation("relu(x) = max(x, 0)")
        .example("encoder net = low |> linear(64) |> relu"),
    |_| Op::Activation(Activation::Relu),
);
pub(super) const TANH: Layer = layer(
    Signature::new("tanh", "the hyperbolic tangent of every element")
        .equation("tanh(x) = (exp(x) - exp(-x)) / (exp(x) + exp(-x))")
        .example("encoder net = low |> linear(64) |> tanh"),
    |_| Op::Activation(Activation::Tanh),
);
pub(super) const SIGMOID: Layer = layer(
    Signature::new("sigmoid", "brings every element between 0 and 1")
        .equation("sigmoid(x) = 1 / (1 + exp(-x))")
        .example("encoder net = low |> linear(64) |> sigmoid"),
    |_| Op::Activation(Activation::Sigmoid),
);
pub(super) const GELU: Layer = layer(
    Signature::new("gelu", "weighs every element by the normal distribution up to it, in the approximation by tanh")
        .equation("gelu(x) = x * Phi(x) ~ x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))")
        .example("encoder net = low |> linear(64) |> gelu"),
    |_| Op::Activation(Activation::Gelu),
);

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
