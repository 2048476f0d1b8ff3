//! What several tests build on.

pub(crate) mod example;
pub(crate) mod network;
