//! The program as people and scripts run it.

mod commands;
mod compare_and_sweep;
mod lint_fix;
mod run;
