//! The forms of the operations. A sequence is rows x steps x features, an image rows x channels x lines x pixels.

use super::literal::{self, number, truth};
use super::operation::{TorchForm, TorchStep};
use crate::ops::{
    Activation, AffineOp, Arithmetic, Attend, AttentionPool, AvgPool, BatchNorm, Concat, Conv1d, Conv2d, Dropout,
    Embedding, FillMissing, Flatten, GlobalAvgPool, Gru, Hold, InputIndex, LayerNorm, Linear, Lstm, MaxPool, Mean,
    MeanPool, PadChannels, RealSteps, Recurrent, StepCount, Sum, TokenCount, UnitLogits, Window, WindowCount,
};

/// An expression with an activation, if there is one.
fn activated(x: String, activation: Option<Activation>) -> String {
    match activation {
        None => x,
        Some(Activation::Relu) => format!("functional.relu({x})"),
        Some(Activation::Tanh) => format!("torch.tanh({x})"),
        Some(Activation::Sigmoid) => format!("torch.sigmoid({x})"),
        Some(Activation::Gelu) => format!("functional.gelu({x}, approximate=\"tanh\")"),
        Some(Activation::Reciprocal) => format!("torch.reciprocal({x})"),
    }
}

/// Zeros before and after along a side.
fn zeros(window: &Window, length: usize) -> (usize, usize) {
    let Some((positions, before)) = window.along(length) else { return (0, 0) };
    let reach = (positions - 1) * window.stride + window.size;
    (before, reach.saturating_sub(length + before))
}

fn recurrent(kind: &str, layer: &Recurrent, context: &TorchStep<'_>) -> String {
    let (x, length, weights) = (context.x(), context.length(), context.params());
    let (layers, both, all) = (layer.layers, truth(layer.bidirectional), truth(layer.all));
    format!("recurrent(\"{kind}\", {x}, {length}, [{weights}], {layers}, {both}, {all})")
}

impl TorchForm for InputIndex {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        format!("inputs[{}]", literal::text(&context.plan.inputs[self.0].name))
    }
}

impl TorchForm for TokenCount {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        format!("token_count({})", context.x())
    }
}

impl TorchForm for StepCount {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        format!("step_count({})", context.x())
    }
}

impl TorchForm for RealSteps {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        let x = context.x();
        format!("torch.where({x}.isnan(), 0.0, {x})")
    }
}

impl TorchForm for WindowCount {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        format!("window_count({}, {}, {}, {})", context.x(), self.0.size, self.0.stride, self.0.zeros())
    }
}

impl TorchForm for Embedding {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        let found = format!("functional.embedding({}, {})", context.x(), context.param(0));
        if self.steps { found } else { format!("{found}.squeeze(1)") }
    }
}

impl TorchForm for Flatten {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        format!("{}.flatten(1)", context.x())
    }
}

impl TorchForm for Concat {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        format!("torch.cat([{}], dim=1)", context.reads.join(", "))
    }
}

impl TorchForm for Sum {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        context.reads.join(" + ")
    }
}

impl TorchForm for Mean {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        format!("({}) / {}", context.reads.join(" + "), context.reads.len())
    }
}

impl TorchForm for Attend {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        format!("attend({}, [{}])", context.x(), context.reads.get(1..).unwrap_or_default().join(", "))
    }
}

impl TorchForm for FillMissing {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        let name = |input: &usize| format!("present[{}]", literal::text(&context.plan.inputs[*input].name));
        let here: Vec<String> = context.step.needs.iter().map(name).collect();
        match here.is_empty() {
            true => context.x().to_owned(),
            false => format!("torch.where(({})[:, None], {}, {})", here.join(" & "), context.x(), context.param(0)),
        }
    }
}

impl TorchForm for Hold {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        format!("{}.detach()", context.x())
    }
}

impl TorchForm for Dropout {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        context.x().to_owned()
    }
}

impl TorchForm for Linear {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        let made = format!("functional.linear({}, {}, {})", context.x(), context.param(0), context.param(1));
        activated(made, self.activation)
    }
}

impl TorchForm for Activation {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        activated(context.x().to_owned(), Some(*self))
    }
}

impl TorchForm for Arithmetic {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        let sign = match self {
            Arithmetic::Add => "+",
            Arithmetic::Sub => "-",
            Arithmetic::Mul => "*",
            Arithmetic::Div => "/",
        };
        context.reads.join(&format!(" {sign} "))
    }
}

impl TorchForm for AffineOp {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        format!("{} * {} + {}", context.x(), number(self.scale), number(self.offset))
    }
}

impl TorchForm for BatchNorm {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        let (mean, variance) = (context.buffer(0), context.buffer(1));
        let (x, params, eps) = (context.x(), context.params(), number(self.eps));
        activated(format!("functional.batch_norm({x}, {mean}, {variance}, {params}, eps={eps})"), self.activation)
    }
}

impl TorchForm for LayerNorm {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        let (x, params, eps) = (context.x(), context.params(), number(self.eps));
        format!("functional.layer_norm({x}, {x}.shape[1:], {params}, {eps})")
    }
}

impl TorchForm for UnitLogits {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        format!("unit({}, {})", context.x(), number(self.scale))
    }
}

impl TorchForm for Conv2d {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        let size = |at: usize| context.step.takes.0.get(at).copied().unwrap_or(1);
        let ((top, bottom), (left, right)) = (zeros(&self.window, size(1)), zeros(&self.window, size(2)));
        let x = match top + bottom + left + right {
            0 => context.x().to_owned(),
            _ => format!("functional.pad({}, ({left}, {right}, {top}, {bottom}))", context.x()),
        };
        format!("functional.conv2d({x}, {}, {}, stride={})", context.param(0), context.param(1), self.window.stride)
    }
}

impl TorchForm for AvgPool {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        format!("functional.avg_pool2d({}, {}, {})", context.x(), self.0.size, self.0.stride)
    }
}

impl TorchForm for GlobalAvgPool {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        format!("{}.mean(dim=(2, 3))", context.x())
    }
}

impl TorchForm for PadChannels {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        let more = self.channels.saturating_sub(context.step.takes.0.first().copied().unwrap_or(0));
        format!("functional.pad({}, (0, 0, 0, 0, {}, {}))", context.x(), more / 2, more.div_ceil(2))
    }
}

impl TorchForm for Conv1d {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        let (x, length, stride, zeros) = (context.x(), context.length(), self.window.stride, self.window.zeros());
        format!("conv1d({x}, {length}, {}, {}, {stride}, {zeros})", context.param(0), context.param(1))
    }
}

impl TorchForm for MaxPool {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        let (x, length) = (context.x(), context.length());
        match self.window {
            Some(window) if context.step.takes.0.len() == 3 => {
                format!("functional.max_pool2d({x}, {}, {})", window.size, window.stride)
            }
            Some(window) => format!("max_pool({x}, {length}, {}, {})", window.size, window.stride),
            None => format!("max_pool({x}, {length})"),
        }
    }
}

impl TorchForm for MeanPool {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        format!("mean_pool({}, {})", context.x(), context.length())
    }
}

impl TorchForm for AttentionPool {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        format!("attention_pool({}, {}, {})", context.x(), context.length(), context.params())
    }
}

impl TorchForm for Lstm {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        recurrent("lstm", &self.recurrent(), context)
    }
}

impl TorchForm for Gru {
    fn expression(&self, context: &TorchStep<'_>) -> String {
        recurrent("gru", &self.recurrent(), context)
    }
}
