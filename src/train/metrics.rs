//! Measurements of decisions against labels. Independent of the engine and of the source of rows.

use super::{ComponentScores, ProbabilityScores, Scores, auc::auc};
use crate::exec::{ComponentDecisions, Decisions};
use crate::fusion::{RowLoss, neg_log_softmin, softmin};
use crate::plan::LossSpec;

/// Everything that is measured on one part of the data: what was decided on its rows, what training would make of each
/// of them, their classes and their weights, none where every row weighs 1.
///
/// The loss is the mean weighted by rows, as in training; every other measurement counts each row once. Means are over
/// all rows; those of a component over the rows where it is present. A measurement over no rows is not a number.
pub fn scores(loss: &LossSpec, decisions: &Decisions, losses: &[RowLoss], labels: &[u32], weights: &[f64]) -> Scores {
    let boosted = loss.combination.is_boosted();
    let components = loss.components.iter().zip(&decisions.components);
    Scores {
        rows: labels.len(),
        error: error(&decisions.predicted, labels),
        loss: weighted_mean(losses.iter().map(|row| row.loss), weights),
        auc: macro_auc(&decisions.probabilities, decisions.classes, labels),
        f1: macro_f1(&decisions.predicted, decisions.classes, labels),
        probabilities: reported(decisions, labels),
        uncalibrated: uncalibrated(decisions, labels),
        violations: boosted.then(|| losses.iter().filter(|row| row.counts).count() as u64),
        components: components
            .map(|(spec, decided)| component(spec.name.clone(), decided, decisions.classes, labels))
            .collect(),
    }
}

/// The share of rows predicted wrongly.
fn error(predicted: &[u32], labels: &[u32]) -> f64 {
    mean(predicted.iter().zip(labels).map(|(predicted, label)| if predicted == label { 0.0 } else { 1.0 }))
}

/// Area under the curve of the second class for two classes, else the mean over the classes of each against the rest;
/// `None` where a class is absent among the labels.
fn macro_auc(probabilities: &[f64], classes: usize, labels: &[u32]) -> Option<f64> {
    let one = |class: usize| {
        let scores = probabilities.iter().skip(class).step_by(classes.max(1));
        auc(scores.zip(labels).map(|(score, label)| (*score, *label as usize == class)))
    };
    if classes == 2 {
        return one(1);
    }
    let areas = (0..classes).map(one).collect::<Option<Vec<f64>>>()?;
    Some(mean(areas.into_iter()))
}

/// The mean of `2 TP / (2 TP + FP + FN)` over the classes that occur among labels or predictions.
fn macro_f1(predicted: &[u32], classes: usize, labels: &[u32]) -> f64 {
    let mut right = vec![0u64; classes];
    let mut named = vec![0u64; classes];
    for (predicted, label) in predicted.iter().zip(labels) {
        for class in [predicted, label] {
            if let Some(named) = named.get_mut(*class as usize) {
                *named += 1;
            }
        }
        if let Some(right) = right.get_mut(*label as usize).filter(|_| predicted == label) {
            *right += 1;
        }
    }
    // The number of occurrences of a class in labels and predictions is 2 TP + FP + FN.
    let occurring = right.iter().zip(&named).filter(|(_, named)| **named > 0);
    mean(occurring.map(|(right, named)| 2.0 * *right as f64 / *named as f64))
}

/// How good the reported probabilities are.
fn reported(decisions: &Decisions, labels: &[u32]) -> ProbabilityScores {
    probability_scores(decisions, labels, &decisions.probabilities, &decisions.factors)
}

/// How good the probabilities `softmax(-l)` are, where others are reported.
fn uncalibrated(decisions: &Decisions, labels: &[u32]) -> Option<ProbabilityScores> {
    if decisions.factors.iter().all(|factor| *factor == 1.0) {
        return None;
    }
    let classes = decisions.classes.max(1);
    let mut probabilities = vec![0.0; decisions.class_losses.len()];
    let rows = probabilities.chunks_exact_mut(classes).zip(decisions.class_losses.chunks_exact(classes));
    rows.for_each(|(p, losses)| softmin(losses, 1.0, p));
    Some(probability_scores(decisions, labels, &probabilities, &vec![1.0; decisions.rows]))
}

/// The log loss is computed from the class losses, so that it is finite where a probability is too small for a number.
fn probability_scores(
    decisions: &Decisions,
    labels: &[u32],
    probabilities: &[f64],
    factors: &[f64],
) -> ProbabilityScores {
    let classes = decisions.classes.max(1);
    let losses = decisions.class_losses.chunks_exact(classes).zip(factors).zip(labels);
    let log_loss = mean(losses.map(|((losses, factor), label)| neg_log_softmin(losses, *factor, *label as usize)));
    ProbabilityScores {
        log_loss,
        brier: brier(probabilities, classes, labels),
        calibration_error: calibration_error(probabilities, classes, &decisions.predicted, labels),
    }
}

/// Mean of `sum_k (p^k - [k = y])^2`, halved for two classes, where both terms are the same.
fn brier(probabilities: &[f64], classes: usize, labels: &[u32]) -> f64 {
    let share = if classes == 2 { 0.5 } else { 1.0 };
    mean(probabilities.chunks_exact(classes).zip(labels).map(|(p, label)| {
        let target = |class: usize| if class == *label as usize { 1.0 } else { 0.0 };
        share * p.iter().enumerate().map(|(class, p)| (p - target(class)).powi(2)).sum::<f64>()
    }))
}

/// Number of bins of the calibration error.
const BINS: usize = 15;

/// The expected calibration error (Naeini et al., 2015; Guo et al., 2017): rows in bins of equal width of the probability of
/// their predicted class, the difference of its mean to the share predicted correctly, weighed by rows.
fn calibration_error(probabilities: &[f64], classes: usize, predicted: &[u32], labels: &[u32]) -> f64 {
    let mut bins = [(0.0, 0.0); BINS];
    for (row, (predicted, label)) in predicted.iter().zip(labels).enumerate() {
        let confidence = probabilities[row * classes + *predicted as usize];
        // A bin holds its upper edge, as in the authors' code.
        let bin = ((confidence * BINS as f64).ceil() as usize).clamp(1, BINS) - 1;
        bins[bin].0 += confidence;
        bins[bin].1 += if predicted == label { 1.0 } else { 0.0 };
    }
    bins.iter().map(|(confidence, right): &(f64, f64)| (confidence - right).abs()).sum::<f64>() / labels.len() as f64
}

fn component(name: String, decided: &ComponentDecisions, classes: usize, labels: &[u32]) -> ComponentScores {
    let rows: Vec<usize> = (0..labels.len()).filter(|row| decided.is_present(*row)).collect();
    let own = |numbers: &'_ [f64], row: usize| numbers[row * classes..(row + 1) * classes].to_vec();
    let probabilities: Vec<f64> = rows.iter().flat_map(|row| own(&decided.probabilities, *row)).collect();
    let own_labels: Vec<u32> = rows.iter().map(|row| labels[*row]).collect();
    let of_label = |numbers: &[f64]| mean(rows.iter().map(|row| numbers[row * classes + labels[*row] as usize]));
    let right = |(p, label): (&[f64], &u32)| if most_probable(p) == *label as usize { 0.0 } else { 1.0 };
    ComponentScores {
        name,
        rows: rows.len(),
        cross_entropy: of_label(&decided.neg_log_p),
        log_loss: mean(rows.iter().map(|row| {
            let neg_log_p = &decided.neg_log_p[row * classes..(row + 1) * classes];
            match decided.factor == 1.0 {
                true => neg_log_p[labels[*row] as usize],
                false => neg_log_softmin(neg_log_p, decided.factor, labels[*row] as usize),
            }
        })),
        error: mean(probabilities.chunks_exact(classes.max(1)).zip(&own_labels).map(right)),
        auc: macro_auc(&probabilities, classes, &own_labels),
        mean_q: of_label(&decided.q),
    }
}

/// The class of largest probability; ties go to the lowest.
fn most_probable(probabilities: &[f64]) -> usize {
    let mut best = 0;
    for (class, p) in probabilities.iter().enumerate() {
        if *p > probabilities[best] {
            best = class;
        }
    }
    best
}

/// The mean weighted by these weights, the plain one where there are none.
fn weighted_mean(numbers: impl Iterator<Item = f64>, weights: &[f64]) -> f64 {
    if weights.is_empty() {
        return mean(numbers);
    }
    numbers.zip(weights).map(|(number, weight)| number * weight).sum::<f64>() / weights.iter().sum::<f64>()
}

fn mean(numbers: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = numbers.fold((0.0, 0u64), |(sum, count), number| (sum + number, count + 1));
    sum / count as f64
}
