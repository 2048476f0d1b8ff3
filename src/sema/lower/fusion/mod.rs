//! Lowering of `combine`: strategies, mixtures of inputs, merges, and blocks that share weights.

pub(crate) mod combine;
pub(crate) mod merge;
pub(crate) mod mixture;
pub(crate) mod shared;
pub(crate) mod strategy;
