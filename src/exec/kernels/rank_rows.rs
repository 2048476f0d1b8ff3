//! The term of a loss that compares rows with each other: those of one pass, so that it does not depend on the number of
//! threads.

use super::class_loss::Walk;
use super::loss_targets::Targets;
use crate::fusion::PastRanking;
use std::sync::Arc;

impl Targets<'_> {
    /// Adds the term that orders the weights of rows by their past losses, where the loss has it and there is a past.
    pub(super) fn rank_rows(&self, logits: &[Arc<Vec<f32>>], walk: &mut Walk) {
        let factor = self.loss.combination.rank();
        let (rows, classes) = (self.labels.len(), self.loss.classes.len());
        if factor == 0.0 {
            return;
        }
        for (component, (past, logits)) in self.past.iter().zip(logits).enumerate() {
            let of_row = |row: usize| (0..classes).map(move |class| f64::from(logits[class * rows + row]));
            let places: Vec<usize> = (0..rows).filter(|row| self.present(component, *row)).collect();
            let mut ranking = PastRanking::default();
            for row in &places {
                ranking.push(of_row(*row), f64::from(past[*row]), self.share(*row));
            }
            let ranked = ranking.ranked();
            walk.loss += factor * ranked.loss;
            let Some(gradient) = walk.gradients.get_mut(component).filter(|gradient| !gradient.is_empty()) else {
                continue;
            };
            for (row, slope) in places.iter().zip(ranked.slopes).filter(|(_, slope)| *slope != 0.0) {
                let most = of_row(*row).fold(f64::NEG_INFINITY, f64::max);
                let sum: f64 = of_row(*row).map(|logit| (logit - most).exp()).sum();
                for (class, logit) in of_row(*row).enumerate() {
                    // The derivative of a tenth of the log-sum-exp.
                    let by_logit = (logit - most).exp() / sum / 10.0;
                    gradient[class * rows + row] += (factor * slope * by_logit) as f32;
                }
            }
        }
    }
}
