//! Mixture of experts (Jacobs et al., 1991): the probabilities of components are averaged with weights that a gate gives
//! them on every row. The gate scores each component from what that component reads, so that a row without a modality is
//! exactly a row of the pipeline without it.

use super::formula::{Formula, FormulaDecision, FormulaRow};
use super::tape::{Var, log_sum_exp};
use serde::{Deserialize, Serialize};

/// Probabilities averaged with weights of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Experts {}

impl Experts {
    /// `log sum_v exp(s_v) p_v^k` of one class.
    fn log_mass<'t>(row: &FormulaRow<'t>, class: usize) -> Option<Var<'t>> {
        let one =
            |(logits, score): (&Vec<Var<'t>>, &Var<'t>)| Some(*score + *logits.get(class)? - log_sum_exp(logits)?);
        log_sum_exp(&row.logits.iter().zip(&row.scores).map(one).collect::<Option<Vec<_>>>()?)
    }
}

impl Formula for Experts {
    fn decide<'t>(&self, row: &FormulaRow<'t>) -> Option<FormulaDecision<'t>> {
        let all = log_sum_exp(&row.scores)?;
        let losses = (0..row.classes()).map(|class| Some(all - Self::log_mass(row, class)?)).collect::<Option<_>>()?;
        Some(FormulaDecision {
            losses,
            shares: row.scores.iter().map(|score| (score.value - all.value).exp()).collect(),
        })
    }

    fn loss<'t>(&self, row: &FormulaRow<'t>, label: usize) -> Option<Var<'t>> {
        Some(log_sum_exp(&row.scores)? - Self::log_mass(row, label)?)
    }

    fn instead(&self) -> &'static str {
        "`multiplicative`, in which every component learns from every row"
    }

    fn sentence(&self) -> String {
        "probabilities averaged with weights of a gate".into()
    }

    fn lines(&self) -> Vec<String> {
        vec!["experts".into()]
    }
}
