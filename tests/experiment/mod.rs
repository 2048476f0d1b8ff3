//! Runs and the public interface: the crate as a library, and the folders of runs.

#![allow(clippy::unwrap_used, reason = "what these functions need is there, or the test is to fail")]

mod batch_invariance;
mod calibration;
mod continuation;
mod decision;
mod errors;
mod other_programs;
mod paired_statistics;
mod prediction;
mod public;
mod rerun;
