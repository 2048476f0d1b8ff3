//! The public interface: what a program that uses the crate does.

#![allow(clippy::unwrap_used, reason = "what these functions need is there, or the test is to fail")]

mod errors;
mod prediction;
mod public;
