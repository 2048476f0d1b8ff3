//! The targets of the class loss of a pass: labels, weights and presence of components.

use crate::plan::LossSpec;

/// The labels of the rows of a pass, and which components are present on each.
#[derive(Clone, Debug)]
pub(in crate::exec) struct Targets<'a> {
    /// The combination.
    pub(in crate::exec) loss: &'a LossSpec,
    /// The class of each row.
    pub(in crate::exec) labels: &'a [u32],
    /// One per component: on which rows it is present; `None` for all of them.
    pub(in crate::exec) present: Vec<Option<Vec<bool>>>,
    /// The factor on the weight of each component; empty where all are 1.
    pub(in crate::exec) factors: &'a [f64],
    /// One per component, or empty: what it lost on each row in earlier epochs, scaled to 0 to 1.
    pub(in crate::exec) past: Vec<&'a [f32]>,
    /// The epoch of the training, counted from 1.
    pub(in crate::exec) epoch: u64,
    /// The weight of each row; empty where every row weighs 1.
    pub(in crate::exec) row_weights: &'a [f64],
    /// The sum of the weights of the whole batch, whose weighted mean the loss is.
    pub(in crate::exec) batch: f64,
}

impl Targets<'_> {
    /// `w_i` of every component.
    pub(super) fn weights(&self) -> Vec<f64> {
        (0..self.loss.components.len()).map(|component| self.component_weight(component)).collect()
    }

    /// `w_i` of one component.
    pub(super) fn component_weight(&self, component: usize) -> f64 {
        self.loss.components[component].weight * self.factors.get(component).copied().unwrap_or(1.0)
    }

    /// The weight of a row in the loss.
    pub(super) fn row_weight(&self, row: usize) -> f64 {
        self.row_weights.get(row).copied().unwrap_or(1.0)
    }

    /// The factor of the loss of a row: its share of the weights of the batch, 0 where all of them are 0.
    pub(super) fn share(&self, row: usize) -> f64 {
        let weight = self.row_weight(row);
        if weight == 0.0 { 0.0 } else { weight / self.batch }
    }

    /// Whether a component is present on a row.
    pub(super) fn present(&self, component: usize, row: usize) -> bool {
        self.present[component].as_ref().is_none_or(|present| present[row])
    }
}
