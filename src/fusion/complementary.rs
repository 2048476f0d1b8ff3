//! Sums of logits whose components learn from what the others miss: the loss of ReconBoost (Hua et al., ICML 2024), on all
//! components at once.

use super::formula::{Formula, FormulaDecision, FormulaRow};
use super::tape::{Var, log_sum_exp, neg_log_softmax, sum};
use serde::{Deserialize, Serialize};

/// Logits added up, each component trained on a row by how little the others know its class.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Complementary {
    /// The weight of a row whose class the others are sure of, 0 to 1.
    pub floor: f64,
}

/// `sum_v z_v^k` of all components but one; of all for `None`.
fn summed<'t>(row: &FormulaRow<'t>, without: Option<usize>) -> Option<Vec<Var<'t>>> {
    let others = || row.logits.iter().enumerate().filter(|(at, _)| Some(*at) != without);
    (0..row.classes()).map(|class| sum(others().map(|(_, logits)| logits[class]))).collect()
}

impl Complementary {
    /// `1 - (1 - floor) P^y` of a component, with `P` the softmax of the sum of the others; 1 where there is no other.
    fn weight(&self, row: &FormulaRow<'_>, component: usize, label: usize) -> Option<f64> {
        if row.logits.len() < 2 {
            return Some(1.0);
        }
        let known = (-neg_log_softmax(&summed(row, Some(component))?)?.get(label)?.value).exp();
        Some(1.0 - (1.0 - self.floor) * known)
    }
}

impl Formula for Complementary {
    fn decide<'t>(&self, row: &FormulaRow<'t>) -> Option<FormulaDecision<'t>> {
        let losses = neg_log_softmax(&summed(row, None)?)?;
        Some(FormulaDecision { losses, shares: vec![1.0; row.logits.len()] })
    }

    fn loss<'t>(&self, row: &FormulaRow<'t>, label: usize) -> Option<Var<'t>> {
        let one = |(component, logits): (usize, &Vec<Var<'t>>)| {
            Some((log_sum_exp(logits)? - *logits.get(label)?) * self.weight(row, component, label)?)
        };
        sum(row.logits.iter().enumerate().map(one).collect::<Option<Vec<_>>>()?)
    }

    fn instead(&self) -> &'static str {
        "`logits = unit(10)`, which keeps a component from outvoting the others by the size of its logits alone"
    }

    fn sentence(&self) -> String {
        format!("logits added up, each trained on what the others miss, floor = {}", self.floor)
    }

    fn lines(&self) -> Vec<String> {
        vec!["complementary".into(), format!("floor = {}", self.floor)]
    }
}
