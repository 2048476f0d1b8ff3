//! Adam (Kingma and Ba, 2015) and AdamW (Loshchilov and Hutter, 2019), as `torch.optim` computes them.

use super::rule::{LR, OptimizerEntry, POSITIVE, ParamChunk, SHARE, UpdateRule, WEIGHT_DECAY};
use crate::signature::{Argument, Arguments, Parameter, Signature};
use crate::spec::{AdamSpec, OptimizerSpec};

/// `adam(lr: 0.001, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.0)`
pub(super) const ADAM: OptimizerEntry = OptimizerEntry {
    signature: Signature::new("adam", "Adam with bias correction, as the paper trains on user profiles")
        .equation("g = g + weight_decay * w\nm = beta1 * m + (1 - beta1) * g;  v = beta2 * v + (1 - beta2) * g^2\nw = w - lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)")
        .params(&params(0.0))
        .example("train {\n  optimizer = adam(lr: 1e-3)\n  epochs    = 10\n}"),
    spec: |args| spec(args, false),
};

/// `adamw(lr: 0.001, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.01)`
pub(super) const ADAMW: OptimizerEntry = OptimizerEntry {
    signature: Signature::new("adamw", "Adam with weight decay decoupled from the gradient")
        .equation("w = w - lr * weight_decay * w, then as adam without decay")
        .params(&params(0.01))
        .example("train {\n  optimizer = adamw(lr: 1e-3, weight_decay: 0.05)\n  epochs    = 10\n}"),
    spec: |args| spec(args, true),
};

const fn params(weight_decay: f64) -> [Parameter; 5] {
    [
        LR.or_number(1e-3),
        Parameter::new("beta1", SHARE, "decay of the mean of gradients").or_number(0.9),
        Parameter::new("beta2", SHARE, "decay of the mean of their squares").or_number(0.999),
        Parameter::new("eps", POSITIVE, "added to the denominator, so that it is never 0").or_number(1e-8),
        WEIGHT_DECAY.or_number(weight_decay),
    ]
}

fn spec(args: &Arguments, decoupled: bool) -> OptimizerSpec {
    OptimizerSpec::Adam(AdamSpec {
        lr: args.number("lr"),
        beta1: args.number("beta1"),
        beta2: args.number("beta2"),
        eps: args.number("eps"),
        weight_decay: args.number("weight_decay"),
        decoupled,
    })
}

impl UpdateRule for AdamSpec {
    fn name(&self) -> &'static str {
        if self.decoupled { ADAMW.signature.name } else { ADAM.signature.name }
    }

    fn arguments(&self) -> Arguments {
        Arguments(vec![
            ("lr", Argument::Number(self.lr)),
            ("beta1", Argument::Number(self.beta1)),
            ("beta2", Argument::Number(self.beta2)),
            ("eps", Argument::Number(self.eps)),
            ("weight_decay", Argument::Number(self.weight_decay)),
        ])
    }

    fn learning_rate(&self) -> f64 {
        self.lr
    }

    fn moments(&self) -> usize {
        2
    }

    fn coupled_decay(&self) -> f32 {
        if self.decoupled { 0.0 } else { self.weight_decay as f32 }
    }

    /// `m += (1 - beta1) (g - m); v = beta2 v + (1 - beta2) g^2; w -= rate m / (sqrt(v) / root + eps)`, where `rate` and
    /// `root` hold the corrections for the bias of the moments.
    fn update(&self, lr: f64, step: u64) -> Box<dyn Fn(ParamChunk<'_>, f32) + Sync> {
        let steps = step as f64;
        let rate = (lr / (1.0 - self.beta1.powf(steps))) as f32;
        let root = (1.0 - self.beta2.powf(steps)).sqrt() as f32;
        let (gain1, gain2) = ((1.0 - self.beta1) as f32, (1.0 - self.beta2) as f32);
        let (beta2, eps) = (self.beta2 as f32, self.eps as f32);
        // The share of a weight that decoupled decay leaves.
        let shrink = if self.decoupled { (1.0 - lr * self.weight_decay) as f32 } else { 1.0 };
        Box::new(move |ParamChunk { weights, gradient, first, second, decaying }, scale| {
            if shrink != 1.0 {
                for range in decaying {
                    weights[range.clone()].iter_mut().for_each(|w| *w *= shrink);
                }
            }
            for (((w, g), m), v) in weights.iter_mut().zip(gradient).zip(first).zip(second) {
                let g = g * scale;
                *m += gain1 * (g - *m);
                *v = beta2 * *v + gain2 * (g * g);
                *w -= rate * *m / (v.sqrt() / root + eps);
            }
        })
    }
}
