//! What a model decides on rows, as metrics and reports read it. Plain data.

/// What a model decides on some rows. Arrays are row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Decisions {
    /// How many rows.
    pub rows: usize,
    /// How many classes.
    pub classes: usize,
    /// `l^k` of every class, `rows * classes`; all 0 on a row where no component is present.
    pub class_losses: Vec<f64>,
    /// The class of smallest loss of each row; the first of several.
    pub predicted: Vec<u32>,
    /// `softmax(-l)`, `rows * classes`.
    pub probabilities: Vec<f64>,
    /// One per component.
    pub components: Vec<ComponentDecisions>,
}

/// What one component thought of some rows. All zeros on a row where it is absent.
#[derive(Clone, Debug, PartialEq)]
pub struct ComponentDecisions {
    /// `p^k`, the softmax of its logits, `rows * classes`.
    pub probabilities: Vec<f64>,
    /// `-log p^k`, exact where `p` rounds to 0 or 1, `rows * classes`.
    pub surprise: Vec<f64>,
    /// `q^k`, how much the others leave it to decide, `rows * classes`.
    pub q: Vec<f64>,
}

/// What training makes of one row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowLoss {
    /// The loss of the label.
    pub loss: f64,
    /// Whether the row counts.
    pub counts: bool,
}
