//! Changed texts: shown as a difference, or put in the place of a file.

use similar::TextDiff;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// What changes in the text called `name`.
pub(super) fn difference(name: &str, before: &str, after: &str) -> String {
    TextDiff::from_lines(before, after).unified_diff().header(name, name).to_string()
}

/// Puts `text` in the place of the file at once, so that a crash leaves either the old text or the new one.
pub(super) fn replace(path: &Path, text: &str) -> io::Result<()> {
    // The file may be a link: what it points at is replaced, and the link stays.
    let path = &fs::canonicalize(path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(fs::metadata(path)?.permissions())?;
    file.persist(path)?;
    Ok(())
}
