//! An operation as a pipeline would call it.

use super::Op;

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
            other => other.name().to_owned(),
        }
    }
}
