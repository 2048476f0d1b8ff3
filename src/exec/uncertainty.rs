//! How unsure the decisions of a model are.

use super::decide::Decisions;
use crate::fusion::neg_log_softmin;

impl Decisions {
    /// `-log p` of the class that was decided for on a row, by the reported probabilities. It orders rows where the
    /// probabilities themselves round to 1.
    pub fn uncertainty(&self, row: usize) -> f64 {
        self.neg_log_probability(row, self.predicted[row] as usize)
    }

    /// `-log p` of a class on a row.
    pub fn neg_log_probability(&self, row: usize, class: usize) -> f64 {
        let losses = &self.class_losses[row * self.classes..(row + 1) * self.classes];
        neg_log_softmin(losses, self.factors[row], class)
    }
}
