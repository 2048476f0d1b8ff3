//! Checks over a whole file that follow lowering.

pub(crate) mod balance;
pub(crate) mod optional;
pub(crate) mod shared_weights;
pub(crate) mod unreached;
