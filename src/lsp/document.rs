//! An open document with the editor's current text.

use super::analysis::Analysis;
use super::position::{Encoding, Lines};
use gen_lsp_types::{TextDocumentContentChangeEvent, Uri};
use std::cell::OnceCell;
use std::rc::Rc;

/// An open document; its analysis is made on first use.
pub(super) struct OpenDocument {
    pub(super) uri: Uri,
    pub(super) version: i32,
    pub(super) text: String,
    pub(super) lines: Lines,
    pub(super) analysis: OnceCell<Rc<Analysis>>,
}

impl OpenDocument {
    pub(super) fn new(uri: Uri, version: i32, text: String) -> Self {
        Self { uri, version, lines: Lines::of(&text), text, analysis: OnceCell::new() }
    }

    /// Applies changes in order, each to the result of the one before.
    pub(super) fn change(&mut self, version: i32, changes: Vec<TextDocumentContentChangeEvent>, encoding: Encoding) {
        for change in changes {
            match change {
                TextDocumentContentChangeEvent::TextDocumentContentChangePartial(change) => {
                    let start = self.lines.offset(&self.text, change.range.start, encoding);
                    let end = self.lines.offset(&self.text, change.range.end, encoding);
                    self.text.replace_range(start..end.max(start), &change.text);
                }
                TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(change) => {
                    self.text = change.text;
                }
            }
            self.lines = Lines::of(&self.text);
        }
        self.version = version;
        self.analysis = OnceCell::new();
    }
}
