//! The operations that a pipeline is made of: the inputs of each, its shape rule, its weights, its cost. Does not
//! depend on tensors.
//!
//! A family implements [`Operation`] in its own file and is in the lists of `op.rs`.

mod activation;
mod arithmetic;
mod attention_pool;
mod class_loss;
mod conv1d;
mod conv2d;
mod dropout;
mod embedding;
mod fill_missing;
mod gru;
mod hold;
mod init;
mod input;
mod linear;
mod lstm;
mod merge;
mod norm;
mod op;
mod operation;
mod padded_sequence;
mod pool;
mod recurrent;
mod reshape;
mod shape_rules;
mod unit_logits;
mod value_kind;
mod window;

pub use crate::signature::{Argument, Arguments, DefaultValue, Kind, Parameter, Signature, names, one_of};
pub use activation::Activation;
pub use arithmetic::{AffineOp, Arithmetic};
pub use attention_pool::AttentionPool;
pub use class_loss::ClassLossOp;
pub use conv1d::Conv1d;
pub use conv2d::Conv2d;
pub use dropout::Dropout;
pub use embedding::Embedding;
pub use fill_missing::FillMissing;
pub use gru::Gru;
pub use hold::Hold;
pub use init::{INIT_WORDS, init_by_word};
pub use input::{InputIndex, TokenCount, WindowCount};
pub use linear::Linear;
pub use lstm::Lstm;
pub use merge::{Attend, Concat, Mean, Sum};
pub use norm::{BatchNorm, LayerNorm};
pub(crate) use op::operations;
pub use op::{LAYERS, Layer, Op, layer};
pub use operation::{Operation, RunningStat, ShapeError, StepUse, Traits, Weight, WeightInit};
pub use padded_sequence::{RealSteps, StepCount};
pub use pool::{AvgPool, GlobalAvgPool, MaxPool, MeanPool};
pub use recurrent::Recurrent;
pub use reshape::{Flatten, PadChannels};
pub use unit_logits::UnitLogits;
pub use value_kind::ValueKind;
pub use window::{Padding, Window};
