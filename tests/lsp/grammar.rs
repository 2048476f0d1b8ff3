//! The grammars of editors have the keywords of the language.

use mmc::sema::{Topic, signatures};
use mmc::syntax::{KEYWORDS, RESERVED};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

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
    serde_json::from_str(&read("vscode/syntaxes/mmc.tmLanguage.json")).unwrap()
}

#[test]
fn the_textmate_grammar_has_every_word() {
    let grammar = textmate();
    let words = |rule: &str| alternatives(grammar["repository"][rule]["match"].as_str().unwrap());
    let set = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(words("declaration"), set(&KEYWORDS));
    let constants = words("constant");
    let reserved: BTreeSet<String> = words("reserved").union(&constants).cloned().collect();
    assert_eq!(reserved, set(&RESERVED));
    let of = |topics: &[Topic]| {
        let found = signatures().into_iter().filter(|(topic, _)| topics.contains(topic));
        found.map(|(_, signature)| signature.name.to_owned()).collect::<BTreeSet<_>>()
    };
    let missing =
        |rule: &str, topics: &[Topic]| -> Vec<String> { of(topics).difference(&words(rule)).cloned().collect() };
    assert_eq!(missing("type", &[Topic::Type]), Vec::<String>::new());
    let called = Topic::ALL.into_iter().filter(|topic| !matches!(topic, Topic::Declaration | Topic::Type));
    assert_eq!(missing("builtin", &called.collect::<Vec<_>>()), Vec::<String>::new(), "add them to the rule `builtin`");
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
