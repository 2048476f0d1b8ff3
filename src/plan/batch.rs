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
}
