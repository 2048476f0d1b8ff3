//! The settings of the multiplicative combination: what they are, and the rule they make.

use super::combination::Combination;
use super::decision::{DecisionBeta, PriorCount};
use super::multiplicative::{Multiplicative, QGradient};
use crate::signature::{Arguments, DefaultValue, Kind, Parameter};

pub(super) const BETA: Parameter = Parameter::new(
    "beta",
    Kind::Number(0.0, 1e3),
    "how much a confident component reduces the weight of the others: 0 is an average, 1 the whole product",
)
.or_number(0.5)
.of_paper();
/// The setting that `margin(delta)` is a value of.
pub const BOOST: Parameter = Parameter::new(
    "boost",
    Kind::Form("`margin(delta)` or `none`"),
    "which rows count: with `margin(delta)` those whose label does not win by more than `delta` yet",
)
.or(DefaultValue::Word("none"));
pub(super) const GRADIENT: Parameter = Parameter::new(
    "gradient",
    Kind::Choice(&["detached", "attached"]),
    "whether `q` is a constant weight in the gradient, or is differentiated too",
)
.or(DefaultValue::Word("detached"))
.of_paper();
pub(super) const NORMALIZE: Parameter = Parameter::new(
    "normalize",
    Kind::Bool,
    "whether a row's loss is the cross-entropy of `softmax(-l)`, the naive way of the paper's section 3.2: \
     `l^y + log sum over k of exp(-l^k)` in place of `l^y`",
)
.or(DefaultValue::Bool(false))
.of_paper();
pub(super) const ANNEAL: Parameter = Parameter::new(
    "anneal",
    Kind::Integer(0),
    "over how many epochs `beta` grows from 0, which it is in the first, to its value; validation rows are measured at its \
     value",
)
.or(DefaultValue::Integer(0));
pub(super) const GCE: Parameter = Parameter::new(
    "gce",
    Kind::Number(0.0, 1.0),
    "the exponent `r` of the generalized cross-entropy `(1 - p^r) / r` (Zhang and Sabuncu, NeurIPS 2018), which takes the \
     place of `-log p` in the training loss, so that rows with wrong labels count less: 0 is `-log p` itself, 1 the \
     absolute error",
)
.or_number(0.0);
/// The setting that `fixed(beta)` is a value of.
pub const DECIDE: Parameter = Parameter::new(
    "decide",
    Kind::Form("`trained`, `fixed(beta)` or `fitted`"),
    "the `beta` of decisions: that of the training, another one, or with `fitted` one of least log loss on the rows that \
     calibrate, with a temperature of each component before the product; those numbers are kept only if they lower the log \
     loss of rows they were not fitted to by more than its standard error, where ten of these rows for each number are \
     decided wrongly",
)
.or(DefaultValue::Word("trained"));
pub(super) const PRIOR: Parameter = Parameter::new(
    "prior",
    Kind::Choice(&["each", "once"]),
    "how often decisions count the shares of the classes among the training rows: with `each` component, whose \
     probabilities contain them, or `once`",
)
.or(DefaultValue::Word("each"));

pub(super) const MULTIPLICATIVE_EQUATION: &str = "equation 8:  q_i^k = prod over j != i of (1 - p_j^k)^(beta / (C - 1))\n\
     equation 9:  l^k = - sum over i of w_i q_i^k log p_i^k\n\
     equation 7:  the class of the smallest l^k is predicted\n\
     loss of a row with label y:  L = l^y;  normalize:  L = l^y + log sum over k of exp(-l^k)\n\
     gce = r:  g(x) = (1 - exp(-r x)) / r;  L = sum over i of w_i q_i^y g(- log p_i^y);  normalize:  L = g(L)\n\
     anneal = e:  beta min(1, (epoch - 1) / e) in place of beta, in training\n\
     prior = once:  l^k + (sum over i of w_i q_i^k - 1) log prior^k in place of l^k, in decisions";

/// The rule of these settings.
pub(super) fn multiplicative(settings: &Arguments) -> Combination {
    let gradient = match settings.word("gradient") {
        "attached" => QGradient::Attached,
        _ => QGradient::Detached,
    };
    Combination::Multiplicative(Multiplicative {
        beta: settings.number("beta"),
        gradient,
        boost: settings.number_if("boost"),
        normalize: settings.flag("normalize"),
        anneal: settings.integer("anneal"),
        gce: settings.number_if("gce").filter(|exponent| *exponent > 0.0),
        decide: match (settings.word("decide"), settings.number_if("decide")) {
            ("fitted", _) => DecisionBeta::Fitted,
            (_, Some(beta)) => DecisionBeta::Fixed(beta),
            _ => DecisionBeta::Trained,
        },
        prior: if settings.word("prior") == "once" { PriorCount::Once } else { PriorCount::Each },
    })
}
