//! Problems: rendering, fixes and explanations.

mod corrected_lines;
mod explanations;
mod rendering;
