//! The program as a process.

mod commands;
mod compare_and_sweep;
mod lint_fix;
mod run;
mod studies;
