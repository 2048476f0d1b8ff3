//! The list of combinations: one variant each, and the dispatch from a variant to its rule.

use super::average::Average;
use super::combiner::Combiner;
use super::complementary::Complementary;
use super::decision::{Decision, DecisionBeta, PriorCount};
use super::dynamic::{Dynamic, RowWeight};
use super::evidential::Evidential;
use super::experts::Experts;
use super::fit_combiner::{HeldOutRows, fit_combiner};
use super::fuzzy::Fuzzy;
use super::multiplicative::Multiplicative;
use super::multitask::Multitask;
use super::row::{LossRow, RowLoss};
use super::rule::CombinationRule;
use super::tensors::{LabelledTensors, Tensors};
use super::vote::Vote;
use serde::{Deserialize, Serialize};

/// What the class loss node computes from the logits of its components, as plain data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Combination {
    /// Equations 8 to 10: a confident component reduces the weight of the others.
    Multiplicative(Multiplicative),
    /// Equation 2: probabilities of components that are trained separately are averaged.
    Average,
    /// Equation 2 with a majority vote.
    Vote,
    /// Equation 2 with a combiner that is fitted to held-out rows.
    Learned(Combiner),
    /// Evidence for the classes, combined by a rule.
    Evidential(Evidential),
    /// Logits added up with weights of the row.
    Dynamic(Dynamic),
    /// Memberships, weighted by uncertainty and conflict.
    Fuzzy(Fuzzy),
    /// Each input alone and all together, which decide.
    Multitask(Multitask),
    /// Probabilities averaged with weights of a gate.
    Experts(Experts),
    /// Logits added up, each component trained on what the others miss.
    Complementary(Complementary),
}

/// `$body` with `$rule` as the [`CombinationRule`] behind a combination.
macro_rules! with_rule {
    ($combination:expr, $rule:ident => $body:expr) => {
        match $combination {
            Combination::Multiplicative($rule) => $body,
            Combination::Average => {
                let $rule = &Average;
                $body
            }
            Combination::Vote => {
                let $rule = &Vote;
                $body
            }
            Combination::Learned($rule) => $body,
            Combination::Evidential($rule) => $body,
            Combination::Dynamic($rule) => $body,
            Combination::Fuzzy($rule) => $body,
            Combination::Multitask($rule) => $body,
            Combination::Experts($rule) => $body,
            Combination::Complementary($rule) => $body,
        }
    };
}

impl Combination {
    /// Plain cross-entropy, which every rule is equal to where there is one component.
    pub const CROSS_ENTROPY: Combination = Combination::Multiplicative(Multiplicative::CROSS_ENTROPY);

    /// Whether each component has a score besides its logits, as the last of its numbers.
    pub fn has_scores(&self) -> bool {
        matches!(self, Combination::Experts(_) | Combination::Dynamic(Dynamic { by: RowWeight::Predicted, .. }))
    }

    fn multiplicative(&self) -> Option<&Multiplicative> {
        match self {
            Combination::Multiplicative(rule) => Some(rule),
            _ => None,
        }
    }

    /// Whether each component is trained separately and combined afterwards.
    pub fn trains_components_separately(&self) -> bool {
        matches!(self, Combination::Average | Combination::Vote | Combination::Learned(_))
    }

    /// Whether weights of components and biases of classes are fitted to held-out rows after training.
    pub fn is_fitted(&self) -> bool {
        matches!(self, Combination::Learned(_))
    }

    /// The weights and biases as fitted to held-out rows; `None` where [`Combination::is_fitted`] is false.
    pub fn fit(&self, held_out: &HeldOutRows<'_>) -> Option<Combiner> {
        self.is_fitted().then(|| fit_combiner(held_out))
    }

    /// Takes weights and biases that were fitted; nothing changes where none are.
    pub fn set_fitted(&mut self, fitted: Combiner) {
        if let Combination::Learned(own) = self {
            *own = fitted;
        }
    }

    /// The exponent of the others' complements (equation 8), where there is one.
    pub fn beta(&self) -> Option<f64> {
        self.multiplicative().map(|rule| rule.beta)
    }

    /// The margin by which the label must win before its row counts no more (equation 10), where there is one.
    pub fn margin(&self) -> Option<f64> {
        self.multiplicative().and_then(|rule| rule.boost)
    }

    /// Whether the training loss is normalized over the classes.
    pub fn is_normalized(&self) -> bool {
        self.multiplicative().is_some_and(|rule| rule.normalize)
    }

    /// Whether rows that are right by a margin are left out of the training loss (equation 10).
    pub fn is_boosted(&self) -> bool {
        self.margin().is_some()
    }

    /// The rule that decisions are made by, which may have another `beta` than that of the training.
    pub fn deciding(&self, decision: &Decision) -> Combination {
        let Some(rule) = self.multiplicative() else { return self.clone() };
        let of_plan = match rule.decide {
            DecisionBeta::Fixed(beta) => beta,
            DecisionBeta::Trained | DecisionBeta::Fitted => rule.beta,
        };
        Combination::Multiplicative(Multiplicative { beta: decision.beta.unwrap_or(of_plan), anneal: 0, ..*rule })
    }

    /// The multiplicative rule whose `beta` and temperatures are fitted to held-out rows for decisions, where that is wanted.
    pub fn decision_to_fit(&self) -> Option<Multiplicative> {
        self.multiplicative().filter(|rule| rule.decide == DecisionBeta::Fitted).copied()
    }

    /// Whether decisions are made with another `beta` than that of the training.
    pub fn decides_apart(&self) -> bool {
        self.multiplicative().is_some_and(|rule| !rule.decide.is_trained())
    }

    /// Whether decisions count the prior probabilities of the classes once, and not with each component.
    pub fn counts_prior_once(&self) -> bool {
        self.multiplicative().is_some_and(|rule| rule.prior == PriorCount::Once)
    }

    /// The exponent of the generalized cross-entropy, where it takes the place of `-log p` in the training loss.
    pub fn gce(&self) -> Option<f64> {
        self.multiplicative().and_then(|rule| rule.gce)
    }

    /// The weight of the term that orders the weights of rows by their past losses; 0 without.
    pub fn rank(&self) -> f64 {
        match self {
            Combination::Dynamic(rule) => rule.rank,
            _ => 0.0,
        }
    }

    /// Over how many epochs a part of the training loss grows to its full size; 0 where nothing does.
    pub fn anneal(&self) -> u64 {
        match self {
            Combination::Multiplicative(rule) => rule.anneal,
            Combination::Evidential(rule) => rule.anneal,
            _ => 0,
        }
    }
}

impl CombinationRule for Combination {
    fn forward(&self, row: &mut LossRow) {
        with_rule!(self, rule => rule.forward(row))
    }

    fn decision(&self, row: &LossRow) -> usize {
        with_rule!(self, rule => rule.decision(row))
    }

    fn row_loss(&self, row: &LossRow, label: usize) -> RowLoss {
        with_rule!(self, rule => rule.row_loss(row, label))
    }

    fn backward(&self, row: &mut LossRow, label: usize) {
        with_rule!(self, rule => rule.backward(row, label))
    }

    fn class_losses<T: Tensors>(&self, tensors: &mut T) -> Result<T::Tensor, T::Error> {
        with_rule!(self, rule => rule.class_losses(tensors))
    }

    fn training_loss<T: LabelledTensors>(&self, tensors: &mut T) -> Result<T::Loss, T::Error> {
        with_rule!(self, rule => rule.training_loss(tensors))
    }

    fn alternative(&self) -> &'static str {
        with_rule!(self, rule => rule.alternative())
    }

    fn description(&self) -> String {
        with_rule!(self, rule => rule.description())
    }

    fn caption(&self) -> Vec<String> {
        with_rule!(self, rule => rule.caption())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fusion::{EvidenceRule, QGradient};

    /// The hash of a plan, which every model file contains, is computed from this form.
    #[test]
    fn the_serialized_form_is_fixed() {
        let multiplicative = |boost, normalize| {
            let gradient = QGradient::Attached;
            let rule = Multiplicative { beta: 0.5, gradient, boost, normalize, ..Multiplicative::CROSS_ENTROPY };
            Combination::Multiplicative(rule)
        };
        let forms = [
            (
                multiplicative(None, false),
                r#"{"multiplicative":{"beta":0.5,"gradient":"attached","boost":null,"normalize":false}}"#,
            ),
            (
                multiplicative(Some(0.25), true),
                r#"{"multiplicative":{"beta":0.5,"gradient":"attached","boost":0.25,"normalize":true}}"#,
            ),
            (
                Combination::Multiplicative(Multiplicative {
                    beta: 0.5,
                    anneal: 10,
                    gce: Some(0.7),
                    decide: DecisionBeta::Fixed(0.8),
                    prior: PriorCount::Once,
                    ..Multiplicative::CROSS_ENTROPY
                }),
                concat!(
                    r#"{"multiplicative":{"beta":0.5,"gradient":"detached","boost":null,"normalize":false,"anneal":10,"#,
                    r#""gce":0.7,"decide":{"fixed":0.8},"prior":"once"}}"#
                ),
            ),
            (Combination::Average, r#""average""#),
            (Combination::Vote, r#""vote""#),
            (
                Combination::Evidential(Evidential { rule: EvidenceRule::Dempster, anneal: 50 }),
                r#"{"evidential":{"rule":"dempster","anneal":50}}"#,
            ),
            (Combination::Dynamic(Dynamic { by: RowWeight::Entropy, rank: 0.0 }), r#"{"dynamic":{"by":"entropy"}}"#),
            (
                Combination::Dynamic(Dynamic { by: RowWeight::Energy, rank: 0.1 }),
                r#"{"dynamic":{"by":"energy","rank":0.1}}"#,
            ),
            (Combination::Fuzzy(Fuzzy {}), r#"{"fuzzy":{}}"#),
            (Combination::Multitask(Multitask {}), r#"{"multitask":{}}"#),
            (Combination::Experts(Experts {}), r#"{"experts":{}}"#),
            (Combination::Complementary(Complementary { floor: 0.8 }), r#"{"complementary":{"floor":0.8}}"#),
            (Combination::Learned(Combiner::default()), r#"{"learned":{"weights":[],"bias":[]}}"#),
        ];
        for (combination, form) in forms {
            assert_eq!(serde_json::to_string(&combination).unwrap(), form);
            assert_eq!(serde_json::from_str::<Combination>(form).unwrap(), combination);
        }
        let short = r#"{"multiplicative":{"beta":0.0,"gradient":"detached","boost":null}}"#;
        assert_eq!(serde_json::from_str::<Combination>(short).unwrap(), Combination::CROSS_ENTROPY);
    }
}
