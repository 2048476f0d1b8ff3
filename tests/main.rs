//! Everything that is tested from outside of the crate, in one binary.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod cli;
mod compile;
mod data;
mod exec;
mod explain;
mod lsp;
mod missing_rows;
mod quickstart;
mod readme;
mod reference;
mod render;
mod report;
mod robust;
mod run;
mod support;
mod syntax;
mod tidy;
mod train;
mod ui;
