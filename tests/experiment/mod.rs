//! Runs and the public interface: what a program that uses the crate does, and what can be done with a run.

#![allow(clippy::unwrap_used, reason = "what these functions need is there, or the test is to fail")]

mod batch_invariance;
mod errors;
mod prediction;
mod public;
mod rerun;
