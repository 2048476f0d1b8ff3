//! Pools: the largest or the mean value over the steps of a sequence, over windows, or over the pixels of an image.

use super::operation::{Operation, RunningStat, ShapeError, Traits, Weight, no_statistics, no_weights, numbers_only};
use super::shape_rules::{image, is_image, read, sequence, steps_and_width, windows_of_image, windows_of_steps};
use super::value_kind::ValueKind;
use super::window::{Window, sequence_json};
use crate::shape::Shape;
use crate::signature::{Arguments, Kind, Parameter, Signature};
use serde::{Deserialize, Serialize};

const SIZE: Parameter = Parameter::new("size", Kind::Integer(1), "pixels along one side of the frame");
const STRIDE: Parameter =
    Parameter::new("stride", Kind::Integer(1), "pixels from one frame to the next; frames lie side by side without")
        .optional();
const POOLED: &str = "[c, h, w] -> [c, (h - size) / stride + 1, (w - size) / stride + 1], rounded down";

pub(super) const MAX_POOL: Signature = Signature::new(
    "max_pool",
    "the largest value of each feature, over all steps of a sequence or over windows; of each channel of an image, \
         over square windows",
)
.shapes("[t, d] -> [d], or [(t - size) / stride + 1, d] of windows; [c, h, w] -> [c, (h - size) / stride + 1, ..]")
.params(&[
    Parameter::new("size", Kind::Integer(1), "steps of a window; all there are, without").optional(),
    Parameter::new("stride", Kind::Integer(1), "steps from one window to the next; `size`, without").optional(),
])
.example(
    "modality name: text[24] = column(\"name\") |> lowercase |> chars(max: 24)\n\
             encoder net = name |> embedding(32) |> conv1d(64, kernel: 3) |> relu |> max_pool",
);

pub(super) const MEAN_POOL: Signature =
    Signature::new("mean_pool", "the mean over the steps of a sequence").shapes("[t, d] -> [d]").example(
        "modality name: text[24] = column(\"name\") |> lowercase |> chars(max: 24)\n\
             encoder net = name |> embedding(32) |> mean_pool",
    );

pub(super) const AVG_POOL: Signature =
    Signature::new("avg_pool", "the mean of the pixels under a window that slides over every channel")
        .shapes(POOLED)
        .params(&[SIZE, STRIDE])
        .example(
            "modality photo: image[3, 32, 32] = column(\"image\")\n\n\
         encoder net = photo |> conv2d(16) |> avg_pool(2) |> flatten",
        );

pub(super) const GLOBAL_AVG_POOL: Signature =
    Signature::new("global_avg_pool", "the mean of all pixels of each channel").shapes("[c, h, w] -> [c]").example(
        "modality photo: image[3, 32, 32] = column(\"image\")\n\n\
         encoder net = photo |> conv2d(16) |> relu |> global_avg_pool",
    );

/// The largest value of each feature: over all steps, `[t, d] -> [d]`, or over windows, `[t, d] -> [u, d]`. Reads the
/// sequence, and its length if it has one. Of an image the largest pixel of each channel under square windows,
/// `[c, h, w] -> [c, h', w']`. Of equals the first has the gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaxPool {
    /// The windows; `None` for all steps.
    #[serde(with = "sequence_json::optional")]
    pub window: Option<Window>,
}

/// The mean over the steps of a sequence: `[t, d] -> [d]`. Reads the sequence, and its length if it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeanPool;

/// The mean of the pixels under a window, channel by channel: `[c, h, w] -> [c, h', w']`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AvgPool(pub Window);

/// The mean of all pixels of each channel: `[c, h, w] -> [c]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GlobalAvgPool;

/// Size and stride, which is the size where none is given.
fn size_and_stride(args: &Arguments) -> (usize, usize) {
    let (size, stride) = (args.size("size"), args.size("stride"));
    (size, if stride == 0 { size } else { stride })
}

pub(super) fn max_pool(args: &Arguments) -> MaxPool {
    let (size, stride) = size_and_stride(args);
    // Without a size there is one window, and no use for a stride.
    MaxPool { window: (size > 0).then_some(Window::over_steps(size, stride, 0)) }
}

pub(super) fn mean_pool(_: &Arguments) -> MeanPool {
    MeanPool
}

pub(super) fn avg_pool(args: &Arguments) -> AvgPool {
    let (size, stride) = size_and_stride(args);
    AvgPool(Window::inside(size, stride))
}

pub(super) fn global_avg_pool(_: &Arguments) -> GlobalAvgPool {
    GlobalAvgPool
}

fn pooled_image(name: &str, window: &Window, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
    let [channels, ..] = image(name, inputs)?;
    let help = format!("a smaller `size`, or fewer steps that halve the image before `{name}`");
    windows_of_image(name, window, channels, inputs, &help)
}

impl Operation for MaxPool {
    fn name(&self) -> &'static str {
        "max_pool"
    }

    fn call(&self) -> String {
        match self.window {
            Some(window) => format!("max_pool({}, stride: {})", window.size, window.stride),
            None => self.name().to_owned(),
        }
    }

    fn reading(self, kinds: &[ValueKind]) -> Result<Self, ShapeError> {
        numbers_only(self, kinds)
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        match &self.window {
            Some(window) if is_image(inputs) => pooled_image(self.name(), window, inputs),
            None if is_image(inputs) => Err(ShapeError {
                message: "`max_pool` of an image needs a size".into(),
                inputs: vec![0],
                help: Some("write `max_pool(2)`".into()),
            }),
            window => {
                let (steps, width) = sequence(self.name(), inputs)?;
                let Some(window) = window else { return Ok(Shape::vector(width)) };
                windows_of_steps(window, steps, width, "make the window of `max_pool` smaller")
            }
        }
    }

    fn weights(&self, _input: &Shape) -> Vec<Weight> {
        no_weights()
    }

    fn running(&self, _input: &Shape) -> Vec<RunningStat> {
        no_statistics()
    }

    fn traits(&self) -> Traits {
        self.window.map_or(Traits::ACROSS_STEPS, Traits::windows)
    }

    fn flops(&self, inputs: &[&Shape], output: &Shape) -> u64 {
        let cells = match self.window {
            Some(window) if is_image(inputs) => window.size * window.size,
            Some(window) => window.size,
            None => steps_and_width(inputs).0,
        };
        output.size() as u64 * cells as u64
    }
}

impl Operation for MeanPool {
    fn name(&self) -> &'static str {
        "mean_pool"
    }

    fn call(&self) -> String {
        self.name().to_owned()
    }

    fn reading(self, kinds: &[ValueKind]) -> Result<Self, ShapeError> {
        numbers_only(self, kinds)
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        sequence(self.name(), inputs).map(|(_, width)| Shape::vector(width))
    }

    fn weights(&self, _input: &Shape) -> Vec<Weight> {
        no_weights()
    }

    fn running(&self, _input: &Shape) -> Vec<RunningStat> {
        no_statistics()
    }

    fn traits(&self) -> Traits {
        Traits::ACROSS_STEPS
    }

    fn flops(&self, inputs: &[&Shape], _output: &Shape) -> u64 {
        read(inputs)
    }
}

impl Operation for AvgPool {
    fn name(&self) -> &'static str {
        "avg_pool"
    }

    fn call(&self) -> String {
        format!("avg_pool({}, stride: {})", self.0.size, self.0.stride)
    }

    fn reading(self, kinds: &[ValueKind]) -> Result<Self, ShapeError> {
        numbers_only(self, kinds)
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        pooled_image(self.name(), &self.0, inputs)
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

    fn flops(&self, _inputs: &[&Shape], output: &Shape) -> u64 {
        (self.0.size * self.0.size) as u64 * output.size() as u64
    }
}

impl Operation for GlobalAvgPool {
    fn name(&self) -> &'static str {
        "global_avg_pool"
    }

    fn call(&self) -> String {
        self.name().to_owned()
    }

    fn reading(self, kinds: &[ValueKind]) -> Result<Self, ShapeError> {
        numbers_only(self, kinds)
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        image(self.name(), inputs).map(|[channels, ..]| Shape::vector(channels))
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

    fn flops(&self, inputs: &[&Shape], _output: &Shape) -> u64 {
        read(inputs)
    }
}
