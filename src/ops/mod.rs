//! The operations a pipeline is made of: what each takes, what shape it makes, what it costs. Knows no tensors.

mod activation;
mod attention_pool;
mod call;
mod conv1d;
mod conv2d;
mod dropout;
mod embedding;
mod frame;
mod image_pool;
mod kind;
mod layer;
mod linear;
mod lstm;
mod merge;
mod norm;
mod op;
mod pool;
mod rules;
mod sequence;

pub use crate::signature::{Argument, Arguments, Constant, Kind, Parameter, Signature, names, one_of};
pub use frame::{Frame, Padding};
pub use kind::ValueKind;
pub use layer::{Layer, Running, ShapeError, Weight, WeightInit};
pub use linear::{INIT_WORDS, init_by_word};
pub use op::{Activation, Arithmetic, Lstm, Op, Window};
pub use sequence::Time;

/// Every layer that can be called, by name.
pub const LAYERS: &[Layer] = &[
    attention_pool::ATTENTION_POOL,
    image_pool::AVG_POOL,
    norm::BATCH_NORM,
    conv1d::CONV1D,
    conv2d::CONV2D,
    dropout::DROPOUT,
    embedding::EMBEDDING,
    image_pool::FLATTEN,
    activation::GELU,
    image_pool::GLOBAL_AVG_POOL,
    norm::LAYER_NORM,
    linear::LINEAR,
    lstm::LSTM,
    pool::MAX_POOL,
    pool::MEAN_POOL,
    image_pool::PAD_CHANNELS,
    activation::RELU,
    activation::SIGMOID,
    activation::TANH,
];

/// The layer of this name.
pub fn layer(name: &str) -> Option<&'static Layer> {
    LAYERS.iter().find(|layer| layer.signature.name == name)
}
