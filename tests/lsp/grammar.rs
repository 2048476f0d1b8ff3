//! The TextMate grammar has the keywords and names of the language: its lists of them are generated from the catalog.

use mmc::sema::{Topic, signatures};
use mmc::syntax::{KEYWORDS, RESERVED};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// The TextMate grammar, below `editors`.
const TEXTMATE: &str = "vscode/syntaxes/mmc.tmLanguage.json";

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("editors").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The words of the alternatives `\b(a|b|c)\b` in a pattern.
fn alternatives(pattern: &str) -> BTreeSet<String> {
    let inside = pattern.rsplit('(').next().unwrap().split(')').next().unwrap();
    inside.split('|').map(str::to_owned).collect()
}

fn textmate() -> Value {
    serde_json::from_str(&read(TEXTMATE)).unwrap()
}

/// Values of settings that have no description of their own in the catalog.
const VALUES: [&str; 4] = ["all", "none", "min", "max"];

/// The text before and after the patterns of the built-in words.
const BUILTIN_START: &str = "    \"builtin\": {\n      \"patterns\": [\n";
const BUILTIN_END: &str = "\n      ]\n    },\n    \"call\": {";

/// The path of the grammar below the repository and its text with the lists that the catalog gives it.
pub(crate) fn generated() -> (String, String) {
    let grammar = textmate();
    let mut text = read(TEXTMATE);
    let names = |wanted: &dyn Fn(Topic) -> bool| -> Vec<&'static str> {
        signatures().into_iter().filter(|(topic, _)| wanted(*topic)).map(|(_, signature)| signature.name).collect()
    };
    for (rule, words) in [("declaration", KEYWORDS.to_vec()), ("type", names(&|topic| topic == Topic::Type))] {
        let mut seen = BTreeSet::new();
        let words: Vec<&str> = words.into_iter().filter(|word| seen.insert(*word)).collect();
        let old = grammar["repository"][rule]["match"].as_str().unwrap();
        let (before, rest) = old.rsplit_once('(').unwrap();
        let (_, after) = rest.split_once(')').unwrap();
        let new = format!("{before}({}){after}", words.join("|"));
        let quoted = |pattern: &str| serde_json::to_string(pattern).unwrap();
        text = text.replace(&quoted(old), &quoted(&new));
    }
    let called = names(&|topic| !matches!(topic, Topic::Declaration | Topic::Type));
    let called: BTreeSet<&str> = called.into_iter().chain(VALUES).collect();
    // A word a line and in alphabetical order, so that changes that add different words can be merged.
    let pattern = |word: &&str| format!(r#"        {{ "name": "support.function.mmc", "match": "\\b{word}\\b" }}"#);
    let patterns: Vec<String> = called.iter().map(pattern).collect();
    let (before, rest) = text.split_once(BUILTIN_START).unwrap();
    let (_, after) = rest.split_once(BUILTIN_END).unwrap();
    text = format!("{before}{BUILTIN_START}{}{BUILTIN_END}{after}", patterns.join(",\n"));
    (format!("editors/{TEXTMATE}"), text)
}

#[test]
fn the_textmate_grammar_has_every_reserved_word() {
    let grammar = textmate();
    let words = |rule: &str| alternatives(grammar["repository"][rule]["match"].as_str().unwrap());
    let reserved: BTreeSet<String> = words("reserved").union(&words("constant")).cloned().collect();
    assert_eq!(reserved, RESERVED.iter().map(|word| (*word).to_owned()).collect::<BTreeSet<_>>());
}

#[test]
fn the_textmate_grammar_has_each_built_in_word_on_a_line_of_its_own() {
    let grammar = textmate();
    let patterns = grammar["repository"]["builtin"]["patterns"].as_array().unwrap();
    let words: Vec<&str> = patterns.iter().map(|pattern| pattern["match"].as_str().unwrap()).collect();
    assert!(words.is_sorted() && words.contains(&r"\bmulmix\b"), "{words:?}");
    let text = read(TEXTMATE);
    for word in words {
        let quoted = serde_json::to_string(word).unwrap();
        assert_eq!(text.lines().filter(|line| line.contains(&quoted)).count(), 1, "{word}");
    }
}

#[test]
fn the_extension_names_files_that_are_there() {
    let package: Value = serde_json::from_str(&read("vscode/package.json")).unwrap();
    assert_eq!(package["version"], env!("CARGO_PKG_VERSION"));
    let contributes = &package["contributes"];
    for path in [&package["main"], &contributes["languages"][0]["configuration"], &contributes["grammars"][0]["path"]] {
        assert!(!read(&format!("vscode/{}", path.as_str().unwrap())).is_empty());
    }
    assert_eq!(contributes["grammars"][0]["scopeName"], textmate()["scopeName"]);
    assert_eq!(contributes["languages"][0]["extensions"], serde_json::json!([".mmc"]));
    serde_json::from_str::<Value>(&read("vscode/language-configuration.json")).unwrap();
}
