//! What is shipped inside of the program, laid down as files that an editor can open: the prelude, and what codes mean.

use super::place;
use crate::diag::Code;
use crate::whole_file::write_whole;
use gen_lsp_types::Uri;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of those files.
#[derive(Clone, Debug, Default)]
pub(super) struct Library {
    folder: Option<PathBuf>,
}

impl Library {
    /// Files below `cache`, one folder for each version; without a cache there are none.
    pub(super) fn new(cache: Option<PathBuf>) -> Self {
        Self { folder: cache.map(|cache| cache.join("library").join(env!("CARGO_PKG_VERSION"))) }
    }

    /// The prelude.
    pub(super) fn prelude(&self) -> Option<Uri> {
        self.file("prelude.mmc", crate::PRELUDE)
    }

    /// What a code means, at length.
    pub(super) fn explanation(&self, code: Code) -> Option<Uri> {
        let text = format!("# {}: {}\n\n{}", code.as_str(), code.title(), code.explanation());
        self.file(&format!("{}.md", code.as_str()), &text)
    }

    /// The address of a file of this text, written if it is not there. Nobody is meant to change it.
    fn file(&self, name: &str, text: &str) -> Option<Uri> {
        let folder = self.folder.as_ref()?;
        let path = folder.join(name);
        if fs::read(&path).is_ok_and(|found| found == text.as_bytes()) {
            return Some(place::uri(&path));
        }
        fs::create_dir_all(folder).ok()?;
        write_whole(&path, |file| file.write_all(text.as_bytes())).ok()?;
        lock(&path);
        Some(place::uri(&path))
    }
}

/// An editor shows a file that cannot be written as such. That it could not be locked harms nothing.
fn lock(path: &Path) {
    if let Ok(about) = fs::metadata(path) {
        let mut permissions = about.permissions();
        permissions.set_readonly(true);
        let _ = fs::set_permissions(path, permissions);
    }
}
