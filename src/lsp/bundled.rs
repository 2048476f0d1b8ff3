//! Bundled files, written to disk so that an editor can open them: the prelude and the explanations of codes.

use super::paths;
use crate::atomic_file::write_atomic;
use crate::diag::Code;
use gen_lsp_types::Uri;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of those files.
#[derive(Debug, Default)]
pub(super) struct BundledFiles {
    folder: Option<PathBuf>,
    /// URIs of the files written in this session, by name.
    there: RefCell<BTreeMap<String, Option<Uri>>>,
}

impl BundledFiles {
    /// Files below `cache`, one folder for each version; without a cache there are none.
    pub(super) fn new(cache: Option<PathBuf>) -> Self {
        let folder = cache.map(|cache| cache.join("library").join(env!("CARGO_PKG_VERSION")));
        Self { folder, there: RefCell::default() }
    }

    /// The prelude.
    pub(super) fn prelude(&self) -> Option<Uri> {
        self.file("prelude.mmc", crate::PRELUDE)
    }

    /// The explanation of a code.
    pub(super) fn explanation(&self, code: Code) -> Option<Uri> {
        let name = format!("{}.md", code.as_str());
        if let Some(there) = self.there.borrow().get(&name) {
            return there.clone();
        }
        self.file(&name, &format!("# {}: {}\n\n{}", code.as_str(), code.title(), code.explanation()))
    }

    /// The address of a file of this text, written if it does not exist. It is read-only.
    fn file(&self, name: &str, text: &str) -> Option<Uri> {
        let mut there = self.there.borrow_mut();
        there.entry(name.to_owned()).or_insert_with(|| self.write(name, text)).clone()
    }

    fn write(&self, name: &str, text: &str) -> Option<Uri> {
        let folder = self.folder.as_ref()?;
        let path = folder.join(name);
        if fs::read(&path).is_ok_and(|found| found == text.as_bytes()) {
            return Some(paths::uri(&path));
        }
        fs::create_dir_all(folder).ok()?;
        write_atomic(&path, |file| file.write_all(text.as_bytes())).ok()?;
        lock(&path);
        Some(paths::uri(&path))
    }
}

/// Editors mark read-only files. Failure to set the permission is ignored.
fn lock(path: &Path) {
    if let Ok(about) = fs::metadata(path) {
        let mut permissions = about.permissions();
        permissions.set_readonly(true);
        let _ = fs::set_permissions(path, permissions);
    }
}
