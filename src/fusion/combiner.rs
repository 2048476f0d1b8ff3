//! The numbers of a learned combiner, as plain data.

use serde::{Deserialize, Serialize};

/// The numbers of a learned combiner. In a plan it is empty: they are among the parameters.
///
/// `l^k = -log softmax_k(b^k + sum_i w_i log p_i^k)` over the components present; `q_i^k` is `w_i`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Combiner {
    /// The weight of each component; 1 where there is none.
    pub weights: Vec<f64>,
    /// The bias of each class; 0 where there is none.
    pub bias: Vec<f64>,
}

impl Combiner {
    /// The weight of a component.
    pub(super) fn weight(&self, component: usize) -> f64 {
        self.weights.get(component).copied().unwrap_or(1.0)
    }
}
