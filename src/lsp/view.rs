//! The input of every request handler: a document, its analysis and the workspace around it.

use super::analysis::Analysis;
use super::document::OpenDocument;
use super::paths;
use super::workspace::Workspace;
use gen_lsp_types::{Position, Range};
use std::path::Path;
use std::rc::Rc;

/// A document and its analysis.
pub(super) struct View<'s> {
    pub(super) workspace: &'s Workspace,
    pub(super) document: &'s OpenDocument,
    pub(super) analysis: Rc<Analysis>,
}

impl<'s> View<'s> {
    pub(super) fn new(workspace: &'s Workspace, document: &'s OpenDocument) -> Self {
        Self { workspace, document, analysis: workspace.analysis(document) }
    }

    /// Byte offset of a position.
    pub(super) fn offset(&self, position: Position) -> usize {
        self.document.lines.offset(&self.document.text, position, self.workspace.encoding)
    }

    /// Position range of some bytes.
    pub(super) fn range(&self, bytes: std::ops::Range<usize>) -> Range {
        self.document.lines.range(&self.document.text, bytes, self.workspace.encoding)
    }

    /// Names of the columns of the pipeline's data, in the order of the table; none where the data cannot be read.
    pub(super) fn columns(&self) -> Rc<Vec<String>> {
        let Some(spec) = &self.analysis.analyzed.symbols.data else { return Rc::default() };
        let path = paths::path(&self.document.uri);
        let folder = path.as_deref().and_then(Path::parent).unwrap_or(Path::new("."));
        self.workspace.columns.borrow_mut().get(spec, folder)
    }
}
