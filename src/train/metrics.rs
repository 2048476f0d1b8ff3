//! Measurements of decisions against labels. Knows neither the engine that decided nor where the rows are from.

use super::decisions::Decisions;
use super::{ComponentScores, Scores, auc::auc};
use crate::plan::LossSpec;
use crate::spec::Combination;

/// Everything that is measured on one part of the data. `labels` has one class per row of `decisions`.
///
/// Means are over all rows; those of a component over the rows it has a say on. What has no rows to be measured on is
/// not a number.
pub fn scores(loss: &LossSpec, decisions: &Decisions, labels: &[u32]) -> Scores {
    let classes = loss.classes.len();
    let counted = counted_by_boost(loss, decisions, labels);
    let boosted = matches!(loss.combination, Combination::Multiplicative { boost: Some(_), .. });
    Scores {
        rows: labels.len(),
        error: error(&decisions.predictions, labels),
        loss: objective(loss, decisions, labels, &counted),
        auc: macro_auc(&decisions.probabilities, classes, labels),
        f1: macro_f1(&decisions.predictions, classes, labels),
        log_loss: log_loss(&decisions.probabilities, classes, labels),
        violations: boosted.then(|| counted.iter().filter(|counted| **counted).count() as u64),
        components: (0..loss.components.len()).map(|index| component(loss, decisions, labels, index)).collect(),
    }
}

/// The share of rows predicted wrongly.
fn error(predictions: &[u32], labels: &[u32]) -> f64 {
    mean(predictions.iter().zip(labels).map(|(prediction, label)| if prediction == label { 0.0 } else { 1.0 }))
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
fn macro_f1(predictions: &[u32], classes: usize, labels: &[u32]) -> f64 {
    let mut right = vec![0u64; classes];
    let mut named = vec![0u64; classes];
    for (prediction, label) in predictions.iter().zip(labels) {
        for class in [prediction, label] {
            if let Some(named) = named.get_mut(*class as usize) {
                *named += 1;
            }
        }
        if let Some(right) = right.get_mut(*label as usize).filter(|_| prediction == label) {
            *right += 1;
        }
    }
    // How often a class is named is 2 TP + FP + FN.
    let occurring = right.iter().zip(&named).filter(|(_, named)| **named > 0);
    mean(occurring.map(|(right, named)| 2.0 * *right as f64 / *named as f64))
}

/// Mean `-ln p` of the label.
fn log_loss(probabilities: &[f64], classes: usize, labels: &[u32]) -> f64 {
    mean(labels.iter().enumerate().map(|(row, label)| surprise(probabilities, classes, row, *label)))
}

/// `-ln p` of a row's label; a probability below the smallest positive number counts as that, so that it is finite.
fn surprise(probabilities: &[f64], classes: usize, row: usize, label: u32) -> f64 {
    let p = probabilities.get(row * classes + label as usize).copied().unwrap_or(f64::NAN);
    if p < f64::MIN_POSITIVE { -f64::MIN_POSITIVE.ln() } else { -p.ln() }
}

/// The training objective without decay: equation 9 with the mask of equation 10, or for an average the sum of each
/// component's own cross-entropy.
fn objective(loss: &LossSpec, decisions: &Decisions, labels: &[u32], counted: &[bool]) -> f64 {
    let classes = loss.classes.len();
    match loss.combination {
        Combination::Multiplicative { .. } => {
            mean(labels.iter().zip(counted).enumerate().map(|(row, (label, counted))| {
                let class_loss = decisions.class_loss.get(row * classes + *label as usize).copied().unwrap_or(f64::NAN);
                if *counted { class_loss } else { 0.0 }
            }))
        }
        Combination::Average => mean(labels.iter().enumerate().map(|(row, label)| {
            let own = loss.components.iter().enumerate().filter(|(index, _)| has_say(decisions, *index, row));
            own.map(|(index, component)| {
                component.weight * surprise(&decisions.component_probabilities[index], classes, row, *label)
            })
            .sum()
        })),
    }
}

/// Which rows a boosted loss counts (equation 10): all but those whose label beats every other class by more than the
/// margin. All rows without boosting.
fn counted_by_boost(loss: &LossSpec, decisions: &Decisions, labels: &[u32]) -> Vec<bool> {
    let Combination::Multiplicative { boost: Some(margin), .. } = loss.combination else {
        return vec![true; labels.len()];
    };
    let rows = decisions.class_loss.chunks_exact(loss.classes.len().max(1));
    rows.zip(labels)
        .map(|(class_loss, label)| {
            let label = *label as usize;
            let own = class_loss.get(label).copied().unwrap_or(f64::NAN);
            let others = class_loss.iter().enumerate().filter(|(class, _)| *class != label);
            !others.map(|(_, other)| *other).all(|other| other - own > margin)
        })
        .collect()
}

fn component(loss: &LossSpec, decisions: &Decisions, labels: &[u32], index: usize) -> ComponentScores {
    let classes = loss.classes.len();
    let probabilities = &decisions.component_probabilities[index];
    let with_say = || labels.iter().copied().enumerate().filter(|(row, _)| has_say(decisions, index, *row));
    ComponentScores {
        name: loss.components[index].name.clone(),
        cross_entropy: mean(with_say().map(|(row, label)| surprise(probabilities, classes, row, label))),
        error: mean(with_say().map(|(row, label)| {
            let own = probabilities.get(row * classes..(row + 1) * classes).unwrap_or(&[]);
            if most_probable(own) == label as usize { 0.0 } else { 1.0 }
        })),
        mean_q: mean(
            with_say().map(|(row, label)| {
                decisions.q[index].get(row * classes + label as usize).copied().unwrap_or(f64::NAN)
            }),
        ),
    }
}

fn has_say(decisions: &Decisions, component: usize, row: usize) -> bool {
    decisions.present.get(component).and_then(Option::as_ref).is_none_or(|present| present.get(row) == Some(&true))
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
