//! The numbers that `tests/fixtures/fusion.py` made.

use serde::Deserialize;

/// One row under one method.
#[derive(Deserialize)]
pub(crate) struct FusionCase {
    /// The method with its settings.
    pub(crate) name: String,
    /// The logits of each component and, where it has one, its score after them.
    pub(crate) logits: Vec<Vec<f64>>,
    /// Which components are present.
    pub(crate) present: Vec<bool>,
    /// The class of the row.
    pub(crate) label: usize,
    /// The class losses.
    pub(crate) losses: Vec<f64>,
    /// The training loss.
    pub(crate) loss: f64,
    /// Its gradient with respect to each of these numbers.
    pub(crate) gradient: Vec<Vec<f64>>,
}

/// The rows under a method.
pub(crate) fn cases(name: &str) -> Vec<FusionCase> {
    let all: Vec<FusionCase> = serde_json::from_str(include_str!("../fixtures/fusion.json")).unwrap();
    all.into_iter().filter(|case| case.name == name).collect()
}
