//! Items that several tests build on.

pub(crate) mod compiled;
pub(crate) mod example;
pub(crate) mod fusion_fixture;
pub(crate) mod network;
pub(crate) mod process;
