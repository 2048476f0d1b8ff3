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
    /// Rows of the whole batch, whose mean the loss is.
    pub(in crate::exec) batch: usize,
}

impl Targets<'_> {
    /// `w_i` of every component.
    pub(super) fn weights(&self) -> Vec<f64> {
        self.loss.components.iter().map(|component| component.weight).collect()
    }

    /// Whether a component is present on a row.
    pub(super) fn present(&self, component: usize, row: usize) -> bool {
        self.present[component].as_ref().is_none_or(|present| present[row])
    }
}
