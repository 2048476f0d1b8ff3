//! Problems as values: codes, places, words and how they are shown. Knows no other room.

mod code;
mod fix;
mod grouped;
mod problem;
mod render;
mod span;
mod suggest;

pub use code::{Code, UnknownCode};
pub use fix::{Fixed, Fixes, fix};
pub use grouped::grouped;
pub use problem::{Checked, DataPlace, Edit, Label, Problem, Problems, Severity};
pub use render::{Said, Style, render, render_github, render_json, render_plain, render_sarif, render_short};
pub use span::{FileId, SourceMap, SourceText, Span};
pub use suggest::nearest;
