//! The same numbers in another shape: `pad_channels`, `flatten`.

use super::operation::{Operation, RunningStat, ShapeError, Traits, Weight, no_statistics, no_weights, numbers_only};
use super::shape_rules::{image, single};
use super::value_kind::ValueKind;
use crate::shape::Shape;
use crate::signature::{Arguments, Kind, Parameter, Signature};
use serde::{Deserialize, Serialize};

pub(super) const PAD_CHANNELS: Signature = Signature::new(
    "pad_channels",
    "adds channels of zeros, half of them before the others, the odd one after: the shortcut of option A",
)
.shapes("[c, h, w] -> [channels, h, w]")
.params(&[Parameter::new("channels", Kind::Integer(1), "how many channels there are to be")])
.example(
    "modality photo: image[3, 32, 32] = column(\"image\")\n\n\
         encoder net = photo |> conv2d(16) |> avg_pool(2) |> pad_channels(32) |> global_avg_pool",
);

pub(super) const FLATTEN: Signature =
    Signature::new("flatten", "the same numbers as one vector, in their order").shapes("[..] -> [n]").example(
        "modality photo: image[3, 32, 32] = column(\"image\")\n\n\
         encoder net = photo |> conv2d(16) |> avg_pool(4) |> flatten |> linear(64)",
    );

/// Channels of zeros around those of the input, half of them before, the odd one after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PadChannels {
    /// Channels of the result.
    pub channels: usize,
}

/// The same numbers as a vector: `[..] -> [n]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flatten;

pub(super) fn pad_channels(args: &Arguments) -> PadChannels {
    PadChannels { channels: args.size("channels") }
}

pub(super) fn flatten(_: &Arguments) -> Flatten {
    Flatten
}

impl Operation for PadChannels {
    fn name(&self) -> &'static str {
        "pad_channels"
    }

    fn call(&self) -> String {
        format!("pad_channels({})", self.channels)
    }

    fn reading(self, kinds: &[ValueKind]) -> Result<Self, ShapeError> {
        numbers_only(self, kinds)
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        let ([from, height, width], channels) = (image(self.name(), inputs)?, self.channels);
        if channels < from {
            return Err(ShapeError {
                message: format!("`pad_channels({channels})` of an image that has {from} channels already"),
                inputs: vec![0],
                help: Some(format!("give the number of channels of the result: {from} or more")),
            });
        }
        Ok(Shape(vec![channels, height, width]))
    }

    fn weights(&self, _input: &Shape) -> Vec<Weight> {
        no_weights()
    }

    fn running(&self, _input: &Shape) -> Vec<RunningStat> {
        no_statistics()
    }

    fn traits(&self) -> Traits {
        Traits::PER_STEP
    }

    fn flops(&self, _inputs: &[&Shape], _output: &Shape) -> u64 {
        0
    }
}

impl Operation for Flatten {
    fn name(&self) -> &'static str {
        "flatten"
    }

    fn call(&self) -> String {
        self.name().to_owned()
    }

    fn reading(self, kinds: &[ValueKind]) -> Result<Self, ShapeError> {
        numbers_only(self, kinds)
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        single(self.name(), inputs).map(|shape| Shape::vector(shape.size()))
    }

    fn weights(&self, _input: &Shape) -> Vec<Weight> {
        no_weights()
    }

    fn running(&self, _input: &Shape) -> Vec<RunningStat> {
        no_statistics()
    }

    fn traits(&self) -> Traits {
        Traits::PER_STEP
    }

    fn flops(&self, _inputs: &[&Shape], _output: &Shape) -> u64 {
        0
    }
}
