//! Measurements of decisions against labels. Independent of the engine and of the source of rows.

use super::{ComponentScores, Scores, auc::auc};
use crate::exec::{ComponentDecisions, Decisions};
use crate::fusion::RowLoss;
use crate::plan::LossSpec;

/// Everything that is measured on one part of the data: what was decided on its rows, what training would make of each
/// of them, and their classes.
///
/// Means are over all rows; those of a component over the rows where it is present. A measurement over no rows is
/// not a number.
pub fn scores(loss: &LossSpec, decisions: &Decisions, losses: &[RowLoss], labels: &[u32]) -> Scores {
    let boosted = loss.combination.is_boosted();
    let components = loss.components.iter().zip(&decisions.components);
    Scores {
        rows: labels.len(),
        error: error(&decisions.predicted, labels),
        loss: mean(losses.iter().map(|row| row.loss)),
        auc: macro_auc(&decisions.probabilities, decisions.classes, labels),
        f1: macro_f1(&decisions.predicted, decisions.classes, labels),
        log_loss: log_loss(decisions, labels),
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

/// Mean `-ln p` of the label under the reported probabilities `softmax(-l)`: `ln sum_k exp(l^y - l^k)`, which is finite
/// where `p` itself is too small for a number.
fn log_loss(decisions: &Decisions, labels: &[u32]) -> f64 {
    let rows = decisions.class_losses.chunks_exact(decisions.classes.max(1));
    mean(rows.zip(labels).map(|(losses, label)| {
        let own = losses.get(*label as usize).copied().unwrap_or(f64::NAN);
        let least = losses.iter().copied().fold(f64::INFINITY, f64::min);
        own - least + losses.iter().map(|loss| (least - loss).exp()).sum::<f64>().ln()
    }))
}

fn component(name: String, decided: &ComponentDecisions, classes: usize, labels: &[u32]) -> ComponentScores {
    // A component that is absent on a row has zeros there, which no softmax has.
    let rows = || {
        let rows = decided.probabilities.chunks_exact(classes.max(1)).zip(labels).enumerate();
        rows.filter(|(_, (probabilities, _))| probabilities.iter().any(|p| *p != 0.0))
    };
    let of_label = |numbers: &[f64], row: usize, label: u32| {
        numbers.get(row * classes + label as usize).copied().unwrap_or(f64::NAN)
    };
    ComponentScores {
        name,
        cross_entropy: mean(rows().map(|(row, (_, label))| of_label(&decided.neg_log_p, row, *label))),
        error: mean(rows().map(|(_, (own, label))| if most_probable(own) == *label as usize { 0.0 } else { 1.0 })),
        mean_q: mean(rows().map(|(row, (_, label))| of_label(&decided.q, row, *label))),
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

fn mean(numbers: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = numbers.fold((0.0, 0u64), |(sum, count), number| (sum + number, count + 1));
    sum / count as f64
}
