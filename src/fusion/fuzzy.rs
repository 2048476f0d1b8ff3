//! Fuzzy combination, FUML (Duan et al., ICML 2025): each component gives every class a membership between 0 and 1, and
//! counts less on a row where it is unsure or contradicts the others.

use super::formula::{Formula, FormulaDecision, FormulaRow};
use super::tape::{Var, log_sum_exp, sum};
use serde::{Deserialize, Serialize};

/// Memberships, weighted by uncertainty and conflict.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fuzzy {}

/// Numbers are at least this before a logarithm.
const LEAST: f64 = 1e-7;

/// `max(0, z / ||z||_3)`; zeros for a zero vector.
fn memberships<'t>(logits: &[Var<'t>]) -> Option<Vec<Var<'t>>> {
    let length = sum(logits.iter().map(|logit| logit.abs().powi(3)))?.cbrt();
    Some(
        logits
            .iter()
            .map(|logit| if length.value == 0.0 { logit.held() } else { (*logit / length).at_least(0.0) })
            .collect(),
    )
}

/// The place of the largest number but those that `skip` excludes.
fn largest<'t>(numbers: &[Var<'t>], skip: usize) -> Option<Var<'t>> {
    let others = numbers.iter().enumerate().filter(|(class, _)| *class != skip);
    others.map(|(_, number)| *number).reduce(|most, number| if number.value > most.value { number } else { most })
}

/// `r(m)`; of a row in training with its label.
fn credibility<'t>(memberships: &[Var<'t>], label: Option<usize>) -> Option<Vec<Var<'t>>> {
    let own = |(class, membership): (usize, &Var<'t>)| {
        let against = match label {
            Some(label) if label != class => *memberships.get(label)?,
            _ => largest(memberships, class)?,
        };
        Some((*membership + 1.0 - against) * 0.5)
    };
    memberships.iter().enumerate().map(own).collect()
}

/// `H`: the mean of the binary entropies, between 0 and 1.
fn uncertainty<'t>(credibility: &[Var<'t>]) -> Option<Var<'t>> {
    let half = |r: Var<'t>| -(r * r.at_least(LEAST).ln());
    let total = sum(credibility.iter().map(|r| half(*r) + half(-*r + 1.0)))?;
    Some(total / (credibility.len() as f64 * std::f64::consts::LN_2))
}

/// `cos(a, b)` of every ordered pair, 0 where one of them is zero; computed once for both orders, nothing on the diagonal.
fn cosines<'t>(all: &[Vec<Var<'t>>]) -> Option<Vec<Vec<Option<Var<'t>>>>> {
    let dot = |x: &[Var<'t>], y: &[Var<'t>]| sum(x.iter().zip(y).map(|(x, y)| *x * *y));
    let lengths: Vec<Var<'t>> = all.iter().map(|own| Some(dot(own, own)?.sqrt())).collect::<Option<_>>()?;
    let mut cosines = vec![vec![None; all.len()]; all.len()];
    for v in 0..all.len() {
        for u in v + 1..all.len() {
            let (lengths, along) = (lengths[v] * lengths[u], dot(&all[v], &all[u])?);
            let cosine = Some(if lengths.value == 0.0 { along } else { along / lengths });
            (cosines[v][u], cosines[u][v]) = (cosine, cosine);
        }
    }
    Some(cosines)
}

impl Fuzzy {
    /// The memberships of every component and their weights.
    fn weighted<'t>(row: &FormulaRow<'t>, label: Option<usize>) -> Option<(Vec<Vec<Var<'t>>>, Vec<Var<'t>>)> {
        let all: Vec<Vec<Var<'t>>> = row.logits.iter().map(|logits| memberships(logits)).collect::<Option<_>>()?;
        let mut merits = vec![];
        for (own, others) in all.iter().zip(cosines(&all)?) {
            let sure = -uncertainty(&credibility(own, label)?)? + 1.0;
            let count = (all.len() - 1) as f64;
            merits.push(match sum(others.into_iter().flatten()) {
                // 1 minus the mean of 1 - cos.
                Some(agreement) => sure * (agreement / count),
                None => sure,
            });
        }
        let mass = log_sum_exp(&merits)?;
        let weights = merits.into_iter().map(|merit| (merit - mass).exp()).collect();
        Some((all, weights))
    }

    fn fused<'t>(all: &[Vec<Var<'t>>], weights: &[Var<'t>], classes: usize) -> Option<Vec<Var<'t>>> {
        (0..classes).map(|class| sum(all.iter().zip(weights).map(|(m, weight)| m[class] * *weight))).collect()
    }
}

/// `-log r^y - sum over the others of log (1 - r)`
fn binary_cross_entropy<'t>(credibility: &[Var<'t>], label: usize) -> Option<Var<'t>> {
    let term = |(class, r): (usize, &Var<'t>)| {
        let right = if class == label { *r } else { -*r + 1.0 };
        -right.at_least(LEAST).ln()
    };
    sum(credibility.iter().enumerate().map(term))
}

impl Formula for Fuzzy {
    fn decide<'t>(&self, row: &FormulaRow<'t>) -> Option<FormulaDecision<'t>> {
        let (all, weights) = Self::weighted(row, None)?;
        let credibility = credibility(&Self::fused(&all, &weights, row.classes())?, None)?;
        let losses = credibility.into_iter().map(|r| -r.at_least(LEAST).ln()).collect();
        Some(FormulaDecision { losses, shares: weights.into_iter().map(|weight| weight.value).collect() })
    }

    fn loss<'t>(&self, row: &FormulaRow<'t>, label: usize) -> Option<Var<'t>> {
        let (all, weights) = Self::weighted(row, Some(label))?;
        let fused = Self::fused(&all, &weights, row.classes())?;
        let mut total = binary_cross_entropy(&credibility(&fused, Some(label))?, label)?;
        for own in &all {
            total = total + binary_cross_entropy(&credibility(own, Some(label))?, label)?;
        }
        Some(total)
    }

    fn instead(&self) -> &'static str {
        "`multiplicative` with `logits = unit(10)`, which bounds the components too and trains them on the combined decision"
    }

    fn sentence(&self) -> String {
        "memberships weighted by uncertainty and conflict".into()
    }

    fn lines(&self) -> Vec<String> {
        vec!["fuzzy".into(), "memberships".into()]
    }
}
