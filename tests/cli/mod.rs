//! The program as a process.

mod commands;
mod compare_and_sweep;
mod compare_audit;
mod diff;
mod empty_cells;
mod eval;
mod export;
mod hidden_characters;
mod image_sizes;
mod lint_fix;
mod predict;
mod process;
mod resume;
mod robustness;
mod row_ids;
mod row_weights;
mod run;
mod runs;
mod stress;
mod studies;
mod text_formats;
mod trust;
mod verify;
