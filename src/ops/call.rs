//! An operation as a pipeline would call it.

use super::{Activation, Op, Padding, Window};

impl Op {
    /// The operation and what it was told, with the defaults that matter.
    pub fn call(&self) -> String {
        match self {
            Op::Linear { out, bias, activation, .. } => {
                let bias = if *bias { "" } else { ", bias: false" };
                format!("linear({out}{bias}){}", then(*activation))
            }
            Op::Conv2d { channels, frame, bias, .. } => {
                let stride = if frame.stride == 1 { String::new() } else { format!(", stride: {}", frame.stride) };
                let padding = match frame.padding {
                    Padding::Same => String::new(),
                    Padding::Valid => ", padding: valid".into(),
                    Padding::Zeros(each) => format!(", padding: {each}"),
                };
                let bias = if *bias { "" } else { ", bias: false" };
                format!("conv2d({channels}, kernel: {}{stride}{padding}{bias})", frame.size)
            }
            Op::AvgPool(frame) => format!("avg_pool({}, stride: {})", frame.size, frame.stride),
            Op::PadChannels { channels } => format!("pad_channels({channels})"),
            Op::Dropout { p } => format!("dropout({p})"),
            Op::BatchNorm { eps, momentum, activation } => {
                format!("batch_norm(eps: {eps}, momentum: {momentum}){}", then(*activation))
            }
            Op::LayerNorm { eps } => format!("layer_norm(eps: {eps})"),
            Op::Affine { scale, offset } => format!("{scale} * x + {offset}"),
            Op::Embedding { width, ids, .. } => format!("embedding({width}) of {ids} ids"),
            Op::Lstm(lstm) => {
                let layers = if lstm.layers == 1 { String::new() } else { format!(", layers: {}", lstm.layers) };
                let both = if lstm.bidirectional { ", bidirectional: true" } else { "" };
                let output = if lstm.all { "all" } else { "last" };
                format!("lstm({}{layers}{both}, output: {output})", lstm.hidden)
            }
            Op::Conv1d { channels, window: Window { size, stride, padding }, bias } => {
                let bias = if *bias { "" } else { ", bias: false" };
                format!("conv1d({channels}, kernel: {size}, stride: {stride}, padding: {padding}{bias})")
            }
            Op::MaxPool { window: Some(window) } => format!("max_pool({}, stride: {})", window.size, window.stride),
            Op::AttentionPool { size } => format!("attention_pool({size})"),
            other => other.name().to_owned(),
        }
    }
}

/// The activation that was fused onto an operation, as it was written.
fn then(activation: Option<Activation>) -> String {
    activation.map_or(String::new(), |activation| format!(" |> {}", activation.name()))
}
