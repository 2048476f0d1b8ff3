//! Rules for every file: its header, its length, forbidden content.

use super::{files, root, sources};
use std::fs;
use std::path::PathBuf;

/// Files that may be longer than [`LONGEST`], and why.
const LONG_FILES: &[(&str, &str)] = &[];
const LONGEST: usize = 500;

#[test]
fn every_file_begins_with_its_purpose() {
    let mut broken = vec![];
    for folder in ["src", "tests", "benches"].into_iter().filter(|folder| root().join(folder).exists()) {
        for path in files(&root().join(folder), &[".rs"]) {
            if !fs::read_to_string(&path).unwrap().starts_with("//!") {
                broken.push(path.display().to_string());
            }
        }
    }
    assert!(broken.is_empty(), "these do not begin with `//!`:\n{}", broken.join("\n"));
}

#[test]
fn long_files_have_a_reason() {
    let mut broken = vec![];
    let sources = sources();
    for code in &sources {
        let lines = code.whole.split("#[cfg(test)]\nmod tests").next().unwrap().lines().count();
        if lines > LONGEST && !LONG_FILES.iter().any(|(file, _)| *file == code.place) {
            broken.push(format!("src/{}: {lines} lines", code.place));
        }
    }
    for (file, _) in LONG_FILES {
        let lines = sources.iter().find(|code| code.place == *file).map_or(0, |code| code.whole.lines().count());
        if lines <= LONGEST {
            broken.push(format!("src/{file} is no longer long: take it off the list"));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn no_path_of_a_machine_is_written_down() {
    let beginnings: Vec<String> =
        ["home", "root", "tmp", "work", "Users", "mnt"].iter().map(|folder| format!("/{folder}/")).collect();
    let ends = [".rs", ".md", ".mmc", ".pest", ".toml", ".snap", ".yaml", ".py", ".csv", "run"];
    let mut places: Vec<PathBuf> = vec![];
    for folder in ["src", "tests", "benches", "docs", "grammar", "pipelines", ".ci"] {
        if root().join(folder).exists() {
            places.extend(files(&root().join(folder), &ends));
        }
    }
    for file in ["Cargo.toml", "README.md", "ARCHITECTURE.md", "CHANGELOG.md", "clippy.toml", "rustfmt.toml"] {
        places.push(root().join(file));
    }
    let mut broken = vec![];
    for path in places {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        for beginning in &beginnings {
            for (at, _) in text.match_indices(beginning.as_str()) {
                let absolute = at == 0
                    || !text[..at].ends_with(|letter: char| letter.is_alphanumeric() || "._-/~".contains(letter));
                if absolute {
                    broken.push(format!("{}: {beginning}", path.display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
