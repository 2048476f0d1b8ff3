//! The strategies and their settings: the one table that combines are lowered by, settings are checked against and
//! documentation is made from.

use super::combination::Combination;
use super::combiner::Combiner;
use super::complementary::Complementary;
use super::dynamic::{Dynamic, RowWeight};
use super::evidential::{EvidenceRule, Evidential};
use super::experts::Experts;
use super::fuzzy::Fuzzy;
use super::multiplicative::Multiplicative;
use super::multiplicative_settings::{
    ANNEAL, BETA, BOOST, DECIDE, GCE, GRADIENT, MULTIPLICATIVE_EQUATION, NORMALIZE, PRIOR, multiplicative,
};
use super::multitask::Multitask;
use super::strategy::{
    ScoreLayout, Strategy, all_concatenated, all_merged, one_per_input, one_per_input_and_joint,
    one_per_input_and_merged, one_per_mixture,
};
use crate::signature::{Arguments, DefaultValue, Kind, Parameter, Signature};

const MANY: usize = 64;

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
    Kind::Form("`sum`, `mean`, `concat`, `attention(size)`, `gated(size)` or `low_rank(size)`"),
    "how several representations become one",
)
.or(DefaultValue::Word("sum"))
.of_paper();
/// The setting that `unit(scale)` is a value of.
pub const LOGITS: Parameter = Parameter::new(
    "logits",
    Kind::Form("`plain` or `unit(scale)`"),
    "the logits of every component: as the last linear layer makes them, or brought to one length",
)
.or(DefaultValue::Word("plain"));
const MIXTURES: Parameter = Parameter::new(
    "mixtures",
    Kind::Form("`all`, `up_to(k)` or a list of lists of inputs"),
    "which sets of inputs are candidates; all that are not empty are 2^M - 1",
)
.or(DefaultValue::Word("all"))
.of_paper();

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
        score: None,
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
        score: None,
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
        score: None,
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
        score: None,
    },
    Strategy {
        signature: Signature::new(
            "multiplicative",
            "each input decides separately, and a confident one reduces the weight of the others: Mul, in the paper",
        )
        .shapes("M inputs -> M components")
        .equation(MULTIPLICATIVE_EQUATION)
        .params(&[BETA, WEIGHTS, HEAD, LOGITS, BOOST, GRADIENT, NORMALIZE, ANNEAL, GCE, DECIDE, PRIOR])
        .example("combine mul = multiplicative(low_net, high_net) {\n  beta = 0.5\n  head = mlp([64])\n}"),
        least: 1,
        most: MANY,
        has_components: true,
        idle_with_one_input: &["beta", "gradient", "anneal", "decide", "prior"],
        components: one_per_input,
        combination: multiplicative,
        score: None,
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
        .params(&[
            BETA, WEIGHTS, HEAD, LOGITS, BOOST, GRADIENT, NORMALIZE, ANNEAL, GCE, DECIDE, PRIOR, MIXTURES, MERGE, PROJECT,
        ])
        .example("combine mix = mulmix(low_net, high_net) {\n  beta     = 0.5\n  mixtures = all\n  head     = mlp([64])\n}"),
        least: 1,
        most: 16,
        has_components: true,
        idle_with_one_input: &["beta", "gradient", "anneal", "decide", "prior", "merge", "project"],
        components: one_per_mixture,
        combination: multiplicative,
        score: None,
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
        score: None,
    },
Strategy {
    signature: Signature::new(
        "evidential",
        "each input collects evidence for the classes, and the evidence is combined: with `dempster` TMC (Han et al., ICLR \
         2021), with `joint` too ETMC (Han et al., TPAMI 2022), with `mean` ECML (Xu et al., AAAI 2024), with `discounted` \
         after DBF (Bezirganyan et al., AISTATS 2025)",
    )
    .shapes("M inputs -> M components, and one more with joint")
    .equation(
        "e_v = softplus(z_v);  a_v = e_v + 1;  S_v = sum over k of a_v^k;  u_v = K / S_v;  b_v = e_v / S_v;  m_v = a_v / S_v\n\
         dempster:    1 + e^k / K = prod over v of (1 + e_v^k / K)\n\
         mean:        e = mean over v of e_v\n\
         discounted:  c_vw = TV(m_v, m_w) (1 - u_v) (1 - u_w);  d_v = prod over w != v of (1 - c_vw);\n\
         \u{20}            e = mean over v of K d_v b_v / (d_v u_v + 1 - d_v)\n\
         l^k = - log(a^k / S)\n\
         EDL(a) = psi(S) - psi(a^y) + min(1, epoch / anneal) KL(Dir(1 + (1 - Y) (a - 1)) || Dir(1))\n\
         dempster:    L = EDL(a) + sum over v of EDL(a_v)\n\
         the others:  L = (EDL(a) + sum over v of EDL(a_v)) / (C + 1) + sum over v, w of c_vw / (C - 1)",
    )
    .params(&[
        Parameter::new(
            "rule",
            Kind::Choice(&["dempster", "mean", "discounted"]),
            "how evidence is combined: by Dempster's rule, which adds up agreement; by its mean; or by the mean of \
             opinions that conflict discounts",
        )
        .or(DefaultValue::Word("dempster")),
        Parameter::new(
            "joint",
            Kind::Bool,
            "whether a further component reads all inputs side by side; it is left out where one of them is missing",
        )
        .or(DefaultValue::Bool(false)),
        Parameter::new(
            "anneal",
            Kind::Integer(0),
            "over how many epochs the penalty on evidence for wrong classes grows to its full size; validation rows are \
             measured at the full size",
        )
        .or(DefaultValue::Integer(50)),
        HEAD,
        LOGITS,
    ])
    .example("combine trusted = evidential(low_net, high_net) {\n  rule = dempster\n  head = mlp([64])\n}"),
    least: 1,
    most: MANY,
    has_components: true,
    idle_with_one_input: &[],
    components: one_per_input_and_joint,
    combination: evidential,
    score: None,
},
Strategy {
    signature: Signature::new(
        "dynamic",
        "each input decides separately, and logits are added up with weights of the row: with `energy` and `rank` QMF (Zhang et \
         al., ICML 2023); with `entropy` the decision of MLA (Zhang et al., CVPR 2024), \
         without its alternating training; with `predicted` PDF (Cao et al., ICML 2024)",
    )
    .shapes("M inputs -> M components")
    .equation(
        "energy:     w_v = log(sum over k of exp z_v^k) / 10, constant to the gradient;\n\
         \u{20}           L = sum over v of CE(z_v) + CE(sum over v of w_v z_v) + rank sum over v of R_v\n\
         \u{20}           R_v = max(0, sign(k_v - k'_v) (w_v - w'_v) + |k_v - k'_v|), here with the gradient of w, of a row and\n\
         \u{20}           the next of the batch, w' and k'; k_v: the sum of CE(z_v) of the row in earlier epochs, scaled to 0..1\n\
         entropy:    w = softmax over v of - H(softmax(z_v));  L = sum over v of CE(z_v)\n\
         predicted:  c_v = sigmoid(net_v(u_v)), with u_v constant to the gradient;\n\
         \u{20}           h_v = sum over w != v of log c_w / sum over w of log c_w;\n\
         \u{20}           D_v = mean over k of |p_v^k - 1/K|;  r_v = min(1, D_v / mean over w != v of D_w);\n\
         \u{20}           w = softmax over v of r_v (c_v + h_v), in training with r = 1, constant to the gradient;\n\
         \u{20}           L = sum over v of (CE(z_v) + |c_v - p_v^y|) + CE(sum over v of w_v z_v), p constant in the middle\n\
         l^k = - log softmax_k(sum over v of w_v z_v)",
    )
    .params(&[
        Parameter::new(
            "by",
            Kind::Choice(&["energy", "entropy", "predicted"]),
            "what the weight of a component is computed from",
        )
        .or(DefaultValue::Word("energy")),
        Parameter::new(
            "confidence",
            Kind::Block,
            "with `predicted`, the layers of the net of each component before its last linear layer",
        )
        .optional(),
        Parameter::new(
            "rank",
            Kind::Number(0.0, 1e3),
            "with `energy`, the weight of the term that gives a row on which a component lost more in earlier epochs the smaller \
             weight: 0.1 in QMF, 0 is without",
        )
        .or_number(0.0),
        HEAD,
        LOGITS,
    ])
    .example("combine quality = dynamic(low_net, high_net) { by = entropy }"),
    least: 1,
    most: MANY,
    has_components: true,
    idle_with_one_input: &[],
    components: one_per_input,
    combination: dynamic,
    score: Some(ScoreLayout::CONFIDENCE),
},
Strategy {
    signature: Signature::new(
        "fuzzy",
        "each input gives the classes bounded memberships, and counts less on a row where it is unsure or contradicts the \
         others: FUML (Duan et al., ICML 2025)",
    )
    .shapes("M inputs -> M components")
    .equation(
        "m_v = max(0, z_v / ||z_v||_3)\n\
         r(m)^k = (m^k + 1 - max over j != k of m^j) / 2; in training, with m^y in place of the maximum for k != y\n\
         H_v = sum over k of h(r(m_v)^k) / (K log 2),  h(r) = - r log r - (1 - r) log(1 - r)\n\
         o_v = mean over u != v of (1 - cos(m_v, m_u))\n\
         w = softmax over v of (1 - H_v) (1 - o_v);  m = sum over v of w_v m_v\n\
         l^k = - log r(m)^k\n\
         L = BCE(r(m)) + sum over v of BCE(r(m_v)),  BCE(r) = - log r^y - sum over k != y of log(1 - r^k)",
    )
    .params(&[HEAD])
    .example("combine fuml = fuzzy(low_net, high_net) { head = mlp([64]) }"),
    least: 1,
    most: MANY,
    has_components: true,
    idle_with_one_input: &[],
    components: one_per_input,
    combination: fuzzy,
    score: None,
},
Strategy {
    signature: Signature::new(
        "multitask",
        "each input alone and all of them merged are trained side by side, and the merged ones decide: what \
         Gradient-Blending (Wang et al., CVPR 2020) and MMPareto (Wei et al., ICML 2024) balance",
    )
    .shapes("M inputs -> M components and a joint one")
    .equation(
        "p_J = g(u),  u = merge of u_1, ..., u_M;  l^k = - log p_J^k\n\
         L = w_J CE(z_J) + sum over v of w_v CE(z_v)\n\
         where an input is missing:  l^k = - sum over v of log p_v^k over those present",
    )
    .params(&[WEIGHTS, MERGE, PROJECT, HEAD, LOGITS])
    .example("combine joint = multitask(low_net, high_net) {\n  merge = concat\n  head  = mlp([64])\n}"),
    least: 1,
    most: MANY,
    has_components: true,
    idle_with_one_input: &["merge", "project"],
    components: one_per_input_and_merged,
    combination: multitask,
    score: None,
},
Strategy {
    signature: Signature::new(
        "experts",
        "each input decides separately, and probabilities are averaged with weights that a gate gives them on every row: a \
         mixture of experts (Jacobs et al., 1991). The gate scores each input separately, so that one that is missing on a \
         row is left out exactly",
    )
    .shapes("M inputs -> M components")
    .equation(
        "s_v = gate_v(u_v);  g = softmax over v of s_v, over those present on the row\n\
         l^k = - log sum over v of g_v p_v^k;  L = l^y",
    )
    .params(&[
        Parameter::new("gate", Kind::Block, "the layers of each score before its last linear layer").optional(),
        HEAD,
        LOGITS,
    ])
    .example("combine mixed = experts(low_net, high_net) { gate = mlp([16]) }"),
    least: 1,
    most: MANY,
    has_components: true,
    idle_with_one_input: &["gate"],
    components: one_per_input,
    combination: experts,
    score: Some(ScoreLayout::GATE),
},
Strategy {
    signature: Signature::new(
        "complementary",
        "each input decides separately, logits are added up, and each learns more from a row the less the others know its \
         class: the loss of ReconBoost (Hua et al., ICML 2024), on all inputs at once in place of in turn",
    )
    .shapes("M inputs -> M components")
    .equation(
        "P_v = softmax(sum over w != v of z_w), constant to the gradient\n\
         L = sum over v of (1 - (1 - floor) P_v^y) CE(z_v)\n\
         l^k = - log softmax_k(sum over v of z_v)",
    )
    .params(&[
        Parameter::new(
            "floor",
            Kind::Number(0.0, 1.0),
            "the weight of a row whose class the others are sure of: 1 is a plain sum of losses",
        )
        .or_number(0.8),
        HEAD,
        LOGITS,
    ])
    .example("combine rest = complementary(low_net, high_net) { floor = 0.8 }"),
    least: 1,
    most: MANY,
    has_components: true,
    idle_with_one_input: &["floor"],
    components: one_per_input,
    combination: complementary,
    score: None,
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

fn cldl(_settings: &Arguments) -> Combination {
    Combination::Multiplicative(Multiplicative { beta: 1.0, ..Multiplicative::CROSS_ENTROPY })
}

fn evidential(settings: &Arguments) -> Combination {
    let rule = match settings.word("rule") {
        "mean" => EvidenceRule::Mean,
        "discounted" => EvidenceRule::Discounted,
        _ => EvidenceRule::Dempster,
    };
    Combination::Evidential(Evidential { rule, anneal: settings.integer("anneal") })
}

fn dynamic(settings: &Arguments) -> Combination {
    let by = match settings.word("by") {
        "entropy" => RowWeight::Entropy,
        "predicted" => RowWeight::Predicted,
        _ => RowWeight::Energy,
    };
    let rank = if by == RowWeight::Energy { settings.number("rank") } else { 0.0 };
    Combination::Dynamic(Dynamic { by, rank })
}

fn fuzzy(_settings: &Arguments) -> Combination {
    Combination::Fuzzy(Fuzzy {})
}

fn experts(_settings: &Arguments) -> Combination {
    Combination::Experts(Experts {})
}

fn complementary(settings: &Arguments) -> Combination {
    Combination::Complementary(Complementary { floor: settings.number("floor") })
}

fn multitask(_settings: &Arguments) -> Combination {
    Combination::Multitask(Multitask {})
}

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
                    Kind::Integer(_) => Argument::Integer(7),
                    // `decide` is about decisions after the training (`tests/fusion`).
                    _ if *name == "decide" => continue,
                    // `merge` and `project` are about several inputs and are no part of the combination.
                    _ => continue,
                };
                assert_eq!(outcome(strategy, None), outcome(strategy, Some((*name, other))), "{name}");
                tried.push(*name);
            }
        }
        let settings = ["beta", "gradient", "anneal", "prior"];
        assert_eq!(tried, [&settings[..], &settings[..], &["floor"]].concat());
    }
}
