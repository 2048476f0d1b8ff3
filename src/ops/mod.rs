//! The operations a pipeline is made of: what each takes, what shape it makes, what it costs. Knows no tensors.

mod activation;
mod dropout;
mod kind;
mod layer;
mod linear;
mod merge;
mod norm;
mod op;
mod rules;
mod signature;

pub use kind::ValueKind;
pub use layer::{Layer, Running, ShapeError, Weight, WeightInit};
pub use linear::{INIT_WORDS, init_by_word};
pub use op::{Activation, Arithmetic, Op};
pub use signature::{Argument, Arguments, Constant, Kind, Parameter, Signature, names, one_of};

/// Every layer that can be called, by name.
pub const LAYERS: &[Layer] = &[
    norm::BATCH_NORM,
    dropout::DROPOUT,
    activation::GELU,
    norm::LAYER_NORM,
    linear::LINEAR,
    activation::RELU,
    activation::SIGMOID,
    activation::TANH,
];

/// Layers of the language that this version knows by name and does not execute yet.
pub const LATER_LAYERS: &[&str] = &[
    "attention_pool",
    "avg_pool",
    "char_cnn",
    "char_lstm",
    "conv1d",
    "conv2d",
    "embedding",
    "global_avg_pool",
    "lstm",
    "max_pool",
    "mean_pool",
    "pad_channels",
    "resnet",
];

/// The layer of this name.
pub fn layer(name: &str) -> Option<&'static Layer> {
    LAYERS.iter().find(|layer| layer.signature.name == name)
}
