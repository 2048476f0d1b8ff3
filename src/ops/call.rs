//! An operation as a pipeline would call it.

use super::{Op, Window};

impl Op {
    /// The operation and what it was told, with the defaults that matter.
    pub fn call(&self) -> String {
        match self {
            Op::Linear { out, bias, activation, .. } => {
                let bias = if *bias { "" } else { ", bias: false" };
                let after = activation.map_or(String::new(), |activation| format!(" |> {}", activation.name()));
                format!("linear({out}{bias}){after}")
            }
            Op::Dropout { p } => format!("dropout({p})"),
            Op::BatchNorm { eps, momentum } => format!("batch_norm(eps: {eps}, momentum: {momentum})"),
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
