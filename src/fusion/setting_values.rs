//! Values of strategies' settings that are calls: merges, margins, lengths of logits, sizes of mixtures.

use crate::signature::{DefaultValue, Kind, Parameter, Signature};

const MODES: &[&str] = &["separate", "shared", "cross"];

/// Attention over modalities, after the paper's code.
pub const ATTENTION: Signature =
    Signature::new("attention", "representations weighted by a softmax over scores, for every row and input")
        .equation(
            "mean over i of a_i h_i,  a = softmax(s)\n\
             separate: s_i = u_i . tanh(V_i h_i + c_i)\n\
             shared:   s_i = u . tanh(V h_i + c)\n\
             cross:    s = U tanh(V [h_1; ...; h_M] + c)",
        )
        .params(&[
            Parameter::new("size", Kind::Integer(1), "how wide the hidden layer of the scores is"),
            Parameter::new(
                "mode",
                Kind::Choice(MODES),
                "what the score of an input is computed from, and by which weights",
            )
            .or(DefaultValue::Word("separate"))
            .of_paper(),
        ])
        .example(
            "combine add = additive(low_net, high_net) {\n  project = linear(64) |> relu\n  merge   = attention(32)\n}",
        );

/// Gates that read all representations: the GMU.
pub const GATED: Signature = Signature::new(
    "gated",
    "representations added up through gates that read all of them: the gated multimodal unit of Arevalo et al. (2017)",
)
.equation("u = sum over i of sigmoid(U_i [u_1; ...; u_M]) * tanh(W_i u_i)")
.params(&[Parameter::new("size", Kind::Integer(1), "how wide the result is")])
.example("combine add = additive(low_net, high_net) { merge = gated(64) }");
/// Products of all representations, of low rank: LMF.
pub const LOW_RANK: Signature =
    Signature::new("low_rank", "the products of all representations as a tensor of low rank: LMF of Liu et al. (2018)")
        .equation("u = sum over r of prod over i of (W_ir u_i + b_ir)")
        .params(&[
            Parameter::new("size", Kind::Integer(1), "how wide the result is"),
            Parameter::new("rank", Kind::Integer(1), "how many products are added up").or(DefaultValue::Integer(4)),
        ])
        .example("combine add = additive(low_net, high_net) { merge = low_rank(64, rank: 4) }");
/// The value of `boost`.
pub const MARGIN: Signature = Signature::new(
    "margin",
    "rows whose label already wins by more than `delta` count nothing in the loss",
)
.equation("equation 10:  L = l^y * (1 - prod over k != y of [l^y + delta < l^k]),  delta > 0")
.params(&[Parameter::new(
    "delta",
    Kind::Number(f64::NEG_INFINITY, f64::INFINITY),
    "by how much, on the scale of the class losses, above 0: with a margin of 0 a row costs nothing as soon as it is \
             right, and training shrinks all logits until every answer is 1/K",
)
.or_number(1.0)
.of_paper()])
.example("combine boosted = mulmix(low_net, high_net) {\n  beta  = 1.0\n  boost = margin(1.0)\n}");
/// A value of `logits`.
pub const UNIT: Signature = Signature::new(
    "unit",
    "logits divided by their Euclidean length and multiplied by `scale`, so that no input, however far from the training \
     rows, makes a component surer than any other row does",
)
.equation("z <- scale z / ||z||;  a zero vector stays zero, with a gradient of zero")
.params(&[Parameter::new(
    "scale",
    Kind::Number(0.0, f64::INFINITY),
    "the length of the result, above 0: no probability exceeds 1 / (1 + (K - 1) exp(-scale sqrt(K / (K - 1))))",
)])
.example("combine mul = multiplicative(low_net, high_net) { logits = unit(10) }");
/// A value of `decide`.
pub const FIXED: Signature = Signature::new("fixed", "decisions with this `beta`, whatever the training used")
    .params(&[Parameter::new("beta", Kind::Number(0.0, 1e3), "the `beta` of decisions, at least 0")])
    .example("combine mul = multiplicative(low_net, high_net) {\n  beta   = 0.5\n  decide = fixed(0.8)\n}");
/// A value of `mixtures`.
pub const UP_TO: Signature = Signature::new("up_to", "every mixture of at most so many inputs")
    .params(&[Parameter::new("k", Kind::Integer(1), "how many inputs the largest mixture has")])
    .example("combine mix = mulmix(low_net, high_net) { mixtures = up_to(1) }");

/// Values of strategies' settings, for the documentation.
pub const SETTING_VALUES: &[&Signature] = &[&ATTENTION, &FIXED, &GATED, &LOW_RANK, &MARGIN, &UNIT, &UP_TO];
