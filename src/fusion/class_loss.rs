//! The class loss of one row at a time, its gradient and the decision, in double precision. Pure
//! arithmetic, independent of tensors, batches and layout.

use super::combination::Combination;
use super::confidence_order::ConfidenceOrder;
use super::decision::Decision;
use super::row::{LossRow, RowLoss};
use super::rule::CombinationRule;

/// A combination and the row it is computed on.
#[derive(Clone, Debug)]
pub struct ClassLoss {
    combination: Combination,
    order: Option<ConfidenceOrder>,
    /// The row: its `logits` and `present` are set by the caller before [`ClassLoss::forward`].
    pub row: LossRow,
}

impl ClassLoss {
    /// A loss of `weights.len()` components with `classes` logits each, all of them present.
    pub fn new(combination: &Combination, weights: &[f64], classes: usize) -> Self {
        Self { combination: combination.clone(), order: None, row: LossRow::new(weights, classes) }
    }

    /// The same with the regularizer of CML in the loss of a row for training.
    #[must_use]
    pub fn with_order(self, order: Option<&ConfidenceOrder>) -> Self {
        Self { order: order.cloned(), ..self }
    }

    /// The same for decisions after a training: with their `beta`, temperatures and prior. It has no gradient.
    pub fn deciding(combination: &Combination, decision: &Decision, weights: &[f64], classes: usize) -> Self {
        let mut node = Self::new(&combination.deciding(decision), weights, classes);
        if decision.temperatures.len() == weights.len() {
            node.row.temperatures.clone_from(&decision.temperatures);
        }
        if decision.log_prior.len() == classes {
            node.row.log_prior.clone_from(&decision.log_prior);
        }
        node
    }

    /// Computes log-probabilities, `q` and the class losses of the row from its logits.
    pub fn forward(&mut self) {
        self.row.known_loss = None;
        self.row.log_probabilities();
        self.combination.forward(&mut self.row);
    }

    /// The predicted class of the row, after [`ClassLoss::forward`].
    pub fn decision(&self) -> usize {
        self.combination.decision(&self.row)
    }

    /// The loss of the row for training, after [`ClassLoss::forward`].
    pub fn row_loss(&self, label: usize) -> RowLoss {
        let mut found = self.combination.row_loss(&self.row, label);
        if let Some(order) = self.order.as_ref().filter(|_| found.counts) {
            found.loss += order.row_loss(&self.row);
        }
        found
    }

    /// The gradient of [`ClassLoss::row_loss`] with respect to the logits, after [`ClassLoss::forward`]: 0 where the
    /// row does not count.
    pub fn backward(&mut self, label: usize) {
        self.row.gradient.fill(0.0);
        self.row.score_gradient.fill(0.0);
        // Only boosting leaves rows out, and the loss of a row may be costly.
        if !self.combination.is_boosted() || self.row_loss(label).counts {
            self.combination.backward(&mut self.row, label);
            if let Some(order) = &self.order {
                order.backward(&mut self.row);
            }
        }
    }
}
