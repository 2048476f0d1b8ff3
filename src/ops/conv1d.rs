//! `conv1d(channels, kernel)`: a convolution over the steps of a sequence.

use super::operation::{Operation, RunningStat, ShapeError, Traits, Weight, WeightInit, no_statistics, numbers_only};
use super::shape_rules::{fits_in_memory, sequence, steps_and_width, windows_of_steps};
use super::value_kind::ValueKind;
use super::window::{Window, sequence_json};
use crate::shape::Shape;
use crate::signature::{Arguments, DefaultValue, Kind, Parameter, Signature};
use serde::{Deserialize, Serialize};

pub(super) const CONV1D: Signature = Signature::new("conv1d", "the same linear map of every window of a sequence")
    .shapes("[t, d] -> [(t + 2 padding - kernel) / stride + 1, channels]")
    .equation("y_u = sum_k weight_k x_(u stride - padding + k) + bias, with weight of [channels, d, kernel]")
    .params(&[
        Parameter::new("channels", Kind::Integer(1), "how many numbers it makes of a window"),
        Parameter::new("kernel", Kind::Integer(1), "steps of a window"),
        Parameter::new("stride", Kind::Integer(1), "steps from one window to the next").or(DefaultValue::Integer(1)),
        Parameter::new("padding", Kind::Integer(0), "steps of zeros before the first and after the last step")
            .or(DefaultValue::Integer(0)),
        Parameter::new("bias", Kind::Bool, "whether `bias` is added").or(DefaultValue::Bool(true)),
    ])
    .example(
        "modality name: text[24] = column(\"name\") |> lowercase |> chars(max: 24)\n\
             encoder net = name |> embedding(32) |> conv1d(64, kernel: 3) |> relu |> max_pool",
    );

/// The same linear map of every window of a sequence: `[t, d] -> [u, channels]`. Reads the sequence, and its length if it
/// has one. Parameters: `weight` `[channels, d, size]`, then `bias` `[channels]` if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conv1d {
    /// Width of the result.
    pub channels: usize,
    /// The windows of steps.
    #[serde(with = "sequence_json")]
    pub window: Window,
    /// Whether there is a bias.
    pub bias: bool,
}

pub(super) fn conv1d(args: &Arguments) -> Conv1d {
    let window = Window::over_steps(args.size("kernel"), args.size("stride"), args.size("padding"));
    Conv1d { channels: args.size("channels"), window, bias: args.flag("bias") }
}

impl Operation for Conv1d {
    fn name(&self) -> &'static str {
        "conv1d"
    }

    fn call(&self) -> String {
        let (Window { size, stride, .. }, zeros) = (self.window, self.window.zeros());
        let bias = if self.bias { "" } else { ", bias: false" };
        format!("conv1d({}, kernel: {size}, stride: {stride}, padding: {zeros}{bias})", self.channels)
    }

    fn reading(self, kinds: &[ValueKind]) -> Result<Self, ShapeError> {
        numbers_only(self, kinds)
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        let (steps, width) = sequence(self.name(), inputs)?;
        let (size, zeros) = (self.window.size, self.window.zeros());
        if zeros >= size {
            return Err(ShapeError {
                message: format!("a padding of {zeros} leaves whole windows of {size} without a step"),
                inputs: vec![],
                help: Some("let `padding` be smaller than `kernel`".into()),
            });
        }
        fits_in_memory(&[self.channels, width, size])?;
        let help = "make `kernel` smaller, or give it `padding`";
        windows_of_steps(&self.window, steps, self.channels, help)
    }

    fn weights(&self, input: &Shape) -> Vec<Weight> {
        let (width, channels, size) = (input.0.last().copied().unwrap_or(0), self.channels, self.window.size);
        let fan_in = width * size;
        let mut weights = vec![Weight {
            name: "weight".into(),
            shape: Shape(vec![channels, width, size]),
            init: WeightInit::Fan { fan_in, fan_out: channels * size },
        }];
        if self.bias {
            let shape = Shape::vector(channels);
            weights.push(Weight { name: "bias".into(), shape, init: WeightInit::Bias { fan_in } });
        }
        weights
    }

    fn running(&self, _input: &Shape) -> Vec<RunningStat> {
        no_statistics()
    }

    fn traits(&self) -> Traits {
        Traits::windows(self.window)
    }

    fn flops(&self, inputs: &[&Shape], output: &Shape) -> u64 {
        2 * output.size() as u64 * (self.window.size * steps_and_width(inputs).1) as u64
    }
}
