//! Everything that is tested from outside of the crate, in one binary.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod cli;
mod compile;
mod correction;
mod data;
mod drawing;
mod exec;
mod explain;
mod heavy;
mod hygiene;
mod late;
mod lsp;
mod mend;
mod missing_rows;
mod mistakes;
mod mutation;
mod new;
mod paper;
mod quickstart;
mod readme;
mod reference;
mod render;
mod report;
mod repository;
mod robust;
mod run;
mod run_again;
mod study;
mod support;
mod syntax;
mod train;
mod ui;
