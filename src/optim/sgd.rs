//! Stochastic gradient descent with momentum, as `torch.optim.SGD` computes it.

use super::rule::{LR, OptimizerEntry, ParamChunk, SHARE, UpdateRule, WEIGHT_DECAY};
use crate::signature::{Argument, Arguments, DefaultValue, Kind, Parameter, Signature};
use crate::spec::{OptimizerSpec, SgdSpec};

/// `sgd(lr: 0.01, momentum: 0.9, nesterov: false, weight_decay: 0.0)`
pub(super) const SGD: OptimizerEntry = OptimizerEntry {
    signature: Signature::new("sgd", "stochastic gradient descent with momentum, as the paper trains HIGGS and CIFAR")
        .equation("v = momentum * v + g + weight_decay * w;  w = w - lr * v\nnesterov: w = w - lr * (g + momentum * v)")
        .params(&[
            LR.or_number(0.01).of_paper(),
            Parameter::new("momentum", SHARE, "the share of the last step that is kept").or_number(0.9).of_paper(),
            Parameter::new("nesterov", Kind::Bool, "whether to look ahead").or(DefaultValue::Bool(false)).of_paper(),
            WEIGHT_DECAY.or_number(0.0),
        ])
        .example("train {\n  optimizer = sgd(lr: 0.05, momentum: 0.9, weight_decay: 2e-5)\n  epochs    = 10\n}"),
    spec: |args| {
        OptimizerSpec::Sgd(SgdSpec {
            lr: args.number("lr"),
            momentum: args.number("momentum"),
            nesterov: args.flag("nesterov"),
            weight_decay: args.number("weight_decay"),
        })
    },
};

impl UpdateRule for SgdSpec {
    fn name(&self) -> &'static str {
        SGD.signature.name
    }

    fn arguments(&self) -> Arguments {
        Arguments(vec![
            ("lr", Argument::Number(self.lr)),
            ("momentum", Argument::Number(self.momentum)),
            ("nesterov", Argument::Bool(self.nesterov)),
            ("weight_decay", Argument::Number(self.weight_decay)),
        ])
    }

    fn learning_rate(&self) -> f64 {
        self.lr
    }

    fn moments(&self) -> usize {
        usize::from(self.momentum > 0.0)
    }

    fn coupled_decay(&self) -> f32 {
        self.weight_decay as f32
    }

    /// `v = momentum v + g; w -= lr v`, or with Nesterov `w -= lr (g + momentum v)`.
    fn update(&self, lr: f64, _: u64) -> Box<dyn Fn(ParamChunk<'_>, f32) + Sync> {
        let (lr, momentum, nesterov) = (lr as f32, self.momentum as f32, self.nesterov);
        Box::new(move |ParamChunk { weights, gradient, first, .. }, scale| {
            if nesterov {
                for ((w, g), v) in weights.iter_mut().zip(gradient).zip(first) {
                    let g = g * scale;
                    *v = momentum * *v + g;
                    *w -= lr * (g + momentum * *v);
                }
            } else {
                for ((w, g), v) in weights.iter_mut().zip(gradient).zip(first) {
                    *v = momentum * *v + g * scale;
                    *w -= lr * *v;
                }
            }
        })
    }
}
