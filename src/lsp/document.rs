//! One text that an editor holds, as it is there now.

use super::analysis::Analysis;
use super::position::{Encoding, Lines};
use gen_lsp_types::{TextDocumentContentChangeEvent, Uri};
use std::cell::OnceCell;
use std::rc::Rc;

/// A text, and what is known of it as soon as anyone asks.
pub(super) struct Document {
    pub(super) uri: Uri,
    pub(super) version: i32,
    pub(super) text: String,
    pub(super) lines: Lines,
    pub(super) analysis: OnceCell<Rc<Analysis>>,
}

impl Document {
    pub(super) fn new(uri: Uri, version: i32, text: String) -> Self {
        Self { uri, version, lines: Lines::of(&text), text, analysis: OnceCell::new() }
    }

    /// Takes changes in their order, each in the text that the one before made.
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
