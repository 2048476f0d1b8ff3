//! All integration tests, in one binary.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod cli;
mod compile;
mod data;
mod diag;
mod documentation;
mod drawing;
mod exec;
mod experiment;
mod fusion;
mod lsp;
mod page;
mod pipelines;
mod reference;
mod report;
mod repository;
mod sema;
#[cfg(feature = "serve")]
mod serve;
mod starter;
mod support;
mod syntax;
mod train;
mod trust;
mod ui;
