//! Diagnostics: problems as values with codes, spans, messages and fixes, and their rendering. Imports no other room.

mod code;
mod fix;
mod literal;
mod problem;
mod render;
mod span;
mod suggest;
mod visible;

pub use code::{Code, UnknownCode};
pub use fix::{Fixed, Fixes, fix};
pub use literal::string_literal;
pub use problem::{Checked, DataPlace, Edit, Label, Problem, Problems, ProblemsWithSources, Severity};
pub use render::{Style, render, render_github, render_json, render_plain, render_sarif, render_short};
pub use span::{FileId, SourceMap, SourceText, Span};
pub use suggest::nearest;
pub use visible::{is_hidden, visible, visible_lines};
