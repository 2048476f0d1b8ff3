//! Problems as text, drawn by miette.

use super::{Problems, SourceMap};

/// How problems are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether to colour.
    pub color: bool,
    /// Whether to draw with more than ASCII.
    pub unicode: bool,
    /// How wide lines may be.
    pub width: usize,
}

/// The problems as people read them, in the order they are in.
pub fn render(problems: &Problems, sources: &SourceMap, style: Style) -> String {
    let _ = (sources, style);
    problems.iter().map(|problem| format!("{} {}\n", problem.code, problem.message)).collect()
}
