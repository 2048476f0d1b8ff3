//! From logits to decisions: class losses, predicted classes, probabilities and the outputs of each component. The same
//! arithmetic as in training, so that a model decides by the loss it was trained with.

use super::engine::Logits;
use super::params::Params;
use crate::fusion::{ClassLoss, CombinationRule, Combiner, RowLoss};
use crate::plan::LossSpec;

/// The decisions of a model on some rows. Arrays are row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Decisions {
    /// Number of rows.
    pub rows: usize,
    /// Number of classes.
    pub classes: usize,
    /// `l^k` of every class, `rows * classes`; all 0 on a row where no component is present.
    pub class_losses: Vec<f64>,
    /// The class of smallest loss of each row; the first of several.
    pub predicted: Vec<u32>,
    /// `softmax(-l)`, `rows * classes`.
    pub probabilities: Vec<f64>,
    /// One per component.
    pub components: Vec<ComponentDecisions>,
}

/// Outputs of one component on some rows. All zeros on a row where it is absent (see [`Logits::present`]).
#[derive(Clone, Debug, PartialEq)]
pub struct ComponentDecisions {
    /// `p^k`, the softmax of its logits, `rows * classes`.
    pub probabilities: Vec<f64>,
    /// `-log p^k`, exact where `p` rounds to 0 or 1, `rows * classes`.
    pub neg_log_p: Vec<f64>,
    /// `q^k`, the weight the others leave it, `rows * classes`; 1 under [`crate::fusion::Combination::Average`].
    pub q: Vec<f64>,
}

/// The loss with the fitted combiner, where it has one.
pub fn fitted(loss: &LossSpec, params: &Params) -> LossSpec {
    let mut loss = loss.clone();
    if let Some((weight, bias)) = loss.combiner {
        let numbers = |id| params.get(id).iter().map(|number| f64::from(*number)).collect();
        loss.combination.set_fitted(Combiner { weights: numbers(weight), bias: numbers(bias) });
    }
    loss
}

/// Decides on every row.
pub fn decide(loss: &LossSpec, logits: &Logits) -> Decisions {
    let (rows, classes) = (logits.rows, loss.classes.len());
    let cells = rows * classes;
    let component =
        || ComponentDecisions { probabilities: vec![0.0; cells], neg_log_p: vec![0.0; cells], q: vec![0.0; cells] };
    let mut decisions = Decisions {
        rows,
        classes,
        class_losses: vec![0.0; cells],
        predicted: vec![0; rows],
        probabilities: vec![0.0; cells],
        components: loss.components.iter().map(|_| component()).collect(),
    };
    for_each_row(loss, logits, |row, node| {
        let here = row * classes..(row + 1) * classes;
        decisions.class_losses[here.clone()].copy_from_slice(&node.row.losses);
        decisions.predicted[row] = node.decision() as u32;
        softmin(&node.row.losses, &mut decisions.probabilities[here.clone()]);
        for (index, component) in decisions.components.iter_mut().enumerate() {
            let its = index * classes..(index + 1) * classes;
            component.q[here.clone()].copy_from_slice(&node.row.q[its.clone()]);
            component.neg_log_p[here.clone()].copy_from_slice(&node.row.neg_log_p[its]);
            if node.row.present[index] {
                for at in here.clone() {
                    component.probabilities[at] = (-component.neg_log_p[at]).exp();
                }
            }
        }
    });
    decisions
}

/// The loss that training would see on every row, for labels below the number of classes.
pub fn row_losses(loss: &LossSpec, logits: &Logits, labels: &[u32]) -> Vec<RowLoss> {
    let mut losses = Vec::with_capacity(logits.rows);
    for_each_row(loss, logits, |row, node| losses.push(node.row_loss(labels[row] as usize)));
    losses
}

fn for_each_row(loss: &LossSpec, logits: &Logits, mut visit: impl FnMut(usize, &ClassLoss)) {
    let classes = loss.classes.len();
    let weights: Vec<f64> = loss.components.iter().map(|component| component.weight).collect();
    let mut node = ClassLoss::new(&loss.combination, &weights, classes);
    for row in 0..logits.rows {
        for (index, values) in logits.components.iter().enumerate() {
            let theirs = &values[row * classes..(row + 1) * classes];
            for (to, from) in node.row.logits[index * classes..].iter_mut().zip(theirs) {
                *to = f64::from(*from);
            }
        }
        for (to, present) in node.row.present.iter_mut().zip(&logits.present) {
            *to = present.as_ref().is_none_or(|present| present[row]);
        }
        node.forward();
        visit(row, &node);
    }
}

/// `softmax(-losses)`
fn softmin(losses: &[f64], probabilities: &mut [f64]) {
    let least = losses.iter().copied().fold(f64::INFINITY, f64::min);
    let mut sum = 0.0;
    for (probability, loss) in probabilities.iter_mut().zip(losses) {
        *probability = (least - loss).exp();
        sum += *probability;
    }
    for probability in probabilities {
        *probability /= sum;
    }
}
