//! Problems as text: drawn for people, one line each for editors, and JSON for programs. Knows texts and places, no files.

mod corrected;
mod correction;
mod excerpt;
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

use super::{Problems, SourceMap};

/// Problems and the texts they are about.
pub type Said<'a> = (&'a Problems, &'a SourceMap);
