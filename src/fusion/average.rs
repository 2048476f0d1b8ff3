//! Late fusion by average (equation 2): each component is trained separately, by its own cross-entropy; at prediction
//! probabilities are averaged.

use super::row::{LossRow, RowLoss};
use super::rule::CombinationRule;
use super::tensors::{LabelledTensors, Tensors};

/// `l^k = -log mean_i p_i^k` over the components present; `q` is 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Average;

impl CombinationRule for Average {
    fn forward(&self, row: &mut LossRow) {
        let count = row.count_present();
        for class in 0..row.classes {
            let cells = (0..row.components()).map(|component| component * row.classes + class);
            let least = cells
                .clone()
                .filter(|at| row.present[at / row.classes])
                .fold(f64::INFINITY, |least, at| least.min(row.neg_log_p[at]));
            let mut sum = 0.0;
            for at in cells {
                let present = row.present[at / row.classes];
                row.q[at] = f64::from(u8::from(present));
                if present {
                    sum += (least - row.neg_log_p[at]).exp();
                }
            }
            row.losses[class] = if count == 0 { 0.0 } else { least - (sum / count as f64).ln() };
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
        let sum = sum_of_probabilities(tensors)?;
        let log = tensors.log(&sum)?;
        let negative = tensors.negate(&log)?;
        let count = tensors.log_count(0.0)?;
        tensors.add_row(&negative, &count)
    }

    fn training_loss<T: LabelledTensors>(&self, tensors: &mut T) -> Result<T::Loss, T::Error> {
        sum_of_cross_entropies(tensors)
    }

    fn alternative(&self) -> &'static str {
        "`by: learned`, which weighs the components by held-out rows"
    }

    fn description(&self) -> String {
        "each component is trained separately; probabilities are averaged".into()
    }

    fn caption(&self) -> Vec<String> {
        vec!["late".into(), "by average".into()]
    }
}

/// `sum_i p_i^k` over the components present.
pub(super) fn sum_of_probabilities<T: Tensors>(tensors: &mut T) -> Result<T::Tensor, T::Error> {
    let mut sum = tensors.zeros()?;
    for component in 0..tensors.components() {
        let neg_log_p = tensors.neg_log_p(component)?;
        let log_p = tensors.negate(&neg_log_p)?;
        let p = tensors.exp(&log_p)?;
        let present = tensors.where_present(component, 1.0)?;
        let p = tensors.mul(&p, &present)?;
        sum = tensors.add(&p, &sum)?;
    }
    Ok(sum)
}

/// The training loss of components that are trained separately: the sum of their cross-entropies.
pub(super) fn sum_of_cross_entropies<T: LabelledTensors>(tensors: &mut T) -> Result<T::Loss, T::Error> {
    let mut total = tensors.zeros()?;
    for component in 0..tensors.components() {
        let present = tensors.where_present(component, 1.0)?;
        let neg_log_p = tensors.neg_log_p(component)?;
        let term = tensors.mul(&neg_log_p, &present)?;
        total = tensors.add(&term, &total)?;
    }
    tensors.mean_of_label(&total)
}
