//! The strategies and their settings: one table, which combines are checked against and documentation is made from.

use crate::ops::{Constant, Kind, Parameter, Signature};
use crate::sema::lower::fusion::merge::ATTENTION;

/// A strategy: its name, its settings, how many inputs it takes.
pub(crate) struct Strategy {
    /// What it is called, what it does, its settings.
    pub(crate) signature: Signature,
    /// The least number of inputs.
    pub(crate) least: usize,
    /// The greatest number of inputs.
    pub(crate) most: usize,
}

const MANY: usize = 64;

const BETA: Parameter = Parameter::new(
    "beta",
    Kind::Number(0.0, 1e3),
    "how much a component that is sure leaves the others to decide: 0 is an average, 1 the whole product",
)
.or_number(0.5)
.of_paper();
const WEIGHTS: Parameter = Parameter::new(
    "weights",
    Kind::Form("a list of numbers in the order of the components, or a record of them by component"),
    "the weight of each component in the class losses; 1 for every one where it is left out",
)
.optional()
.of_paper();
const HEAD: Parameter = Parameter::new(
    "head",
    Kind::Block,
    "what each component goes through before its last linear layer, which has a logit for every class",
)
.optional();
const PROJECT: Parameter = Parameter::new(
    "project",
    Kind::Block,
    "what every input goes through before it is merged, with weights of its own",
)
.optional();
const MERGE: Parameter = Parameter::new(
    "merge",
    Kind::Form("`sum`, `mean`, `concat` or `attention(size)`"),
    "how several representations become one",
)
.or(Constant::Word("sum"))
.of_paper();
const BOOST: Parameter = Parameter::new(
    "boost",
    Kind::Form("`margin(delta)` or `none`"),
    "which rows count: with `margin(delta)` those whose label does not win by more than `delta` yet",
)
.or(Constant::Word("none"));
const GRADIENT: Parameter = Parameter::new(
    "gradient",
    Kind::Choice(&["detached", "attached"]),
    "whether `q` is a constant weight in the gradient, or is differentiated too",
)
.or(Constant::Word("detached"))
.of_paper();
const NORMALIZE: Parameter = Parameter::new(
    "normalize",
    Kind::Bool,
    "whether a row's loss is the cross-entropy of `softmax(-l)`, the naive way of the paper's section 3.2: \
     `l^y + log sum over k of exp(-l^k)` in place of `l^y`",
)
.or(Constant::Bool(false))
.of_paper();
const MIXTURES: Parameter = Parameter::new(
    "mixtures",
    Kind::Form("`all`, `up_to(k)` or a list of lists of inputs"),
    "which sets of inputs are candidates; all that are not empty are 2^M - 1",
)
.or(Constant::Word("all"))
.of_paper();

const MULTIPLICATIVE_EQUATION: &str = "equation 8:  q_i^k = prod over j != i of (1 - p_j^k)^(beta / (C - 1))\n\
     equation 9:  l^k = - sum over i of w_i q_i^k log p_i^k\n\
     equation 7:  the class of the smallest l^k is predicted\n\
     loss of a row with label y:  L = l^y;  normalize:  L = l^y + log sum over k of exp(-l^k)";

const fn strategy(signature: Signature, least: usize, most: usize) -> Strategy {
    Strategy { signature, least, most }
}

/// Every strategy.
pub(crate) const STRATEGIES: &[Strategy] = &[
    strategy(
        Signature::new("single", "one input decides alone: Base, in the paper")
            .shapes("one input -> 1 component")
            .equation("l^k = - log p^k")
            .params(&[HEAD])
            .example("combine base = single(low_net)"),
        1,
        1,
    ),
    strategy(
        Signature::new("early", "raw modalities side by side, one net decides")
            .shapes("M inputs -> 1 component")
            .equation("equation 1:  p = f([v_1; ...; v_M])")
            .params(&[Parameter::new("net", Kind::Block, "the net, before its last linear layer").optional()])
            .example("combine together = early(low, high) { net = mlp([64, 64]) }"),
        1,
        MANY,
    ),
    strategy(
        Signature::new("late", "each input decides for itself, and the decisions are brought together: Fuse, in the paper")
            .shapes("M inputs -> M components")
            .equation("equation 2:  p = F(p_1, ..., p_M)")
            .params(&[
                Parameter::new("by", Kind::Choice(&["average", "vote", "learned"]), "how decisions are brought together")
                    .or(Constant::Word("average")),
                HEAD,
            ])
            .example("combine fuse = late(low_net, high_net) { by = average }"),
        1,
        MANY,
    ),
    strategy(
        Signature::new("additive", "representations are merged into one, and one head decides: Add, in the paper")
            .shapes("M inputs -> 1 component")
            .equation("equations 3 to 5:  u_i = f_i(v_i);  u = sum over i of u_i;  p = g(u)")
            .params(&[MERGE, PROJECT, HEAD])
            .example("combine add = additive(low_net, high_net) {\n  project = linear(64) |> relu\n  merge   = mean\n  head    = mlp([64])\n}"),
        1,
        MANY,
    ),
    strategy(
        Signature::new(
            "multiplicative",
            "each input decides for itself, and one that is sure leaves the others less to decide: Mul, in the paper",
        )
        .shapes("M inputs -> M components")
        .equation(MULTIPLICATIVE_EQUATION)
        .params(&[BETA, WEIGHTS, HEAD, BOOST, GRADIENT, NORMALIZE])
        .example("combine mul = multiplicative(low_net, high_net) {\n  beta = 0.5\n  head = mlp([64])\n}"),
        1,
        MANY,
    ),
    strategy(
        Signature::new(
            "mulmix",
            "mixtures of inputs are candidates beside the single ones, combined multiplicatively: MulMix, in the paper",
        )
        .shapes("M inputs -> as many components as mixtures, 2^M - 1 if all")
        .equation(
            "equation 11:  u_c = sum over i in mixture c of u_i;  p_c = g_c(u_c)\n\
             equations 12 and 13:  as 8 and 9, over mixtures in place of modalities",
        )
        .params(&[BETA, WEIGHTS, HEAD, BOOST, GRADIENT, NORMALIZE, MIXTURES, MERGE, PROJECT])
        .example("combine mix = mulmix(low_net, high_net) {\n  beta     = 0.5\n  mixtures = all\n  head     = mlp([64])\n}"),
        1,
        16,
    ),
    strategy(
        Signature::new("cldl", "multiplicative combination with `beta = 1`, as in CLDL, the paper's reference 24")
            .shapes("M inputs -> M components")
            .equation("equations 8 and 9 with beta = 1")
            .params(&[WEIGHTS])
            .example("combine chained = cldl(low_net, high_net) { weights = [0.3, 1.0] }"),
        1,
        MANY,
    ),
];

/// The signatures of all strategies.
pub(crate) fn strategies() -> Vec<&'static Signature> {
    STRATEGIES.iter().map(|strategy| &strategy.signature).collect()
}

const MARGIN: Signature =
    Signature::new("margin", "rows whose label already wins by more than `delta` count nothing in the loss")
        .equation("equation 10:  L = l^y * (1 - prod over k != y of [l^y + delta < l^k])")
        .params(&[Parameter::new(
            "delta",
            Kind::Number(0.0, f64::INFINITY),
            "by how much, on the scale of the class losses",
        )])
        .example("combine boosted = mulmix(low_net, high_net) {\n  beta  = 1.0\n  boost = margin(0.0)\n}");
const UP_TO: Signature = Signature::new("up_to", "every mixture of at most so many inputs")
    .params(&[Parameter::new("k", Kind::Integer(1), "how many inputs the largest mixture has")])
    .example("combine mix = mulmix(low_net, high_net) { mixtures = up_to(1) }");

/// What settings of strategies are made of, for the documentation.
pub(crate) const SETTING_VALUES: &[&Signature] = &[&ATTENTION, &MARGIN, &UP_TO];
