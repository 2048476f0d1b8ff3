//! Dynamic combination: the logits of components are added up with weights that each row decides by how sure the
//! components are of it.

use super::formula::{Formula, FormulaDecision, FormulaRow};
use super::predicted;
use super::tape::{Var, log_sum_exp, neg_log_softmax, sum};
use serde::{Deserialize, Serialize};

/// Logits added up with weights of the row.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dynamic {
    /// What the weights are computed from.
    pub by: RowWeight,
    /// The weight of the term that orders the weights of rows by their past losses ([`super::PastRanking`]); 0 without.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rank: f64,
}

/// For serde, which passes a reference.
fn is_zero(number: &f64) -> bool {
    *number == 0.0
}

/// A tenth of the log-sum-exp of the logits.
pub(super) fn energy_weight(logits: impl Iterator<Item = f64> + Clone) -> f64 {
    let most = logits.clone().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = logits.map(|logit| (logit - most).exp()).sum();
    (most + sum.ln()) / 10.0
}

/// What the weight of a component on a row is computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowWeight {
    /// A tenth of the log-sum-exp of its logits.
    Energy,
    /// The softmax over the components of their negative entropies.
    Entropy,
    /// The confidence that a net of the component predicts.
    Predicted,
}

impl Dynamic {
    /// The weight of every component by its own logits, constant to the gradient.
    fn weights<'t>(&self, row: &FormulaRow<'t>) -> Option<Vec<Var<'t>>> {
        match self.by {
            RowWeight::Energy => {
                row.logits.iter().map(|logits| log_sum_exp(logits).map(|energy| energy.held() / 10.0)).collect()
            }
            RowWeight::Entropy => {
                let order = |logits: &Vec<Var<'t>>| {
                    sum(neg_log_softmax(logits)?.into_iter().map(|l| -(l.held() * (-l.held()).exp())))
                };
                let orders: Vec<Var<'t>> = row.logits.iter().map(order).collect::<Option<_>>()?;
                Some(neg_log_softmax(&orders)?.into_iter().map(|l| (-l).exp()).collect())
            }
            RowWeight::Predicted => None,
        }
    }

    /// `sum_v w_v z_v`
    fn fused<'t>(row: &FormulaRow<'t>, weights: &[Var<'t>]) -> Option<Vec<Var<'t>>> {
        (0..row.classes())
            .map(|class| sum(row.logits.iter().zip(weights).map(|(logits, weight)| logits[class] * *weight)))
            .collect()
    }
}

impl Formula for Dynamic {
    fn decide<'t>(&self, row: &FormulaRow<'t>) -> Option<FormulaDecision<'t>> {
        if self.by == RowWeight::Predicted {
            return predicted::decide(row);
        }
        let weights = self.weights(row)?;
        let losses = neg_log_softmax(&Self::fused(row, &weights)?)?;
        Some(FormulaDecision { losses, shares: weights.into_iter().map(|weight| weight.value).collect() })
    }

    fn loss<'t>(&self, row: &FormulaRow<'t>, label: usize) -> Option<Var<'t>> {
        if self.by == RowWeight::Predicted {
            return predicted::loss(row, label);
        }
        let cross_entropy = |logits: &[Var<'t>]| Some(log_sum_exp(logits)? - *logits.get(label)?);
        let own: Vec<Var<'t>> = row.logits.iter().map(|logits| cross_entropy(logits)).collect::<Option<_>>()?;
        let own = sum(own)?;
        match self.by {
            RowWeight::Energy => Some(own + cross_entropy(&Self::fused(row, &self.weights(row)?)?)?),
            RowWeight::Entropy | RowWeight::Predicted => Some(own),
        }
    }

    fn instead(&self) -> &'static str {
        "`logits = unit(10)`, which keeps a component from being sure by the size of its logits alone"
    }

    fn sentence(&self) -> String {
        match self.by {
            RowWeight::Energy if self.rank > 0.0 => {
                format!(
                    "logits weighted by a tenth of their log-sum-exp, ordered by past losses with weight {}",
                    self.rank
                )
            }
            RowWeight::Energy => "logits weighted by a tenth of their log-sum-exp".into(),
            RowWeight::Entropy => "logits weighted by a softmax of the negative entropies".into(),
            RowWeight::Predicted => "logits weighted by confidences that nets predict".into(),
        }
    }

    fn lines(&self) -> Vec<String> {
        let by = match self.by {
            RowWeight::Energy => "by energy",
            RowWeight::Entropy => "by entropy",
            RowWeight::Predicted => "by predicted confidence",
        };
        vec!["dynamic".into(), by.into()]
    }
}
