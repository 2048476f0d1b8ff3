//! Rows as the plan reads them: host arrays in the order of its inputs.

/// A batch of rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// Number of rows.
    pub rows: usize,
    /// One array per input of the plan, row-major, `rows * size`.
    pub inputs: Vec<Vec<f32>>,
    /// One per input: which rows have it; `None` where every row does. What is missing holds zeros.
    pub present: Vec<Option<Vec<bool>>>,
    /// The class of each row.
    pub labels: Vec<u32>,
    /// The weight of each row in the training loss; empty where every row weighs 1.
    pub weights: Vec<f64>,
    /// One per component, or empty: what it lost on each row in earlier epochs, scaled to 0 to 1, for a loss that reads it.
    pub past: Vec<Vec<f32>>,
}

impl Batch {
    /// The sum of the weights of the rows, by which the loss is divided.
    pub fn weight(&self) -> f64 {
        if self.weights.is_empty() { self.rows as f64 } else { self.weights.iter().sum() }
    }
}
