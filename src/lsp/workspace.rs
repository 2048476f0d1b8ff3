//! The workspace: open documents, their analyses, and files read with the open documents over those on disk.

use super::analysis::Analysis;
use super::bundled::BundledFiles;
use super::columns::ColumnCache;
use super::document::OpenDocument;
use super::paths;
use super::position::Encoding;
use super::protocol::RequestError;
use crate::world::{Disk, FoundFile, MissingFile, World};
use gen_lsp_types::Uri;
use lsp_server::ErrorCode;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

/// State that request handlers read.
pub(super) struct Workspace {
    /// Open documents by URI.
    pub(super) documents: BTreeMap<String, OpenDocument>,
    /// Unit of character offsets in positions.
    pub(super) encoding: Encoding,
    pub(super) bundled: BundledFiles,
    /// Whether the client supports snippets.
    pub(super) snippets: bool,
    pub(super) columns: RefCell<ColumnCache>,
}

impl Workspace {
    pub(super) fn new(bundled: BundledFiles) -> Self {
        Self {
            documents: BTreeMap::new(),
            encoding: Encoding::default(),
            bundled,
            snippets: false,
            columns: RefCell::default(),
        }
    }

    /// The analysis of a document, made on first use after a change.
    pub(super) fn analysis(&self, document: &OpenDocument) -> Rc<Analysis> {
        let world = Overlay { documents: &self.documents };
        let analyze = || Rc::new(Analysis::new(&document.uri, &document.text, self.encoding, &self.bundled, &world));
        document.analysis.get_or_init(analyze).clone()
    }

    /// The open document of a URI.
    pub(super) fn document(&self, uri: &Uri) -> Result<&OpenDocument, RequestError> {
        self.documents
            .get(uri.as_ref())
            .ok_or_else(|| RequestError::new(ErrorCode::InvalidParams, format!("`{uri}` is not open")))
    }
}

/// Files on disk, with open documents in place of their saved texts.
struct Overlay<'s> {
    documents: &'s BTreeMap<String, OpenDocument>,
}

impl World for Overlay<'_> {
    fn text(&self, of: &str, path: &str) -> Result<FoundFile, MissingFile> {
        let found = Disk.text(of, path)?;
        let open = self.documents.values().find(|document| {
            paths::path(&document.uri).is_some_and(|path| paths::same_file(&path, Path::new(&found.identity)))
        });
        Ok(match open {
            Some(document) => FoundFile { text: document.text.clone(), ..found },
            None => found,
        })
    }

    fn identity(&self, name: &str) -> String {
        Disk.identity(name)
    }
}
