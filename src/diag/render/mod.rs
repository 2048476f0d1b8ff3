//! Rendering of problems: drawn, plain text, one line each, JSON, SARIF and GitHub commands. Opens no files.

mod excerpt;
mod fix_display;
mod fix_preview;
mod github;
mod line;
mod machine;
mod plain;
mod report;
mod sarif;

pub use github::render_github;
pub use machine::{render_json, render_short};
pub use plain::render_plain;
pub use report::{Style, render};
pub use sarif::render_sarif;
