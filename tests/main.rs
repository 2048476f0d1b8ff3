//! Everything that is tested from outside of the crate, in one binary.

mod render;
mod report;
mod train;
