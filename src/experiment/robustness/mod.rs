//! Models measured on corrupted rows: curves by level, modalities taken away, modalities and columns permuted.

pub(super) mod ablation;
pub(super) mod corrupted_rows;
pub(super) mod corruption_curve;
pub(super) mod model_meter;
pub(super) mod permutation_importance;
pub(super) mod robustness_report;
pub(super) mod selective_risk;
