//! Problems as text: drawn for people, one line each for editors, and JSON for programs. Knows texts and places, no files.

mod excerpt;
mod line;
mod machine;
mod report;

pub use machine::{render_json, render_short};
pub use report::{Style, render};
