//! Evidential combination: each component gives every class some evidence, which makes a Dirichlet distribution over the
//! probabilities of the classes, and the evidence of all components becomes one.
//!
//! Evidence is `e_v = softplus(z_v)`, `a_v = e_v + 1`, `S_v = sum_k a_v^k`, doubt `u_v = K / S_v`, belief
//! `b_v = e_v / S_v`, expected probabilities `m_v = a_v / S_v`. The class losses are `l^k = -log (a^k / S)` of the
//! combined evidence, so that `softmax(-l)` is its expected probability.

use super::formula::{Formula, FormulaDecision, FormulaRow};
use super::strategy::{ComponentLayout, InputJoin, Strategy, one_per_input};
use super::strategy_table::{HEAD, LOGITS, MANY};
use super::tape::{Var, log_sum_exp, sum};
use super::{Combination, Mixtures};
use crate::signature::{Arguments, DefaultValue, Kind, Parameter, Signature};
use serde::{Deserialize, Serialize};

/// The strategy `evidential`.
pub(super) const EVIDENTIAL: Strategy = Strategy {
    signature: Signature::new(
        "evidential",
        "each input collects evidence for the classes, and the evidence is combined: with `dempster` TMC (Han et al., ICLR \
         2021), with `joint` too ETMC (Han et al., TPAMI 2022), with `mean` ECML (Xu et al., AAAI 2024), with `discounted` \
         after DBF (Bezirganyan et al., AISTATS 2025)",
    )
    .shapes("M inputs -> M components, M + 1 with `joint`")
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
    components: inputs_and_joint,
    combination: evidential,
};

/// How components of evidence decide together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidential {
    /// How their evidence becomes one.
    pub rule: EvidenceRule,
    /// Over how many epochs the penalty on evidence for wrong classes grows to its full size.
    pub anneal: u64,
}

/// How the evidence of several components becomes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceRule {
    /// Dempster's rule: no evidence is neutral, agreement adds up.
    Dempster,
    /// The mean of the evidence.
    Mean,
    /// The mean of the evidence of opinions that are discounted by their conflict with others.
    Discounted,
}

fn evidential(settings: &Arguments) -> Combination {
    let rule = match settings.word("rule") {
        "mean" => EvidenceRule::Mean,
        "discounted" => EvidenceRule::Discounted,
        _ => EvidenceRule::Dempster,
    };
    Combination::Evidential(Evidential { rule, anneal: settings.integer("anneal") })
}

/// A component for each input and, with `joint`, one over all of them side by side.
fn inputs_and_joint(inputs: usize, mixtures: &Mixtures, settings: &Arguments) -> Vec<ComponentLayout> {
    let mut components = one_per_input(inputs, mixtures, settings);
    if settings.flag("joint") && inputs > 1 {
        let all = (0..inputs).collect();
        components.push(ComponentLayout { inputs: all, join: InputJoin::Concatenated, head: "head" });
    }
    components
}

/// The evidence of one component for every class, with what follows from it.
struct Opinion<'t> {
    evidence: Vec<Var<'t>>,
    /// `m^k`
    expected: Vec<Var<'t>>,
    /// `b^k`
    belief: Vec<Var<'t>>,
    /// `u`
    doubt: Var<'t>,
}

impl<'t> Opinion<'t> {
    fn of(logits: &[Var<'t>]) -> Option<Self> {
        let evidence: Vec<Var<'t>> = logits.iter().map(|logit| logit.softplus()).collect();
        let strength = sum(evidence.iter().copied())? + logits.len() as f64;
        let expected = evidence.iter().map(|e| (*e + 1.0) / strength).collect();
        let belief = evidence.iter().map(|e| *e / strength).collect();
        let doubt = strength.powi(-1) * logits.len() as f64;
        Some(Self { evidence, expected, belief, doubt })
    }

    /// `c`: how much two opinions contradict each other, where both are sure.
    fn conflict(&self, other: &Self) -> Option<Var<'t>> {
        let apart = sum(self.expected.iter().zip(&other.expected).map(|(a, b)| (*a - *b).abs()))?;
        Some(apart * 0.5 * (-self.doubt + 1.0) * (-other.doubt + 1.0))
    }
}

/// `c_vw` of every ordered pair of opinions; nothing on the diagonal.
fn conflicts<'t>(opinions: &[Opinion<'t>]) -> Vec<Vec<Option<Var<'t>>>> {
    let with = |v: usize, w: usize| if v == w { None } else { opinions[v].conflict(&opinions[w]) };
    (0..opinions.len()).map(|v| (0..opinions.len()).map(|w| with(v, w)).collect()).collect()
}

/// `log a^k` of the combined evidence by Dempster's rule, which stays finite where `a` itself does not.
fn log_dempster<'t>(opinions: &[Opinion<'t>], class: usize, classes: f64) -> Option<Var<'t>> {
    // log (1 + K (exp t - 1)) with t >= 0 the sum of log (1 + e_v / K).
    let t = sum(opinions.iter().map(|opinion| (opinion.evidence[class] / classes).ln_1p()))?;
    Some(t + classes.ln() + ((-t).exp() * ((1.0 - classes) / classes)).ln_1p())
}

/// `d_v`: the product of `1 - c_vw` over the others; `None` where there are none.
fn trust<'t>(conflicts: &[Option<Var<'t>>]) -> Option<Var<'t>> {
    conflicts.iter().flatten().map(|c| -*c + 1.0).reduce(|product, factor| product * factor)
}

impl Evidential {
    /// `a` of the combined evidence.
    fn combined<'t>(&self, opinions: &[Opinion<'t>], classes: usize) -> Option<Vec<Var<'t>>> {
        let (count, k) = (opinions.len() as f64, classes as f64);
        if self.rule == EvidenceRule::Dempster {
            return (0..classes)
                .map(|class| {
                    let t = sum(opinions.iter().map(|opinion| (opinion.evidence[class] / k).ln_1p()))?;
                    Some(t.exp_m1() * k + 1.0)
                })
                .collect();
        }
        let evidence: Vec<Vec<Var<'t>>> = match self.rule {
            EvidenceRule::Discounted => {
                let conflicts = conflicts(opinions);
                let discounted = opinions.iter().zip(&conflicts).map(|(opinion, conflicts)| match trust(conflicts) {
                    None => opinion.evidence.clone(),
                    Some(trust) => {
                        let doubt = trust * opinion.doubt - trust + 1.0;
                        opinion.belief.iter().map(|belief| trust * *belief * k / doubt).collect()
                    }
                });
                discounted.collect()
            }
            _ => opinions.iter().map(|opinion| opinion.evidence.clone()).collect(),
        };
        (0..classes).map(|class| Some(sum(evidence.iter().map(|e| e[class]))? / count + 1.0)).collect()
    }

    /// The share of the penalty in an epoch, all of it outside of a training.
    fn penalty(&self, epoch: Option<u64>) -> f64 {
        match epoch {
            Some(epoch) if epoch < self.anneal => epoch as f64 / self.anneal as f64,
            _ => 1.0,
        }
    }
}

/// `psi(S) - psi(a^y) + penalty KL(Dir(a~) || Dir(1))` with `a~` the `a` of the wrong classes, and 1 for the label.
fn edl<'t>(a: &[Var<'t>], label: usize, penalty: f64) -> Option<Var<'t>> {
    let fit = sum(a.iter().copied())?.digamma() - a.get(label)?.digamma();
    let wrong = || a.iter().enumerate().filter(|(class, _)| *class != label).map(|(_, a)| *a);
    let Some(strength) = sum(wrong()).filter(|_| penalty > 0.0) else { return Some(fit) };
    let strength = strength + 1.0;
    let level = strength.digamma();
    let terms = sum(wrong().map(|a| (a - 1.0) * (a.digamma() - level) - a.ln_gamma()))?;
    let divergence = strength.ln_gamma() + terms - statrs::function::gamma::ln_gamma(a.len() as f64);
    Some(fit + divergence * penalty)
}

impl Formula for Evidential {
    fn decide<'t>(&self, row: &FormulaRow<'t>) -> Option<FormulaDecision<'t>> {
        let classes = row.classes();
        let opinions: Vec<Opinion<'t>> = row.logits.iter().map(|logits| Opinion::of(logits)).collect::<Option<_>>()?;
        let log_a: Vec<Var<'t>> = match self.rule {
            EvidenceRule::Dempster => {
                (0..classes).map(|class| log_dempster(&opinions, class, classes as f64)).collect::<Option<_>>()?
            }
            _ => self.combined(&opinions, classes)?.into_iter().map(Var::ln).collect(),
        };
        let log_strength = log_sum_exp(&log_a)?;
        let shares = match self.rule {
            EvidenceRule::Discounted => {
                conflicts(&opinions).iter().map(|conflicts| trust(conflicts).map_or(1.0, |trust| trust.value)).collect()
            }
            _ => vec![1.0; opinions.len()],
        };
        Some(FormulaDecision { losses: log_a.into_iter().map(|log_a| log_strength - log_a).collect(), shares })
    }

    fn loss<'t>(&self, row: &FormulaRow<'t>, label: usize) -> Option<Var<'t>> {
        let opinions: Vec<Opinion<'t>> = row.logits.iter().map(|logits| Opinion::of(logits)).collect::<Option<_>>()?;
        let penalty = self.penalty(row.epoch);
        let mut total = edl(&self.combined(&opinions, row.classes())?, label, penalty)?;
        for opinion in &opinions {
            let a: Vec<Var<'t>> = opinion.evidence.iter().map(|e| *e + 1.0).collect();
            total = total + edl(&a, label, penalty)?;
        }
        if self.rule == EvidenceRule::Dempster {
            return Some(total);
        }
        let count = opinions.len() as f64;
        let mean = total / (count + 1.0);
        Some(match sum(conflicts(&opinions).into_iter().flatten().flatten()) {
            Some(conflict) => mean + conflict / (count - 1.0),
            None => mean,
        })
    }

    fn instead(&self) -> &'static str {
        "another `rule`, or `multiplicative`, which trains on the combined decision"
    }

    fn sentence(&self) -> String {
        let rule = match self.rule {
            EvidenceRule::Dempster => "Dempster's rule",
            EvidenceRule::Mean => "its mean",
            EvidenceRule::Discounted => "the mean of discounted opinions",
        };
        format!("evidence combined by {rule}, its penalty annealed over {} epochs", self.anneal)
    }

    fn lines(&self) -> Vec<String> {
        let rule = match self.rule {
            EvidenceRule::Dempster => "by Dempster's rule",
            EvidenceRule::Mean => "by mean",
            EvidenceRule::Discounted => "discounted",
        };
        vec!["evidential".into(), rule.into()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_penalty_grows_by_epochs_and_is_whole_outside_of_a_training() {
        let rule = Evidential { rule: EvidenceRule::Dempster, anneal: 50 };
        assert_eq!(
            [Some(1), Some(25), Some(50), Some(90), None].map(|epoch| rule.penalty(epoch)),
            [0.02, 0.5, 1.0, 1.0, 1.0]
        );
        assert_eq!(Evidential { anneal: 0, ..rule }.penalty(Some(1)), 1.0);
    }
}
