//! ARCHITECTURE.md names files that exist, and lists at most the promised number of places for an addition.

use super::root;
use std::collections::BTreeSet;
use std::fs;

fn text() -> String {
    fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap()
}

/// The paths between single backquotes: text with a folder, or with the extension of a file.
fn paths(text: &str) -> BTreeSet<&str> {
    let prose = text.lines().filter(|line| !line.starts_with("    "));
    let quoted = prose.flat_map(|line| line.split('`').skip(1).step_by(2));
    let is_path = |word: &&str| {
        let letters = |letter: char| letter.is_ascii_alphanumeric() || "/_.".contains(letter);
        word.chars().all(letters) && word.contains('/') && !word.starts_with('/')
    };
    quoted.filter(is_path).collect()
}

#[test]
fn paths_are_found() {
    let found: Vec<&str> =
        paths("reads `a/b.rs` and `c/`, not `d.rs`, `e | f`, `1 / (g)`\n    `h/i`").into_iter().collect();
    assert_eq!(found, ["a/b.rs", "c/"]);
}

#[test]
fn every_path_exists() {
    let text = text();
    // Names in capitals are placeholders.
    let named = |path: &str| path.split(['/', '.']).any(|part| part.len() > 1 && part.chars().all(char::is_uppercase));
    let places = [root().to_owned(), root().join("src")];
    let found = paths(&text);
    let missing: Vec<&&str> =
        found.iter().filter(|path| !named(path) && !places.iter().any(|place| place.join(path).exists())).collect();
    assert!(found.len() > 40, "{found:?}");
    assert!(missing.is_empty(), "ARCHITECTURE.md names {missing:?}");
}

#[test]
fn a_new_thing_needs_at_most_five_places() {
    let text = text();
    let section = text.split("\n## ").find(|section| section.starts_with("Where to add things\n")).unwrap();
    let items: Vec<&str> = section.split("\n- ").skip(1).collect();
    assert!(items.len() >= 8, "{items:?}");
    for item in items {
        let places = paths(item);
        assert!((2..=5).contains(&places.len()), "{places:?}");
    }
}
