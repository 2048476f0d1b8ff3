//! The operations a pipeline is made of: what each takes, what shape it makes, what it costs. Knows no tensors.

mod activation;
mod conv;
mod dropout;
mod kind;
mod layer;
mod linear;
mod merge;
mod norm;
mod op;
mod pool;
mod rules;
mod signature;
mod window;

pub use kind::ValueKind;
pub use layer::{Layer, Running, ShapeError, Weight, WeightInit};
pub use linear::{INIT_WORDS, init_by_word};
pub use op::{Activation, Arithmetic, Op};
pub use signature::{Argument, Arguments, Constant, Kind, Parameter, Signature, names, one_of};
pub use window::{Padding, Window};

/// Every layer that can be called, by name.
pub const LAYERS: &[Layer] = &[
    pool::AVG_POOL,
    norm::BATCH_NORM,
    conv::CONV2D,
    dropout::DROPOUT,
    pool::FLATTEN,
    activation::GELU,
    pool::GLOBAL_AVG_POOL,
    norm::LAYER_NORM,
    linear::LINEAR,
    pool::MAX_POOL,
    pool::PAD_CHANNELS,
    activation::RELU,
    activation::SIGMOID,
    activation::TANH,
];

/// Layers of the language that this version knows by name and does not execute yet.
pub const LATER_LAYERS: &[&str] =
    &["attention_pool", "char_cnn", "char_lstm", "conv1d", "embedding", "lstm", "mean_pool", "modality_dropout"];

/// The layer of this name.
pub fn layer(name: &str) -> Option<&'static Layer> {
    LAYERS.iter().find(|layer| layer.signature.name == name)
}
