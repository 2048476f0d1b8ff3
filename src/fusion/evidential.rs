//! Evidential combination: each component gives every class some evidence, which makes a Dirichlet distribution over the
//! probabilities of the classes, and the evidence of all components becomes one.
//!
//! Evidence is `e_v = softplus(z_v)`, `a_v = e_v + 1`, `S_v = sum_k a_v^k`, uncertainty `u_v = K / S_v`, belief
//! `b_v = e_v / S_v`, expected probabilities `m_v = a_v / S_v`. The class losses are `l^k = -log (a^k / S)` of the
//! combined evidence, so that `softmax(-l)` is its expected probability.

use super::formula::{Formula, FormulaDecision, FormulaRow};
use super::tape::{Var, log_sum_exp, sum};
use serde::{Deserialize, Serialize};

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

/// The evidence of one component for every class, with what follows from it.
struct Opinion<'t> {
    evidence: Vec<Var<'t>>,
    /// `m^k`
    expected: Vec<Var<'t>>,
    /// `b^k`
    belief: Vec<Var<'t>>,
    /// `u`
    uncertainty: Var<'t>,
}

impl<'t> Opinion<'t> {
    fn of(logits: &[Var<'t>]) -> Option<Self> {
        let evidence: Vec<Var<'t>> = logits.iter().map(|logit| logit.softplus()).collect();
        let strength = sum(evidence.iter().copied())? + logits.len() as f64;
        let expected = evidence.iter().map(|e| (*e + 1.0) / strength).collect();
        let belief = evidence.iter().map(|e| *e / strength).collect();
        let uncertainty = strength.powi(-1) * logits.len() as f64;
        Some(Self { evidence, expected, belief, uncertainty })
    }

    /// `c`: how much two opinions contradict each other, where both are sure.
    fn conflict(&self, other: &Self) -> Option<Var<'t>> {
        let apart = sum(self.expected.iter().zip(&other.expected).map(|(a, b)| (*a - *b).abs()))?;
        Some(apart * 0.5 * (-self.uncertainty + 1.0) * (-other.uncertainty + 1.0))
    }
}

/// `c_vw` of every ordered pair of opinions, computed once for both orders; nothing on the diagonal.
fn conflicts<'t>(opinions: &[Opinion<'t>]) -> Vec<Vec<Option<Var<'t>>>> {
    let mut all = vec![vec![None; opinions.len()]; opinions.len()];
    for v in 0..opinions.len() {
        for w in v + 1..opinions.len() {
            let conflict = opinions[v].conflict(&opinions[w]);
            (all[v][w], all[w][v]) = (conflict, conflict);
        }
    }
    all
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
                        let uncertainty = trust * opinion.uncertainty + (-trust + 1.0);
                        opinion.belief.iter().map(|belief| trust * *belief * k / uncertainty).collect()
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
