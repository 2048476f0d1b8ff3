//! Problems as values: codes, places, words and how they are shown. Knows no other room.

mod code;
mod grouped;
mod problem;
mod render;
mod span;
mod suggest;

pub use code::{Code, UnknownCode};
pub use grouped::grouped;
pub use problem::{Checked, DataPlace, Edit, Label, Problem, Problems, Severity};
pub use render::{Style, render, render_json, render_short};
pub use span::{FileId, Source, SourceMap, Span};
pub use suggest::nearest;
