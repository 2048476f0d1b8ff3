//! `file:` URIs to paths and back.

use gen_lsp_types::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::path::{Component, Path, PathBuf};

/// Characters that are not escaped in the path of a URI.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The path of a `file:` URI; `None` for other schemes.
pub(super) fn path(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.as_ref().strip_prefix("file://")?;
    // The host name may precede the path.
    let rest = &rest[rest.find('/')?..];
    let decoded = percent_decode_str(rest).decode_utf8().ok()?;
    // `/c:/folder` is a path with a drive.
    let bytes = decoded.as_bytes();
    let drive = cfg!(windows) && bytes.len() > 2 && bytes[2] == b':';
    Some(PathBuf::from(if drive { &decoded[1..] } else { &decoded }))
}

/// The `file:` URI of a path.
pub(super) fn uri(path: &Path) -> Uri {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let path = path.to_string_lossy().replace('\\', "/");
    let slash = if path.starts_with('/') { "" } else { "/" };
    Uri(format!("file://{slash}{}", utf8_percent_encode(&path, PATH)))
}

/// A path without `.` and `..` in it, resolved without reading the disk.
pub(super) fn normalize(path: &Path) -> PathBuf {
    let mut simple = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if simple.file_name().is_some() => drop(simple.pop()),
            part => simple.push(part),
        }
    }
    simple
}

/// Whether two paths name the same file.
pub(super) fn same_file(a: &Path, b: &Path) -> bool {
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| normalize(path));
    a == b || real(a) == real(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn paths_and_uris_lead_to_each_other() {
        for path_of in ["/a/b.mmc", "/with blank/ä#?.mmc", "/per%cent.mmc"] {
            assert_eq!(path(&uri(Path::new(path_of))), Some(PathBuf::from(path_of)));
        }
        assert_eq!(path(&Uri("file://machine/a%20b".into())), Some(PathBuf::from("/a b")));
        assert_eq!(normalize(Path::new("/a/./b/../c/../../d.mmc")), PathBuf::from("/d.mmc"));
        assert_eq!(path(&Uri("untitled:Untitled-1".into())), None);
    }
}
