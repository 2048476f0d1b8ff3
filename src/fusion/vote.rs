//! Late fusion by majority vote (equation 2): `p^k = (votes for k + mean_i p_i^k) / (C + 1)`. The average counts as one
//! more vote that is divided, and so breaks ties.

use super::average::{Average, sum_of_cross_entropies, sum_of_probabilities};
use super::row::{LossRow, RowLoss};
use super::rule::CombinationRule;
use super::tensors::{LabelledTensors, Tensors};

/// `l^k = -log ((votes for k + mean_i p_i^k) / (C + 1))` over the components present, each of which votes for its most
/// probable class, the first of several; `q` is 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Vote;

impl CombinationRule for Vote {
    fn forward(&self, row: &mut LossRow) {
        Average.forward(row);
        let count = row.count_present();
        let mut votes = vec![0.0; row.classes];
        for component in (0..row.present.len()).filter(|component| row.present[*component]) {
            let own = &row.neg_log_p[component * row.classes..(component + 1) * row.classes];
            let best = (1..own.len()).fold(0, |best, class| if own[class] < own[best] { class } else { best });
            votes[best] += 1.0;
        }
        for (loss, votes) in row.losses.iter_mut().zip(votes).filter(|_| count > 0) {
            *loss = (count as f64 + 1.0).ln() - (votes + (-*loss).exp()).ln();
        }
    }

    fn decision(&self, row: &LossRow) -> usize {
        row.smallest_loss()
    }

    fn row_loss(&self, row: &LossRow, label: usize) -> RowLoss {
        RowLoss { loss: row.cross_entropies(label), counts: true }
    }

    fn backward(&self, row: &mut LossRow, label: usize) {
        row.add_gradient(label, |_| 1.0, |_| 0.0);
    }

    fn class_losses<T: Tensors>(&self, tensors: &mut T) -> Result<T::Tensor, T::Error> {
        // The mean of the probabilities.
        let sum = sum_of_probabilities(tensors)?;
        let log = tensors.log(&sum)?;
        let negative = tensors.negate(&log)?;
        let count = tensors.log_count(0.0)?;
        let neg_log_mean = tensors.add_row(&negative, &count)?;
        let log_mean = tensors.negate(&neg_log_mean)?;
        let mut votes = tensors.exp(&log_mean)?;
        for component in 0..tensors.components() {
            let vote = tensors.most_probable(component)?;
            let present = tensors.where_present(component, 1.0)?;
            let vote = tensors.mul(&vote, &present)?;
            votes = tensors.add(&vote, &votes)?;
        }
        let log = tensors.log(&votes)?;
        let negative = tensors.negate(&log)?;
        let count = tensors.log_count(1.0)?;
        tensors.add_row(&negative, &count)
    }

    fn training_loss<T: LabelledTensors>(&self, tensors: &mut T) -> Result<T::Loss, T::Error> {
        sum_of_cross_entropies(tensors)
    }

    fn alternative(&self) -> &'static str {
        "`by: learned`, which weighs the components by held-out rows"
    }

    fn description(&self) -> String {
        "each component is trained separately; the majority decides, the average among equals".into()
    }

    fn caption(&self) -> Vec<String> {
        vec!["late".into(), "by vote".into()]
    }
}
