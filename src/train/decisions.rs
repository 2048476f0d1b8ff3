//! What a model decides on rows, as metrics and reports read it. Plain data.

/// The decisions on `N` rows of `K` classes by `C` components.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decisions {
    /// `l^k` of equation 9, row-major `N * K`.
    pub class_loss: Vec<f64>,
    /// The class of smallest class loss of each row (equation 7); ties go to the lowest.
    pub predictions: Vec<u32>,
    /// The class probabilities that are reported, row-major `N * K`.
    pub probabilities: Vec<f64>,
    /// By component: its own class probabilities, row-major `N * K`.
    pub component_probabilities: Vec<Vec<f64>>,
    /// By component: its weight `q_i^k` (equation 8), row-major `N * K`.
    pub q: Vec<Vec<f64>>,
    /// By component: on which rows it has a say; `None` for all of them.
    pub present: Vec<Option<Vec<bool>>>,
}
