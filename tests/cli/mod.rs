//! The program as a process.

mod commands;
mod compare_and_sweep;
mod eval;
mod lint_fix;
mod predict;
mod run;
