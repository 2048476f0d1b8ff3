//! Late fusion by a learned combiner (equation 2): `l^k = -log softmax_k(b^k + sum_i w_i log p_i^k)`, with weights and biases
//! that are fitted to held-out rows after each component has been trained separately.

use super::average::sum_of_cross_entropies;
use super::combiner::Combiner;
use super::row::{LossRow, RowLoss};
use super::rule::CombinationRule;
use super::tensors::{LabelledTensors, Tensors};

impl CombinationRule for Combiner {
    fn forward(&self, row: &mut LossRow) {
        let any = row.present.contains(&true);
        for class in 0..row.classes {
            let mut loss = -self.bias.get(class).copied().unwrap_or(0.0);
            for component in 0..row.present.len() {
                let at = component * row.classes + class;
                row.q[at] = if row.present[component] { self.weight(component) } else { 0.0 };
                loss += row.q[at] * row.neg_log_p[at];
            }
            row.losses[class] = if any { loss } else { 0.0 };
        }
        let least = row.losses.iter().copied().fold(f64::INFINITY, f64::min);
        let sum: f64 = row.losses.iter().map(|loss| (least - loss).exp()).sum();
        for loss in row.losses.iter_mut().filter(|_| any) {
            *loss += sum.ln() - least;
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
        let mut total = match self.bias.as_slice() {
            [] => tensors.zeros()?,
            bias => {
                let bias = tensors.by_class(bias)?;
                tensors.negate(&bias)?
            }
        };
        for component in 0..tensors.components() {
            let weight = tensors.where_present(component, self.weight(component))?;
            let neg_log_p = tensors.neg_log_p(component)?;
            let term = tensors.mul(&neg_log_p, &weight)?;
            total = tensors.add(&term, &total)?;
        }
        let negative = tensors.negate(&total)?;
        let mass = tensors.log_sum_exp(&negative)?;
        tensors.add_row(&total, &mass)
    }

    fn training_loss<T: LabelledTensors>(&self, tensors: &mut T) -> Result<T::Loss, T::Error> {
        sum_of_cross_entropies(tensors)
    }

    fn alternative(&self) -> &'static str {
        "to leave out the inputs that decide worst"
    }

    fn description(&self) -> String {
        "each component is trained separately; their logarithms are weighted as fitted to held-out rows".into()
    }

    fn caption(&self) -> Vec<String> {
        vec!["late".into(), "by a learned combiner".into()]
    }
}
