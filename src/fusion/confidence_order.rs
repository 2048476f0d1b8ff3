//! The regularizer of CML (Ma et al., ICML 2023): losing a modality may not raise the confidence. For components `S` and
//! `T` of which `T` reads all that `S` reads and more, `lambda max(0, conf(S) - conf(T))` is added to the loss of a row,
//! with the greatest probability of a component as its confidence.

use super::row::LossRow;
use serde::{Deserialize, Serialize};

/// The regularizer of one combine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConfidenceOrder {
    /// `lambda`: the weight of the terms.
    pub strength: f64,
    /// `(S, T)`: components by index, where `T` reads more than `S`.
    pub pairs: Vec<(usize, usize)>,
}

impl ConfidenceOrder {
    /// The pairs of components whose inputs are a proper subset of those of another.
    pub fn new(strength: f64, inputs: &[Vec<usize>]) -> Self {
        let reads_more = |s: &Vec<usize>, t: &Vec<usize>| t.len() > s.len() && s.iter().all(|input| t.contains(input));
        let within = |s: usize| (0..inputs.len()).filter(move |t| reads_more(&inputs[s], &inputs[*t]));
        Self { strength, pairs: (0..inputs.len()).flat_map(|s| within(s).map(move |t| (s, t))).collect() }
    }

    /// What it adds to the loss of a row, after [`LossRow::log_probabilities`].
    pub fn row_loss(&self, row: &LossRow) -> f64 {
        self.disordered(row).map(|(s, t)| self.strength * (confidence(row, s).1 - confidence(row, t).1)).sum()
    }

    /// Adds its gradient with respect to the logits.
    pub fn backward(&self, row: &mut LossRow) {
        let disordered: Vec<_> = self.disordered(row).collect();
        for (s, t) in disordered {
            for (component, factor) in [(s, self.strength), (t, -self.strength)] {
                let (class, p) = confidence(row, component);
                let cells = component * row.classes..(component + 1) * row.classes;
                for (k, (to, neg_log_p)) in
                    row.gradient[cells.clone()].iter_mut().zip(&row.neg_log_p[cells]).enumerate()
                {
                    // The derivative of p^m by z^k is p^m ([k = m] - p^k).
                    let own = if k == class { 1.0 } else { 0.0 };
                    *to += factor * p * (own - (-neg_log_p).exp());
                }
            }
        }
    }

    /// The pairs whose terms are above 0, both of them present.
    fn disordered(&self, row: &LossRow) -> impl Iterator<Item = (usize, usize)> {
        let present = self.pairs.iter().copied().filter(|(s, t)| row.present[*s] && row.present[*t]);
        present.filter(|(s, t)| confidence(row, *s).1 > confidence(row, *t).1)
    }
}

/// The most probable class of a component, the first of several, and its probability.
fn confidence(row: &LossRow, component: usize) -> (usize, f64) {
    let own = &row.neg_log_p[component * row.classes..(component + 1) * row.classes];
    let class = (1..own.len()).fold(0, |best, class| if own[class] < own[best] { class } else { best });
    (class, own.get(class).map_or(0.0, |neg_log_p| (-neg_log_p).exp()))
}
