//! Convolutions and pools over images, `[N, c, h, w]`.

use crate::export::onnx::builder::GraphValue;
use crate::export::onnx::operation::{OnnxForm, StepContext};
use crate::export::onnx::proto::AttributeProto;
use crate::ops::{AvgPool, Conv2d, GlobalAvgPool, PadChannels, Window};

/// Pixels of zeros before and after along a side of `length` pixels.
fn zeros(window: &Window, length: usize) -> (i64, i64) {
    let Some((positions, before)) = window.along(length) else { return (0, 0) };
    let reach = (positions - 1) * window.stride + window.size;
    (before as i64, reach.saturating_sub(length + before) as i64)
}

/// The attributes of a window over images of this height and width.
pub(super) fn window_attributes(window: &Window, sizes: &[usize]) -> Vec<AttributeProto> {
    let size = |at: usize| sizes.get(at).copied().unwrap_or(1);
    let ((top, bottom), (left, right)) = (zeros(window, size(1)), zeros(window, size(2)));
    vec![
        AttributeProto::ints("kernel_shape", &[window.size as i64; 2]),
        AttributeProto::ints("strides", &[window.stride as i64; 2]),
        AttributeProto::ints("pads", &[top, left, bottom, right]),
    ]
}

impl OnnxForm for Conv2d {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        let weight = context.param(0);
        let bias = (context.param_count() > 1).then(|| context.param(1));
        let mut inputs = vec![context.x(), &weight];
        inputs.extend(&bias);
        let attributes = window_attributes(&self.window, &context.takes().0);
        context.graph.node("Conv", &inputs, attributes, context.x().element)
    }
}

impl OnnxForm for AvgPool {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        let attributes = window_attributes(&self.0, &context.takes().0);
        context.graph.node("AveragePool", &[context.x()], attributes, context.x().element)
    }
}

impl OnnxForm for GlobalAvgPool {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        context.graph.mean(context.x(), &[2, 3], false)
    }
}

impl OnnxForm for PadChannels {
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue {
        let more = self.channels.saturating_sub(context.takes().0.first().copied().unwrap_or(0));
        let (before, after) = ((more / 2) as i64, more.div_ceil(2) as i64);
        context.graph.pad(context.x(), &[0, before, 0, 0, 0, after, 0, 0], 0.0)
    }
}
