//! From logits to decisions: class losses, predicted classes, probabilities, the outputs of each component. The same
//! arithmetic as in training, so that a model decides by the loss it was trained with, unless it has numbers of its own for
//! decisions (see [`Decision`]).

use super::engine::Logits;
use super::params::Params;
use crate::fusion::{Calibration, ClassLoss, Combiner, Decision, RowLoss, softmin};
use crate::plan::LossSpec;
use rayon::prelude::*;
use std::ops::Range;

/// Rows that one thread decides at a time.
const PART: usize = 1024;

/// The decisions of a model on some rows. Arrays are row-major.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decisions {
    /// Number of rows.
    pub rows: usize,
    /// Number of classes.
    pub classes: usize,
    /// `l^k` of every class, `rows * classes`; on a row where no component is present all 0, or `-log prior^k` where the
    /// prior is counted once.
    pub class_losses: Vec<f64>,
    /// The class of smallest loss of each row; the first of several.
    pub predicted: Vec<u32>,
    /// `1 / (s T)` of each row, which its class losses are multiplied by for the probabilities (see [`Calibration`]).
    pub factors: Vec<f64>,
    /// `softmax(-l / (s T))`, `rows * classes`.
    pub probabilities: Vec<f64>,
    /// One per component.
    pub components: Vec<ComponentDecisions>,
}

/// Outputs of one component on some rows. All zeros on a row where it is absent.
#[derive(Clone, Debug, PartialEq)]
pub struct ComponentDecisions {
    /// `p^k`, the softmax of its logits over its temperatures, that of the decision and that of its calibration, `rows *
    /// classes`.
    pub probabilities: Vec<f64>,
    /// `-log p^k` as the decision has it, without the calibration, exact where `p` rounds to 0 or 1, `rows * classes`.
    pub neg_log_p: Vec<f64>,
    /// `1 / T`, which `-log p` is multiplied by for the probabilities.
    pub factor: f64,
    /// The rows on which it is present; `None` for all of them.
    pub present: Option<Vec<bool>>,
    /// `q^k`, the weight the others leave it, `rows * classes`; 1 under [`crate::fusion::Combination::Average`].
    pub q: Vec<f64>,
}

impl Decisions {
    /// The decisions on some of the rows, in this order.
    pub fn of_rows(&self, rows: &[usize]) -> Self {
        let classes = self.classes;
        let cells = |numbers: &[f64]| -> Vec<f64> {
            rows.iter().flat_map(|row| numbers[row * classes..(row + 1) * classes].iter().copied()).collect()
        };
        let component = |of: &ComponentDecisions| ComponentDecisions {
            probabilities: cells(&of.probabilities),
            neg_log_p: cells(&of.neg_log_p),
            factor: of.factor,
            present: of.present.as_ref().map(|present| rows.iter().map(|row| present[*row]).collect()),
            q: cells(&of.q),
        };
        Self {
            rows: rows.len(),
            classes,
            class_losses: cells(&self.class_losses),
            predicted: rows.iter().map(|row| self.predicted[*row]).collect(),
            factors: rows.iter().map(|row| self.factors[*row]).collect(),
            probabilities: cells(&self.probabilities),
            components: self.components.iter().map(component).collect(),
        }
    }

    /// Predicts the second of two classes on the rows where its probability is at least `threshold`, and the first on the
    /// others.
    pub fn decide_by_threshold(&mut self, threshold: f64) {
        for (predicted, p) in self.predicted.iter_mut().zip(self.probabilities.chunks_exact(2)) {
            *predicted = u32::from(p[1] >= threshold);
        }
    }
}

impl ComponentDecisions {
    /// Whether the component is present on a row.
    pub fn is_present(&self, row: usize) -> bool {
        self.present.as_ref().is_none_or(|present| present[row])
    }
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

/// Decides on every row, by the rule of the loss with the numbers that were fitted for decisions. The calibration changes
/// probabilities and no decision.
///
/// Many rows are decided in parts on the threads of the pool it is called in. Rows do not depend on each other, so that
/// the parts change no bit.
pub fn decide(loss: &LossSpec, decision: &Decision, calibration: &Calibration, logits: &Logits) -> Decisions {
    let weights: Vec<f64> = loss.components.iter().map(|component| component.weight).collect();
    let node = ClassLoss::deciding(&loss.combination, decision, &weights, loss.classes.len());
    if logits.rows <= PART {
        return decide_rows(node, loss, calibration, logits, 0..logits.rows);
    }
    let parts: Vec<usize> = (0..logits.rows).step_by(PART).collect();
    let part =
        |first: usize| decide_rows(node.clone(), loss, calibration, logits, first..(first + PART).min(logits.rows));
    let parts: Vec<Decisions> = parts.into_par_iter().map(part).collect();
    joined(parts)
}

/// The decisions of several parts as one.
fn joined(parts: Vec<Decisions>) -> Decisions {
    let mut parts = parts.into_iter();
    let mut all = parts.next().unwrap_or_default();
    for part in parts {
        all.rows += part.rows;
        all.class_losses.extend(part.class_losses);
        all.predicted.extend(part.predicted);
        all.factors.extend(part.factors);
        all.probabilities.extend(part.probabilities);
        for (all, part) in all.components.iter_mut().zip(part.components) {
            all.probabilities.extend(part.probabilities);
            all.neg_log_p.extend(part.neg_log_p);
            all.q.extend(part.q);
            if let (Some(all), Some(part)) = (&mut all.present, part.present) {
                all.extend(part);
            }
        }
    }
    all
}

fn decide_rows(
    node: ClassLoss,
    loss: &LossSpec,
    calibration: &Calibration,
    logits: &Logits,
    part: Range<usize>,
) -> Decisions {
    let (rows, classes) = (part.len(), loss.classes.len());
    let cells = rows * classes;
    let component = |(index, present): (usize, &Option<Vec<bool>>)| ComponentDecisions {
        probabilities: vec![0.0; cells],
        neg_log_p: vec![0.0; cells],
        q: vec![0.0; cells],
        factor: calibration.component_factor(index),
        present: present.as_ref().map(|present| present[part.clone()].to_vec()),
    };
    let mut decisions = Decisions {
        rows,
        classes,
        class_losses: vec![0.0; cells],
        predicted: vec![0; rows],
        factors: vec![1.0; rows],
        probabilities: vec![0.0; cells],
        components: logits.present.iter().enumerate().map(component).collect(),
    };
    for_each_row(node, loss.width(), logits, part.clone(), |row, node| {
        let here = row * classes..(row + 1) * classes;
        decisions.class_losses[here.clone()].copy_from_slice(&node.row.losses);
        decisions.predicted[row] = node.decision() as u32;
        let factor = calibration.factor(&node.row.weights, &node.row.present);
        decisions.factors[row] = factor;
        softmin(&node.row.losses, factor, &mut decisions.probabilities[here.clone()]);
        for (index, component) in decisions.components.iter_mut().enumerate() {
            let its = index * classes..(index + 1) * classes;
            component.q[here.clone()].copy_from_slice(&node.row.q[its.clone()]);
            component.neg_log_p[here.clone()].copy_from_slice(&node.row.neg_log_p[its]);
            if node.row.present[index] {
                let (own, neg_log_p) = (&mut component.probabilities[here.clone()], &component.neg_log_p[here.clone()]);
                if component.factor == 1.0 {
                    own.iter_mut().zip(neg_log_p).for_each(|(p, neg_log_p)| *p = (-neg_log_p).exp());
                } else {
                    softmin(neg_log_p, component.factor, own);
                }
            }
        }
    });
    decisions
}

/// The loss that training would see on every row, for labels below the number of classes.
pub fn row_losses(loss: &LossSpec, logits: &Logits, labels: &[u32]) -> Vec<RowLoss> {
    let mut losses = Vec::with_capacity(logits.rows);
    let weights: Vec<f64> = loss.components.iter().map(|component| component.weight).collect();
    for_each_row(loss.class_loss(&weights), loss.width(), logits, 0..logits.rows, |row, node| {
        losses.push(node.row_loss(labels[row] as usize))
    });
    losses
}

/// Visits some rows as `node` computes them, each with its place among them. A row of a component has `width` numbers: its
/// logits and, where it has one, its score.
fn for_each_row(
    mut node: ClassLoss,
    width: usize,
    logits: &Logits,
    rows: Range<usize>,
    mut visit: impl FnMut(usize, &ClassLoss),
) {
    let classes = node.row.classes;
    for (place, row) in rows.enumerate() {
        for (index, values) in logits.components.iter().enumerate() {
            let theirs = &values[row * width..(row + 1) * width];
            if let Some(score) = theirs.get(classes) {
                node.row.scores[index] = f64::from(*score);
            }
            for (to, from) in node.row.logits[index * classes..(index + 1) * classes].iter_mut().zip(theirs) {
                *to = f64::from(*from);
            }
        }
        for (to, present) in node.row.present.iter_mut().zip(&logits.present) {
            *to = present.as_ref().is_none_or(|present| present[row]);
        }
        node.forward();
        visit(place, &node);
    }
}
