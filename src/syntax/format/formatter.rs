//! Formatter state: the text, its tree, tokens and comments, with the measures of a line.

use super::comments::Comments;
use crate::diag::Span;
use crate::syntax::ast::Ast;
use crate::syntax::lexer::Token;

/// Longest line, in characters.
pub(super) const WIDTH: usize = 120;

/// Indentation of one level.
pub(super) const STEP: usize = 2;

/// State of the formatter.
pub(super) struct Formatter<'a> {
    pub(super) text: &'a str,
    pub(super) ast: &'a Ast,
    pub(super) tokens: &'a [Token],
    pub(super) comments: Comments<'a>,
}

impl Formatter<'_> {
    /// The text of the span, as written.
    pub(super) fn written(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }

    pub(super) fn has_newline(&self, from: usize, to: usize) -> bool {
        self.text.get(from..to).is_some_and(|gap| gap.contains('\n'))
    }

    /// Whether an empty line stands between two places.
    pub(super) fn has_blank_line(&self, from: usize, to: usize) -> bool {
        let gap = self.text.get(from..to).unwrap_or("");
        let mut lines = gap.split('\n').skip(1).peekable();
        while let Some(line) = lines.next() {
            if lines.peek().is_some() && line.trim().is_empty() {
                return true;
            }
        }
        false
    }
}

/// The width of a text in characters: of its last line, which begins at `column` if it is its first.
pub(super) fn end_column(text: &str, column: usize) -> usize {
    match text.rsplit_once('\n') {
        Some((_, last)) => last.chars().count(),
        None => column + text.chars().count(),
    }
}

pub(super) fn spaces(count: usize) -> String {
    " ".repeat(count)
}
