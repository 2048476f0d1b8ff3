//! Names: type names are unique, and words replaced by the field's terms are not used again.

use super::sources;
use std::collections::BTreeMap;

/// Type names that several files define.
const SHARED_NAMES: &[&str] = &[];

/// Words that no file, type or function is named by, and the terms in their place.
const REPLACED_WORDS: &[(&str, &str)] = &[
    ("birth", "origin"),
    ("doubt", "poisoning"),
    ("mend", "fix or repair"),
    ("mention", "symbol index"),
    ("mended", "fixed"),
    ("misgiven", "argument error"),
    ("said", "reported, printed or written"),
    ("seam", "interface or trait"),
    ("slope", "gradient"),
    ("squash", "gates"),
    ("surprise", "neg_log_p"),
    ("trouble", "errors"),
];

/// Phrases that no comment and no message in `src/` contains, and the terms in their place.
const REPLACED_PHRASES: &[(&str, &str)] = &[
    ("as people know it", "display name"),
    ("asked for here", "required here or selected here"),
    ("by itself", "separately or alone"),
    ("came to nothing", "failed"),
    ("fetch it again", "download it again"),
    ("for want of", "without"),
    ("has no say", "is absent"),
    ("is said", "is reported"),
    ("Knows no ", "does not depend on"),
    ("Knows nothing", "independent of"),
    ("nothing is said", "not checked or not reported"),
    ("of their own", "separate"),
    ("on its way", "in progress"),
    ("the seam ", "the interface"),
    ("way back", "backward pass"),
    ("way on", "help"),
];

/// Names that still hold a replaced word.
const OLD_NAMES: &[&str] = &[];

/// The name that a line defines after one of these words, at any visibility.
fn defined<'t>(line: &'t str, keywords: &[&str]) -> Option<&'t str> {
    let mut rest = line.trim_start();
    if let Some(after) = rest.strip_prefix("pub") {
        rest = match after.strip_prefix('(') {
            Some(scope) => scope.split_once(')')?.1.trim_start(),
            None => after.strip_prefix(' ')?,
        };
    }
    for modifier in ["const ", "unsafe "] {
        rest = rest.strip_prefix(modifier).unwrap_or(rest);
    }
    let rest = keywords.iter().find_map(|keyword| rest.strip_prefix(keyword)?.strip_prefix(' '))?;
    let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
    Some(&rest[..end]).filter(|name| !name.is_empty())
}

#[test]
fn names_are_found() {
    let types = ["struct", "enum", "type"];
    assert_eq!(defined("pub(in crate::exec) struct Pass<'a> {", &types), Some("Pass"));
    assert_eq!(defined("enum Kind {", &types), Some("Kind"));
    assert_eq!(defined("    pub const fn new() {}", &["fn"]), Some("new"));
    assert_eq!(defined("structure", &types), None);
}

#[test]
fn type_names_are_unique_in_the_crate() {
    let sources = sources();
    let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for code in &sources {
        // Associated types stand indented inside of an `impl`.
        for line in code.text.lines().filter(|line| !line.starts_with(' ') || !line.trim_start().starts_with("type")) {
            if let Some(name) = defined(line, &["struct", "enum", "trait", "union", "type"]) {
                places.entry(name).or_default().push(&code.place);
            }
        }
    }
    let mut broken: Vec<String> = places
        .iter()
        .filter(|(name, files)| files.len() > 1 && !SHARED_NAMES.contains(name))
        .map(|(name, files)| format!("`{name}` is defined in {}", files.join(", ")))
        .collect();
    for name in SHARED_NAMES.iter().filter(|name| places.get(**name).is_none_or(|files| files.len() < 2)) {
        broken.push(format!("`{name}` is unique now: take it off the list"));
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn replaced_words_do_not_come_back() {
    let sources = sources();
    let mut found: Vec<(String, &str, &str)> = vec![];
    for code in &sources {
        let file = code.place.trim_end_matches(".rs").split('/').map(str::to_owned);
        let items =
            code.text.lines().filter_map(|line| defined(line, &["struct", "enum", "trait", "type", "fn", "mod"]));
        for name in file.chain(items.map(str::to_owned)) {
            for word in words(&name) {
                if let Some((_, term)) = REPLACED_WORDS.iter().find(|(old, _)| *old == word) {
                    found.push((name.clone(), &code.place, *term));
                }
            }
        }
    }
    let mut broken: Vec<String> = found
        .iter()
        .filter(|(name, ..)| !OLD_NAMES.contains(&name.as_str()))
        .map(|(name, place, term)| format!("src/{place}: `{name}`, in plain terms: {term}"))
        .collect();
    for name in OLD_NAMES.iter().filter(|name| !found.iter().any(|(other, ..)| other == **name)) {
        broken.push(format!("`{name}` is gone: take it off the list"));
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn replaced_phrases_do_not_come_back() {
    let sources = sources();
    let mut broken: Vec<String> = vec![];
    for code in &sources {
        for (number, line) in code.whole.lines().enumerate() {
            let found = REPLACED_PHRASES.iter().filter(|(old, _)| holds_phrase(line, old));
            broken.extend(
                found.map(|(old, term)| format!("src/{}:{}: `{old}`, in plain terms: {term}", code.place, number + 1)),
            );
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Whether a line contains a phrase that does not begin within a word.
fn holds_phrase(line: &str, phrase: &str) -> bool {
    line.match_indices(phrase).any(|(at, _)| !line[..at].ends_with(char::is_alphanumeric))
}

#[test]
fn phrases_begin_with_a_word() {
    assert!(holds_phrase("there is a way on", "way on"));
    assert!(!holds_phrase("always on", "way on"));
    assert!(!holds_phrase("a way out", "way on"));
}

/// The words of a name in snake case or camel case, in small letters.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in name.chars() {
        if letter == '_' || letter.is_uppercase() {
            words.push(String::new());
        }
        if letter != '_' {
            words.last_mut().unwrap().extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
