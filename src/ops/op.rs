//! Every operation in one list, and every layer that can be called by name in another.

use super::activation::{self, Activation};
use super::arithmetic::{AffineOp, Arithmetic};
use super::attention_pool::{self, AttentionPool};
use super::class_loss::ClassLossOp;
use super::conv1d::{self, Conv1d};
use super::conv2d::{self, Conv2d};
use super::dropout::{self, Dropout};
use super::embedding::{self, Embedding};
use super::fill_missing::{self, FillMissing};
use super::gru::{self, Gru};
use super::hold::Hold;
use super::input::{InputIndex, TokenCount, WindowCount};
use super::linear::{self, Linear};
use super::lstm::{self, Lstm};
use super::merge::{Attend, Concat, Mean, Sum};
use super::norm::{self, BatchNorm, LayerNorm};
use super::operation::{Operation, RunningStat, ShapeError, Traits, Weight};
use super::padded_sequence::{RealSteps, StepCount};
use super::pool::{self, AvgPool, GlobalAvgPool, MaxPool, MeanPool};
use super::reshape::{self, Flatten, PadChannels};
use super::unit_logits::UnitLogits;
use super::value_kind::ValueKind;
use crate::shape::Shape;
use crate::signature::{Arguments, Signature};
use serde::{Deserialize, Serialize};

/// The list of operations, passed to a macro: the variants of [`Op`] with their types. Those
/// under `plain` have no settings; the one under `loss` ends every graph and is no step of a plan.
macro_rules! operations {
    ($macro:ident) => {
        $macro! {
            plain {
                Length(TokenCount),
                StepCount(StepCount),
                RealSteps(RealSteps),
                MeanPool(MeanPool),
                GlobalAvgPool(GlobalAvgPool),
                Flatten(Flatten),
                Concat(Concat),
                Sum(Sum),
                Mean(Mean),
                Attend(Attend),
                FillMissing(FillMissing),
                Hold(Hold),
            }
            with_settings {
                Input(InputIndex),
                Windows(WindowCount),
                Embedding(Embedding),
                Lstm(Lstm),
                Gru(Gru),
                Conv1d(Conv1d),
                MaxPool(MaxPool),
                AttentionPool(AttentionPool),
                Linear(Linear),
                Activation(Activation),
                Dropout(Dropout),
                BatchNorm(BatchNorm),
                Conv2d(Conv2d),
                AvgPool(AvgPool),
                PadChannels(PadChannels),
                LayerNorm(LayerNorm),
                UnitLogits(UnitLogits),
                Binary(Arithmetic),
                Affine(AffineOp),
            }
            loss { ClassLoss(ClassLossOp) }
        }
    };
}
pub(crate) use operations;

/// Makes the sum type of all operations, whose methods are those of [`Operation`] of the one inside.
macro_rules! sum_type {
    (
        plain { $($plain:ident($unit:ident)),* $(,)? }
        with_settings { $($name:ident($operation:ident)),* $(,)? }
        loss { $loss:ident($of_loss:ident) }
    ) => {
        /// One operation of the computation graph, as plain data.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Op {
            $(#[doc = concat!("[`", stringify!($unit), "`]")] $plain,)*
            $(#[doc = concat!("[`", stringify!($operation), "`]")] $name($operation),)*
            #[doc = concat!("[`", stringify!($of_loss), "`]")] $loss($of_loss),
        }

        $(impl From<$unit> for Op {
            fn from(_: $unit) -> Self {
                Op::$plain
            }
        })*
        $(impl From<$operation> for Op {
            fn from(operation: $operation) -> Self {
                Op::$name(operation)
            }
        })*
        impl From<$of_loss> for Op {
            fn from(operation: $of_loss) -> Self {
                Op::$loss(operation)
            }
        }

        impl Op {
            /// The name in messages and plans: see [`Operation::name`].
            pub fn name(&self) -> &'static str {
                match self {
                    $(Op::$plain => $unit.name(),)*
                    $(Op::$name(operation) => operation.name(),)*
                    Op::$loss(operation) => operation.name(),
                }
            }

            /// The operation as a pipeline would call it, with the defaults that matter.
            pub fn call(&self) -> String {
                match self {
                    $(Op::$plain => $unit.call(),)*
                    $(Op::$name(operation) => operation.call(),)*
                    Op::$loss(operation) => operation.call(),
                }
            }

            /// The operation for inputs of these kinds.
            ///
            /// # Errors
            /// If it computes with numbers and is given ids.
            pub fn reading(self, kinds: &[ValueKind]) -> Result<Self, ShapeError> {
                match self {
                    $(Op::$plain => $unit.reading(kinds).map(Op::from),)*
                    $(Op::$name(operation) => operation.reading(kinds).map(Op::from),)*
                    Op::$loss(operation) => operation.reading(kinds).map(Op::from),
                }
            }

            /// The shape of the result.
            ///
            /// # Errors
            /// If it does not take inputs of these shapes.
            pub fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
                match self {
                    $(Op::$plain => $unit.shape(inputs),)*
                    $(Op::$name(operation) => operation.shape(inputs),)*
                    Op::$loss(operation) => operation.shape(inputs),
                }
            }

            /// The parameters, for a first input of this shape.
            pub fn weights(&self, input: &Shape) -> Vec<Weight> {
                match self {
                    $(Op::$plain => $unit.weights(input),)*
                    $(Op::$name(operation) => operation.weights(input),)*
                    Op::$loss(operation) => operation.weights(input),
                }
            }

            /// The running statistics, for a first input of this shape.
            pub fn running(&self, input: &Shape) -> Vec<RunningStat> {
                match self {
                    $(Op::$plain => $unit.running(input),)*
                    $(Op::$name(operation) => operation.running(input),)*
                    Op::$loss(operation) => operation.running(input),
                }
            }

            /// Its use of steps, rows and shapes.
            pub fn traits(&self) -> Traits {
                match self {
                    $(Op::$plain => $unit.traits(),)*
                    $(Op::$name(operation) => operation.traits(),)*
                    Op::$loss(operation) => operation.traits(),
                }
            }

            /// Floating-point operations of one row, forward: a multiplication and an addition count as two.
            pub fn flops(&self, inputs: &[&Shape], output: &Shape) -> u64 {
                match self {
                    $(Op::$plain => $unit.flops(inputs, output),)*
                    $(Op::$name(operation) => operation.flops(inputs, output),)*
                    Op::$loss(operation) => operation.flops(inputs, output),
                }
            }
        }
    };
}
operations!(sum_type);

/// A layer that can be called by name.
#[derive(Clone, Copy)]
pub struct Layer {
    /// Its name, its shapes, its arguments, its purpose.
    pub signature: Signature,
    /// The operation that checked arguments make.
    pub make: fn(&Arguments) -> Op,
}

/// Makes the table of layers from signatures and the functions that read calls of them.
macro_rules! layers {
    ($($signature:path => $make:path),* $(,)?) => {
        &[$(Layer { signature: $signature, make: |args| Op::from($make(args)) }),*]
    };
}

/// Every layer that can be called, by name.
pub const LAYERS: &[Layer] = layers![
    attention_pool::ATTENTION_POOL => attention_pool::attention_pool,
    pool::AVG_POOL => pool::avg_pool,
    norm::BATCH_NORM => norm::batch_norm,
    conv1d::CONV1D => conv1d::conv1d,
    conv2d::CONV2D => conv2d::conv2d,
    dropout::DROPOUT => dropout::dropout,
    embedding::EMBEDDING => embedding::embedding,
    fill_missing::FILL_MISSING => fill_missing::fill_missing,
    reshape::FLATTEN => reshape::flatten,
    activation::GELU => activation::gelu,
    pool::GLOBAL_AVG_POOL => pool::global_avg_pool,
    gru::GRU => gru::gru,
    norm::LAYER_NORM => norm::layer_norm,
    linear::LINEAR => linear::linear,
    lstm::LSTM => lstm::lstm,
    pool::MAX_POOL => pool::max_pool,
    pool::MEAN_POOL => pool::mean_pool,
    reshape::PAD_CHANNELS => reshape::pad_channels,
    activation::RELU => activation::relu,
    activation::SIGMOID => activation::sigmoid,
    activation::TANH => activation::tanh,
];

/// The layer of this name.
pub fn layer(name: &str) -> Option<&'static Layer> {
    LAYERS.iter().find(|layer| layer.signature.name == name)
}
