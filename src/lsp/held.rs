//! The files around a text as the editor has them: what is open there is read there, everything else on disk.

use super::document::Document;
use super::place;
use crate::world::{Disk, FoundFile, MissingFile, World};
use std::collections::BTreeMap;
use std::path::Path;

/// The world of an editor.
pub(super) struct Held<'s> {
    pub(super) documents: &'s BTreeMap<String, Document>,
}

impl World for Held<'_> {
    fn text(&self, of: &str, path: &str) -> Result<FoundFile, MissingFile> {
        let found = Disk.text(of, path)?;
        let open = self.documents.values().find(|document| {
            place::path(&document.uri).is_some_and(|path| place::same(&path, Path::new(&found.identity)))
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
