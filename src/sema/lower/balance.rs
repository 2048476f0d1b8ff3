//! The `balance` setting of `train`: how the progress of components is balanced.

use crate::ops::{Arguments, DefaultValue, Kind, Parameter, Signature};
use crate::sema::eval::evaluator::Evaluator;
use crate::spec::{Balance, Spanned};
use crate::syntax::ast::Expr;

const ALPHA: Parameter =
    Parameter::new("alpha", Kind::Number(0.0, 1e3), "how much gradients are changed: 0 is not at all");

/// A way of balancing.
pub(crate) struct BalanceRow {
    /// Its name, description and arguments.
    pub(crate) signature: Signature,
    /// What the combine that is trained must have.
    pub(crate) needs: BalanceNeeds,
    /// Its specification.
    spec: fn(&Arguments) -> Balance,
}

/// What a way of balancing needs of the combine that is trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BalanceNeeds {
    /// A component for each of several inputs, no two of which share weights.
    OneForEach,
    /// A loss of all inputs together beside one of each.
    JointLoss,
    /// The same, and validation rows to measure them on.
    MeasuredJointLoss,
}

/// Every way of balancing.
pub(crate) const BALANCES: &[BalanceRow] = &[
    BalanceRow {
        signature: Signature::new(
            "blend",
            "component losses weighted by how much they generalize and how little they overfit, after Gradient-Blending (Wang \
             et al., CVPR 2020): the paper measures separate trainings, this the components as they train together. For \
             `multitask`, with validation rows",
        )
        .equation(
            "w_c = C (G_c / O_c^2) / sum over d of G_d / O_d^2, and 1 before the first estimate\n\
             G_c = fall of CE(z_c) on the validation rows since the last estimate, at least 0\n\
             O_c = growth of its distance from that on the training rows, at least 0.01\n\
             where no G_c is above 0, the weights stay",
        )
        .params(&[Parameter::new("every", Kind::Integer(1), "after how many epochs the weights are estimated anew")
            .or(DefaultValue::Integer(5))])
        .example(
            "combine both = multitask(low_net, high_net) { merge = concat }\n\n\
             train {\n  combine = both\n  epochs  = 40\n  balance = blend(every: 5)\n}",
        ),
        needs: BalanceNeeds::MeasuredJointLoss,
        spec: |args| Balance::Blend { every: args.integer("every") },
    },
    BalanceRow {
        signature: Signature::new(
            "ogm",
            "the encoder of the component that leads learns slower, and noise is added to the gradients of all: OGM-GE (Peng et \
             al., CVPR 2022). For strategies with a component for each input; the paper's sum of logits is `multiplicative` \
             with `beta = 0` and `normalize = true`. Beyond two components, where the paper has no rule, each is compared \
             with the mean of the others",
        )
        .equation(
            "s_v = mean over the rows of the batch that have v of p_v^y\n\
             r_v = s_v / mean over u != v of s_u;  k_v = 1 - tanh(alpha r_v) where r_v > 1, else 1\n\
             g <- k_v g + N(0, std(g)^2) for each matrix of the encoder of v",
        )
        .params(&[
            ALPHA,
            Parameter::new("noise", Kind::Bool, "whether noise as large as the gradient is added: the GE of OGM-GE")
                .or(DefaultValue::Bool(true)),
        ])
        .example(
            "combine both = multiplicative(low_net, high_net)\n\n\
             train {\n  combine = both\n  epochs  = 40\n  balance = ogm(0.5)\n}",
        ),
        needs: BalanceNeeds::OneForEach,
        spec: |args| Balance::Ogm { alpha: args.number("alpha"), noise: args.flag("noise") },
    },
    BalanceRow {
        signature: Signature::new(
            "agm",
            "the gradient of a component shrinks where it runs ahead of its usual place among the others, and grows where it \
             falls behind: AGM (Li et al., ICCV 2023), whose mono-modal responses are the logits of the components. For \
             strategies with a component for each input; the paper's sum of logits is `multiplicative` with `beta = 0` and \
             `normalize = true`",
        )
        .equation(
            "s_v = mean over the rows of the batch that have v of - log p_v^y\n\
             r_v = exp(1/(V - 1) sum over u of (s_u - s_v));  tau_v = the same of the running means of s before this step\n\
             g <- exp(alpha min(tau_v - r_v, 10)) g for all parameters of v",
        )
        .params(&[ALPHA])
        .example(
            "combine both = multiplicative(low_net, high_net)\n\n\
             train {\n  combine = both\n  epochs  = 40\n  balance = agm(0.5)\n}",
        ),
        needs: BalanceNeeds::OneForEach,
        spec: |args| Balance::Agm { alpha: args.number("alpha") },
    },
    BalanceRow {
        signature: Signature::new(
            "pareto",
            "the gradients that an encoder has of the joint loss and of its own are joined without conflict: MMPareto (Wei et \
             al., ICML 2024). For `multitask`; a step computes two passes",
        )
        .equation(
            "g_J, g_U = gradients of w_J CE(z_J) and of w_v CE(z_v) by all parameters of the encoder of v\n\
             c = (1/2, 1/2) where g_J . g_U > 0, else argmin over c_1 + c_2 = 1 of ||c_1 g_J + c_2 g_U||\n\
             h = 2 c_1 g_J + 2 c_2 g_U;  g <- gamma h max(1, ||g_J + g_U|| / ||h||)",
        )
        .params(&[Parameter::new("gamma", Kind::Number(0.0, 1e3), "the factor of the joined gradient").or_number(1.5)])
        .example(
            "combine both = multitask(low_net, high_net) { merge = concat }\n\n\
             train {\n  combine = both\n  epochs  = 40\n  balance = pareto\n}",
        ),
        needs: BalanceNeeds::JointLoss,
        spec: |args| Balance::Pareto { gamma: args.number("gamma") },
    },
];

impl<'a> Evaluator<'a> {
    /// The way of balancing that the setting `balance` holds.
    pub(crate) fn balance(&mut self, expr: &'a Expr) -> Option<Spanned<Balance>> {
        let (name, span, args) = self.built_in(expr, "a way of balancing, such as `ogm(0.5)`")?;
        let Some(row) = BALANCES.iter().find(|row| row.signature.name == name) else {
            let known: Vec<&str> = BALANCES.iter().map(|row| row.signature.name).collect();
            self.unknown_built_in("way of balancing", name, span, &known);
            return None;
        };
        let args = self.arguments(&row.signature, args, expr.span)?;
        Some(Spanned { value: (row.spec)(&args), span: expr.span })
    }
}
