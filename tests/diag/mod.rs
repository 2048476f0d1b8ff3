//! Problems: how they are rendered, corrected and explained.

mod corrected_lines;
mod explanations;
mod rendering;
