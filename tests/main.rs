//! Everything that is tested from outside of the crate, in one binary.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod exec;
mod render;
mod report;
mod support;
mod train;
