//! Lowering of `combine`: strategies, mixtures of inputs and merges.

pub(crate) mod boost;
pub(crate) mod combine;
pub(crate) mod logits;
pub(crate) mod merge;
pub(crate) mod mixture;
