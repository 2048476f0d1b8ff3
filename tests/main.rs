//! Everything that is tested from outside of the crate, in one binary.

mod data;
mod render;
