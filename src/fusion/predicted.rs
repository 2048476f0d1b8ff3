//! Predictive dynamic fusion: PDF (Cao et al., ICML 2024). A small net of each component predicts the probability that the
//! component gives the label, and logits are added up with weights of these confidences.

use super::formula::{FormulaDecision, FormulaRow};
use super::tape::{Var, log_sum_exp, neg_log_softmax, sum};

/// What keeps the denominator of `h` from 0.
const LEAST: f64 = 1e-8;

/// `c_v = sigmoid(s_v)`
fn confidence(score: Var<'_>) -> Var<'_> {
    (-(-score).softplus()).exp()
}

/// `c_v + h_v` of every component, constant to the gradient: `h_v` is the share of the others in the doubt of all.
fn merits(row: &FormulaRow<'_>) -> Vec<f64> {
    let logs: Vec<f64> = row.scores.iter().map(|score| -(-score.held()).softplus().value).collect();
    let all = logs.iter().sum::<f64>() - LEAST;
    let others = |at: usize| logs.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, log)| log).sum::<f64>();
    logs.iter().enumerate().map(|(at, log)| log.exp() + others(at) / all).collect()
}

/// `min(1, D_v / mean over w != v of D_w)` of every component, with `D_v` the mean distance of its probabilities from 1/K.
fn calibrations(row: &FormulaRow<'_>) -> Option<Vec<f64>> {
    let even = 1.0 / row.classes() as f64;
    let distance = |logits: &Vec<Var<'_>>| {
        let losses = neg_log_softmax(&logits.iter().map(|logit| logit.held()).collect::<Vec<_>>())?;
        Some(losses.iter().map(|loss| ((-loss.value).exp() - even).abs()).sum::<f64>() / losses.len() as f64)
    };
    let distances: Vec<f64> = row.logits.iter().map(distance).collect::<Option<_>>()?;
    let calibration = |(at, own): (usize, &f64)| {
        let others = distances.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, distance)| *distance);
        let mean = others.sum::<f64>() / (distances.len() - 1) as f64;
        if *own < mean { own / mean } else { 1.0 }
    };
    Some(distances.iter().enumerate().map(calibration).collect())
}

fn softmax(numbers: &[f64]) -> Vec<f64> {
    let most = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = numbers.iter().map(|number| (number - most).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|power| power / sum).collect()
}

/// `sum_v w_v z_v`
fn fused<'t>(row: &FormulaRow<'t>, weights: &[f64]) -> Option<Vec<Var<'t>>> {
    let class = |class: usize| sum(row.logits.iter().zip(weights).map(|(logits, weight)| logits[class] * *weight));
    (0..row.classes()).map(class).collect()
}

/// The class losses of a row, with weights that calibration corrects.
pub(super) fn decide<'t>(row: &FormulaRow<'t>) -> Option<FormulaDecision<'t>> {
    let corrected: Vec<f64> = merits(row).iter().zip(calibrations(row)?).map(|(merit, by)| merit * by).collect();
    let weights = softmax(&corrected);
    Some(FormulaDecision { losses: neg_log_softmax(&fused(row, &weights)?)?, shares: weights })
}

/// The training loss of a row.
pub(super) fn loss<'t>(row: &FormulaRow<'t>, label: usize) -> Option<Var<'t>> {
    let cross_entropy = |logits: &[Var<'t>]| Some(log_sum_exp(logits)? - *logits.get(label)?);
    let mut all = cross_entropy(&fused(row, &softmax(&merits(row)))?)?;
    for (logits, score) in row.logits.iter().zip(&row.scores) {
        let own = cross_entropy(logits)?;
        all = all + own + (confidence(*score) - (-own.held()).exp()).abs();
    }
    Some(all)
}
