//! Everything that is tested from outside of the crate, in one binary.

mod compile;
mod exec;
mod render;
mod report;
mod support;
mod syntax;
mod train;
mod ui;
