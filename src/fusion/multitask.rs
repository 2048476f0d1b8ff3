//! Multitask combination: each input alone and all of them together are trained side by side, and the joint component
//! decides. The training loss is the one of Gradient-Blending (Wang et al., 2020) and of MMPareto (Wei et al., 2024).

use super::row::{LossRow, RowLoss};
use super::rule::CombinationRule;
use super::tensors::{LabelledTensors, Tensors};
use serde::{Deserialize, Serialize};

/// Cross-entropies of every component, the last of which, over all inputs, decides.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Multitask {}

impl Multitask {
    /// Whether a component decides on a row: the last, or every one present where the last is absent.
    fn decides(row: &LossRow, component: usize) -> bool {
        let joint = row.components() - 1;
        row.present[component] && (component == joint || !row.present[joint])
    }
}

impl CombinationRule for Multitask {
    fn forward(&self, row: &mut LossRow) {
        row.losses.fill(0.0);
        for component in 0..row.components() {
            let decides = Self::decides(row, component);
            let cells = component * row.classes..(component + 1) * row.classes;
            row.q[cells.clone()].fill(if decides { 1.0 } else { 0.0 });
            if decides {
                row.losses.iter_mut().zip(&row.neg_log_p[cells]).for_each(|(loss, neg_log_p)| *loss += neg_log_p);
            }
        }
    }

    fn decision(&self, row: &LossRow) -> usize {
        row.smallest_loss()
    }

    fn row_loss(&self, row: &LossRow, label: usize) -> RowLoss {
        let own = |component: usize| row.weights[component] * row.neg_log_p[component * row.classes + label];
        RowLoss { loss: (0..row.components()).map(own).sum(), counts: true }
    }

    fn backward(&self, row: &mut LossRow, label: usize) {
        let weights = row.weights.clone();
        row.add_gradient(label, |component| weights[component], |_| 0.0);
    }

    fn class_losses<T: Tensors>(&self, tensors: &mut T) -> Result<T::Tensor, T::Error> {
        let joint = tensors.components() - 1;
        let without_joint = tensors.where_present(joint, -1.0)?;
        let mut sum = tensors.zeros()?;
        for component in 0..=joint {
            let mut decides = tensors.where_present(component, 1.0)?;
            if component < joint {
                // Where the joint component is present, so is every other.
                decides = tensors.add(&decides, &without_joint)?;
            }
            let own = tensors.neg_log_p(component)?;
            let own = tensors.mul(&own, &decides)?;
            sum = tensors.add(&own, &sum)?;
        }
        Ok(sum)
    }

    fn training_loss<T: LabelledTensors>(&self, tensors: &mut T) -> Result<T::Loss, T::Error> {
        let mut sum = tensors.zeros()?;
        for component in 0..tensors.components() {
            let weight = tensors.weight(component);
            let weight = tensors.where_present(component, weight)?;
            let own = tensors.neg_log_p(component)?;
            let own = tensors.mul(&own, &weight)?;
            sum = tensors.add(&own, &sum)?;
        }
        tensors.mean_of_label(&sum)
    }

    fn alternative(&self) -> &'static str {
        "`single` or `additive`, which train one component alone"
    }

    fn description(&self) -> String {
        "cross-entropies of each input and of all together, which decide".into()
    }

    fn caption(&self) -> Vec<String> {
        vec!["multitask".into(), "joint decides".into()]
    }
}
