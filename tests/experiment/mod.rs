//! Runs and what can be done with them.

mod rerun;
