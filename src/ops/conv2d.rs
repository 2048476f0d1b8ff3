//! `conv2d(channels)`: a convolution over images.

use super::init::{INIT_WORDS, init_by_word};
use super::operation::{
    Operation, RunningStat, ShapeError, StepUse, Traits, Weight, WeightInit, no_statistics, numbers_only,
};
use super::shape_rules::{fits_in_memory, image, windows_of_image};
use super::value_kind::ValueKind;
use super::window::{Padding, Window};
use crate::shape::Shape;
use crate::signature::{Arguments, DefaultValue, Kind, Parameter, Signature};
use crate::spec::Init;
use serde::{Deserialize, Serialize};

pub(super) const CONV2D: Signature = Signature::new(
    "conv2d",
    "a convolution: each pixel of each output channel is a weighted sum of the input pixels around it",
)
.shapes("[c, h, w] -> [channels, h / stride, w / stride], rounded up, with `padding: same`")
.equation("y[o, i, j] = b[o] + sum over c, k, l of W[o, c, k, l] x[c, stride i + k - pad, stride j + l - pad]")
.params(&[
    Parameter::new("channels", Kind::Integer(1), "how many channels it makes"),
    Parameter::new("kernel", Kind::Integer(1), "pixels along one side of the frame").or(DefaultValue::Integer(3)),
    Parameter::new("stride", Kind::Integer(1), "pixels from one place to the next").or(DefaultValue::Integer(1)),
    Parameter::new(
        "padding",
        Kind::WordOrInteger(&["same", "valid"], 0),
        "zeros around the image: as many as keep its size at stride 1 (`same`, the odd one behind), none (`valid`), \
             or so many on each side",
    )
    .or(DefaultValue::Word("same")),
    Parameter::new("bias", Kind::Bool, "whether `b` is added").or(DefaultValue::Bool(true)),
    Parameter::new("init", Kind::Choice(INIT_WORDS), "how the weight begins; as `init` of `train` says, without")
        .optional(),
])
.example(
    "modality photo: image[3, 32, 32] = column(\"image\")\n\n\
         encoder net = photo |> conv2d(16) |> batch_norm |> relu |> conv2d(32, stride: 2) |> global_avg_pool",
);

/// A convolution over images: `[c, h, w] -> [channels, h', w']`, as many positions as the window has. Parameters: `weight`
/// `[channels, c, size, size]`, then `bias` `[channels]` if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conv2d {
    /// Channels of the result.
    pub channels: usize,
    /// The window of pixels.
    #[serde(rename = "frame")]
    pub window: Window,
    /// Whether there is a bias.
    pub bias: bool,
    /// Initialisation of the weight; the pipeline's choice where it is `None`.
    pub init: Option<Init>,
}

pub(super) fn conv2d(args: &Arguments) -> Conv2d {
    let padding = match args.word("padding") {
        "same" => Padding::Same,
        "valid" => Padding::Valid,
        _ => Padding::Zeros(args.size("padding")),
    };
    Conv2d {
        channels: args.size("channels"),
        window: Window { size: args.size("kernel"), stride: args.size("stride"), padding },
        bias: args.flag("bias"),
        init: init_by_word(args.word("init")),
    }
}

impl Operation for Conv2d {
    fn name(&self) -> &'static str {
        "conv2d"
    }

    fn call(&self) -> String {
        let Window { size, stride, padding } = self.window;
        let stride = if stride == 1 { String::new() } else { format!(", stride: {stride}") };
        let padding = match padding {
            Padding::Same => String::new(),
            Padding::Valid => ", padding: valid".into(),
            Padding::Zeros(each) => format!(", padding: {each}"),
        };
        let bias = if self.bias { "" } else { ", bias: false" };
        format!("conv2d({}, kernel: {size}{stride}{padding}{bias})", self.channels)
    }

    fn reading(self, kinds: &[ValueKind]) -> Result<Self, ShapeError> {
        numbers_only(self, kinds)
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        let [from, ..] = image(self.name(), inputs)?;
        fits_in_memory(&[self.channels, from, self.window.size, self.window.size])?;
        windows_of_image(self.name(), &self.window, self.channels, inputs, "a smaller `kernel`, or `padding: same`")
    }

    fn weights(&self, input: &Shape) -> Vec<Weight> {
        let (from, channels, size) = (input.0.first().copied().unwrap_or(1), self.channels, self.window.size);
        let fan_in = from * size * size;
        let mut weights = vec![Weight {
            name: "weight".into(),
            shape: Shape(vec![channels, from, size, size]),
            init: WeightInit::Fan { fan_in, fan_out: channels * size * size },
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
        Traits { step_use: StepUse::PerStep, mixes_rows: false, keeps_shape_of: None, init: self.init }
    }

    fn flops(&self, inputs: &[&Shape], output: &Shape) -> u64 {
        let channels = inputs.first().and_then(|shape| shape.0.first()).copied().unwrap_or(1);
        2 * (self.window.size * self.window.size * channels) as u64 * output.size() as u64
    }
}
