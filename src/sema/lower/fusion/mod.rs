//! Lowering of `combine`: strategies, mixtures of inputs and merges.

pub(crate) mod boost;
pub(crate) mod combine;
pub(crate) mod decide;
pub(crate) mod gated;
pub(crate) mod logits;
pub(crate) mod low_rank;
pub(crate) mod merge;
pub(crate) mod mixture;
