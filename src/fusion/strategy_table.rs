//! The strategies and their settings: the one table that combines are lowered by, settings are checked against and
//! documentation is made from.

use super::combination::Combination;
use super::combiner::Combiner;
use super::multiplicative::{Multiplicative, QGradient};
use super::strategy::{Strategy, all_concatenated, all_merged, one_per_input, one_per_mixture};
use crate::signature::{Arguments, DefaultValue, Kind, Parameter, Signature};

const MANY: usize = 64;

const BETA: Parameter = Parameter::new(
    "beta",
    Kind::Number(0.0, 1e3),
    "how much a confident component reduces the weight of the others: 0 is an average, 1 the whole product",
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
    "the layers of each component before its last linear layer, which has a logit for every class",
)
.optional();
const PROJECT: Parameter = Parameter::new(
    "project",
    Kind::Block,
    "the layers applied to every input before it is merged, with separate weights",
)
.optional();
const MERGE: Parameter = Parameter::new(
    "merge",
    Kind::Form("`sum`, `mean`, `concat` or `attention(size)`"),
    "how several representations become one",
)
.or(DefaultValue::Word("sum"))
.of_paper();
/// The setting that `margin(delta)` is a value of.
pub const BOOST: Parameter = Parameter::new(
    "boost",
    Kind::Form("`margin(delta)` or `none`"),
    "which rows count: with `margin(delta)` those whose label does not win by more than `delta` yet",
)
.or(DefaultValue::Word("none"));
/// The setting that `unit(scale)` is a value of.
pub const LOGITS: Parameter = Parameter::new(
    "logits",
    Kind::Form("`plain` or `unit(scale)`"),
    "the logits of every component: as the last linear layer makes them, or brought to one length",
)
.or(DefaultValue::Word("plain"));
const GRADIENT: Parameter = Parameter::new(
    "gradient",
    Kind::Choice(&["detached", "attached"]),
    "whether `q` is a constant weight in the gradient, or is differentiated too",
)
.or(DefaultValue::Word("detached"))
.of_paper();
const NORMALIZE: Parameter = Parameter::new(
    "normalize",
    Kind::Bool,
    "whether a row's loss is the cross-entropy of `softmax(-l)`, the naive way of the paper's section 3.2: \
     `l^y + log sum over k of exp(-l^k)` in place of `l^y`",
)
.or(DefaultValue::Bool(false))
.of_paper();
const MIXTURES: Parameter = Parameter::new(
    "mixtures",
    Kind::Form("`all`, `up_to(k)` or a list of lists of inputs"),
    "which sets of inputs are candidates; all that are not empty are 2^M - 1",
)
.or(DefaultValue::Word("all"))
.of_paper();

const MULTIPLICATIVE_EQUATION: &str = "equation 8:  q_i^k = prod over j != i of (1 - p_j^k)^(beta / (C - 1))\n\
     equation 9:  l^k = - sum over i of w_i q_i^k log p_i^k\n\
     equation 7:  the class of the smallest l^k is predicted\n\
     loss of a row with label y:  L = l^y;  normalize:  L = l^y + log sum over k of exp(-l^k)";

/// Every strategy.
pub const STRATEGIES: &[Strategy] = &[
    Strategy {
        signature: Signature::new("single", "one input decides alone: Base, in the paper")
            .shapes("one input -> 1 component")
            .equation("l^k = - log p^k")
            .params(&[HEAD, LOGITS])
            .example("combine base = single(low_net)"),
        least: 1,
        most: 1,
        has_components: false,
        idle_with_one_input: &[],
        components: one_per_input,
        combination: cross_entropy,
    },
    Strategy {
        signature: Signature::new("early", "raw modalities side by side, one net decides")
            .shapes("M inputs -> 1 component")
            .equation("equation 1:  p = f([v_1; ...; v_M])")
            .params(&[Parameter::new("net", Kind::Block, "the net, before its last linear layer").optional(), LOGITS])
            .example("combine together = early(low, high) { net = mlp([64, 64]) }"),
        least: 1,
        most: MANY,
        has_components: false,
        idle_with_one_input: &[],
        components: all_concatenated,
        combination: cross_entropy,
    },
    Strategy {
        signature: Signature::new("late", "each input decides separately, and the decisions are combined: Fuse, in the paper")
            .shapes("M inputs -> M components")
            .equation("equation 2:  p = F(p_1, ..., p_M)")
            .params(&[
                Parameter::new("by", Kind::Choice(&["average", "vote", "learned"]), "how decisions are combined")
                    .or(DefaultValue::Word("average")),
                HEAD,
                LOGITS,
            ])
            .example("combine fuse = late(low_net, high_net) { by = average }"),
        least: 1,
        most: MANY,
        has_components: true,
        idle_with_one_input: &[],
        components: one_per_input,
        combination: late,
    },
    Strategy {
        signature: Signature::new("additive", "representations are merged into one, and one head decides: Add, in the paper")
            .shapes("M inputs -> 1 component")
            .equation("equations 3 to 5:  u_i = f_i(v_i);  u = sum over i of u_i;  p = g(u)")
            .params(&[MERGE, PROJECT, HEAD, LOGITS])
            .example("combine add = additive(low_net, high_net) {\n  project = linear(64) |> relu\n  merge   = mean\n  head    = mlp([64])\n}"),
        least: 1,
        most: MANY,
        has_components: false,
        idle_with_one_input: &["merge"],
        components: all_merged,
        combination: cross_entropy,
    },
    Strategy {
        signature: Signature::new(
            "multiplicative",
            "each input decides separately, and a confident one reduces the weight of the others: Mul, in the paper",
        )
        .shapes("M inputs -> M components")
        .equation(MULTIPLICATIVE_EQUATION)
        .params(&[BETA, WEIGHTS, HEAD, LOGITS, BOOST, GRADIENT, NORMALIZE])
        .example("combine mul = multiplicative(low_net, high_net) {\n  beta = 0.5\n  head = mlp([64])\n}"),
        least: 1,
        most: MANY,
        has_components: true,
        idle_with_one_input: &["beta", "gradient"],
        components: one_per_input,
        combination: multiplicative,
    },
    Strategy {
        signature: Signature::new(
            "mulmix",
            "mixtures of inputs are candidates as well as single ones, combined multiplicatively: MulMix, in the paper",
        )
        .shapes("M inputs -> as many components as mixtures, 2^M - 1 if all")
        .equation(
            "equation 11:  u_c = sum over i in mixture c of u_i;  p_c = g_c(u_c)\n\
             equations 12 and 13:  as 8 and 9, over mixtures in place of modalities",
        )
        .params(&[BETA, WEIGHTS, HEAD, LOGITS, BOOST, GRADIENT, NORMALIZE, MIXTURES, MERGE, PROJECT])
        .example("combine mix = mulmix(low_net, high_net) {\n  beta     = 0.5\n  mixtures = all\n  head     = mlp([64])\n}"),
        least: 1,
        most: 16,
        has_components: true,
        idle_with_one_input: &["beta", "gradient", "merge", "project"],
        components: one_per_mixture,
        combination: multiplicative,
    },
    Strategy {
        signature: Signature::new("cldl", "multiplicative combination with `beta = 1`, as in CLDL, the paper's reference 24")
            .shapes("M inputs -> M components")
            .equation("equations 8 and 9 with beta = 1")
            .params(&[WEIGHTS, LOGITS])
            .example("combine chained = cldl(low_net, high_net) { weights = [0.3, 1.0] }"),
        least: 1,
        most: MANY,
        has_components: true,
        idle_with_one_input: &[],
        components: one_per_input,
        combination: cldl,
    },
];

/// The strategy of this name.
pub fn strategy(name: &str) -> Option<&'static Strategy> {
    STRATEGIES.iter().find(|strategy| strategy.signature.name == name)
}

/// One component: plain cross-entropy, whatever the rule.
fn cross_entropy(_settings: &Arguments) -> Combination {
    Combination::CROSS_ENTROPY
}

fn late(settings: &Arguments) -> Combination {
    match settings.word("by") {
        "vote" => Combination::Vote,
        "learned" => Combination::Learned(Combiner::default()),
        _ => Combination::Average,
    }
}

fn multiplicative(settings: &Arguments) -> Combination {
    let gradient = match settings.word("gradient") {
        "attached" => QGradient::Attached,
        _ => QGradient::Detached,
    };
    Combination::Multiplicative(Multiplicative {
        beta: settings.number("beta"),
        gradient,
        boost: settings.number_if("boost"),
        normalize: settings.flag("normalize"),
    })
}

fn cldl(_settings: &Arguments) -> Combination {
    Combination::Multiplicative(Multiplicative { beta: 1.0, ..Multiplicative::CROSS_ENTROPY })
}

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
/// A value of `mixtures`.
pub const UP_TO: Signature = Signature::new("up_to", "every mixture of at most so many inputs")
    .params(&[Parameter::new("k", Kind::Integer(1), "how many inputs the largest mixture has")])
    .example("combine mix = mulmix(low_net, high_net) { mixtures = up_to(1) }");

/// Values of strategies' settings, for the documentation.
pub const SETTING_VALUES: &[&Signature] = &[&ATTENTION, &MARGIN, &UNIT, &UP_TO];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fusion::ClassLoss;
    use crate::signature::Argument;

    /// Class losses, training loss and gradient of a row with one component, under all defaults but one setting.
    fn outcome(strategy: &Strategy, changed: Option<(&'static str, Argument)>) -> (Vec<f64>, f64, Vec<f64>) {
        let defaults = strategy.signature.params.iter().filter_map(|param| Some((param.name, param.default?.into())));
        let mut settings = Arguments(defaults.filter(|(name, _)| *name != "boost").collect());
        settings.0.push(("boost", Argument::Nothing));
        if let Some((name, value)) = changed {
            settings.0.retain(|(other, _)| *other != name);
            settings.0.push((name, value));
        }
        let combination = (strategy.combination)(&settings);
        let mut node = ClassLoss::new(&combination, &[1.0], 3);
        node.row.logits.copy_from_slice(&[0.3, -1.2, 2.0]);
        node.row.present.fill(true);
        node.forward();
        let (losses, loss) = (node.row.losses.clone(), node.row_loss(1).loss);
        node.backward(1);
        (losses, loss, node.row.gradient.clone())
    }

    #[test]
    fn idle_settings_exist_and_change_nothing() {
        let mut tried = vec![];
        for strategy in STRATEGIES {
            for name in strategy.idle_with_one_input {
                let param = strategy.signature.params.iter().find(|param| param.name == *name).unwrap();
                let other = match param.kind {
                    Kind::Number(..) => Argument::Number(1.75),
                    Kind::Choice(words) => Argument::Word(words[1]),
                    // `merge` and `project` are about several inputs and are no part of the combination.
                    _ => continue,
                };
                assert_eq!(outcome(strategy, None), outcome(strategy, Some((*name, other))), "{name}");
                tried.push(*name);
            }
        }
        assert_eq!(tried, ["beta", "gradient", "beta", "gradient"]);
    }
}
