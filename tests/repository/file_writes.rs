//! Files are written by `atomic_file` alone, so that no reader sees a partial file.

use super::paths::{Path, paths};
use super::sources;

const WRITER: &str = "atomic_file.rs";

/// Functions that write or create a file: the end of a path.
const WRITES: &[[&str; 2]] = &[
    ["fs", "write"],
    ["fs", "copy"],
    ["fs", "rename"],
    ["fs", "hard_link"],
    ["File", "create"],
    ["File", "create_new"],
    ["File", "options"],
    ["fs", "OpenOptions"],
    ["OpenOptions", "new"],
    ["tempfile", "tempfile"],
    ["tempfile", "tempfile_in"],
    ["tempfile", "NamedTempFile"],
    ["tempfile", "SpooledTempFile"],
    ["tempfile", "Builder"],
    ["NamedTempFile", "new"],
    ["NamedTempFile", "new_in"],
];

/// Files that may contain one of these as well, and why.
const EXCEPTIONS: &[(&str, [&str; 2], &str)] = &[
    ("data/io/bytes.rs", ["tempfile", "tempfile_in"], "data beyond the memory limit, in a mapped file without a name"),
    ("data/table/cache.rs", ["File", "options"], "sets the time of an entry's last use and writes no content"),
];

/// The first of [`WRITES`] that ends within this path.
fn write(path: &Path) -> Option<[&'static str; 2]> {
    WRITES.iter().find(|write| path.segments.windows(2).any(|pair| pair == **write)).copied()
}

#[test]
fn writes_are_found_by_import_and_inline() {
    let text =
        "use std::{fs::{self, File, OpenOptions}, io};\nfn f() { fs::write(a, b); File::create(c); std::fs::read(d) }";
    let found: Vec<String> = paths(text).iter().filter_map(write).map(|write| write.join("::")).collect();
    assert_eq!(found, ["fs::OpenOptions", "fs::write", "File::create"]);
}

#[test]
fn only_the_atomic_writer_writes_files() {
    let mut broken = vec![];
    let mut unused: Vec<_> = EXCEPTIONS.iter().collect();
    for code in sources().iter().filter(|code| code.place != WRITER) {
        for write in paths(&code.text).iter().filter_map(write) {
            let exception = |(file, allowed, _): &(&str, [&str; 2], &str)| *file == code.place && *allowed == write;
            if !EXCEPTIONS.iter().any(exception) {
                broken.push(format!("src/{}: `{}` instead of `atomic_file`", code.place, write.join("::")));
            }
            unused.retain(|allowed| !exception(allowed));
        }
    }
    broken.extend(unused.iter().map(|(file, write, _)| format!("src/{file} no longer needs `{}`", write.join("::"))));
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
