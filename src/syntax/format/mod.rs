//! `mmc fmt`: a text in its one canonical form, made from the tree, the comments and the blank lines as written.
//!
//! Two spaces for each level; `=` of neighbouring lines in one column; lines of at most 120 characters where they
//! can be broken; trailing commas where a list is; one blank line where there were any. A block stays on one line, and
//! a pipe on several, where it was written so. A declaration that cannot be read keeps its text.

mod comments;
mod expr;
mod formatter;
mod item;
mod lines;

use super::parser::{DeclarationText, read};
use crate::diag::{FileId, Problems};
use comments::Comments;
use formatter::Formatter;
use lines::FormattedItem;

/// A text in canonical form.
#[derive(Clone, Debug)]
pub struct Formatted {
    /// The text; declarations that could not be parsed are unchanged.
    pub text: String,
    /// The problems of its syntax, placed in the text as it was given, in [`FileId`] 0.
    pub problems: Problems,
}

/// Brings a text into canonical form. Formatting its result changes nothing.
pub fn format(text: &str) -> Formatted {
    let parsed = read(FileId(0), text);
    let mut formatter =
        Formatter { text, ast: &parsed.ast, tokens: &parsed.tokens, comments: Comments::new(text, &parsed.comments) };
    let text = formatter.file(&parsed.pieces);
    Formatted { text, problems: parsed.problems }
}

impl Formatter<'_> {
    fn file(&mut self, pieces: &[DeclarationText]) -> String {
        for piece in pieces {
            self.comments.forget(piece.docs.clone());
        }
        let texts = self.items(pieces);
        let mut slots = vec![];
        for (piece, text) in pieces.iter().zip(texts) {
            let documented = self.comments.start(piece.docs.start).filter(|_| !piece.docs.is_empty());
            let start = documented.unwrap_or(piece.start);
            let item = piece.item.and_then(|item| self.ast.items.get(item));
            let slot = match (item, text) {
                (Some(item), Some(text)) => FormattedItem { start, end: piece.end, docs: item.doc.clone(), text },
                // A declaration with errors keeps its text, its documentation and the indentation of its first line.
                _ => {
                    self.comments.forget(self.comments.within(start, piece.end));
                    let line = self.text[..start].rfind('\n').map_or(0, |newline| newline + 1);
                    let indented = self.text[line..start].trim().is_empty();
                    let from = if indented { line } else { start };
                    let text = self.text[from..piece.end].to_owned();
                    FormattedItem { start, end: piece.end, docs: vec![], text }
                }
            };
            slots.push(slot);
        }
        let lines = self.lines(0, self.text.len(), slots, 0);
        let mut out = lines.join("\n");
        if !out.is_empty() {
            out.push('\n');
        }
        out
    }
}
