//! What the language describes of itself is complete, and its examples are what they say they are.

use crate::support::example;
use mmc::diag::{Code, Severity};
use mmc::ops::{Kind, Signature};
use mmc::sema::{Topic, signatures};
use std::collections::BTreeSet;

/// Names that are described twice on purpose: `mean` joins values and fills cells.
fn name_of((topic, signature): &(Topic, &Signature)) -> String {
    format!("{topic:?} {}", signature.name)
}

#[test]
fn everything_is_described() {
    let all = signatures();
    assert!(all.len() >= 60, "{}", all.len());
    let mut broken = vec![];
    for entry @ (_, signature) in &all {
        let name = name_of(entry);
        let mut say = |what: &str| broken.push(format!("{name}: {what}"));
        let sentence = |doc: &str| !doc.is_empty() && !doc.ends_with('.') && !doc.contains("  ");
        if !sentence(signature.doc) {
            say("what it does is not one sentence without a period");
        }
        // What `use` brings in is in another file.
        if signature.example.is_empty() && signature.name != "use" {
            say("no example");
        }
        for param in signature.params {
            if !sentence(param.doc) {
                say(&format!("`{}` is not described in one sentence without a period", param.name));
            }
            if param.default.is_some_and(|default| !fits(param.kind, default)) {
                say(&format!("the default of `{}` is not of its kind", param.name));
            }
            if param.of_paper && param.default.is_none() {
                say(&format!("`{}` has no default that could be the paper's", param.name));
            }
        }
        let names: BTreeSet<&str> = signature.params.iter().map(|param| param.name).collect();
        if names.len() != signature.params.len() {
            say("two arguments of one name");
        }
    }
    let names: BTreeSet<String> = all.iter().map(name_of).collect();
    assert_eq!(names.len(), all.len(), "something is described twice");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

fn fits(kind: Kind, default: mmc::ops::Constant) -> bool {
    use mmc::ops::Constant::{Bool, Integer, Nothing, Number, Word};
    match (kind, default) {
        (_, Nothing) | (Kind::Form(_), Word(_) | Bool(_)) | (Kind::Bool, Bool(_)) => true,
        (Kind::Integer(least), Integer(value)) => value >= least,
        (Kind::Number(least, most), Number(value)) => (least..=most).contains(&value),
        (Kind::Choice(words) | Kind::WordOrInteger(words, _), Word(word)) => words.contains(&word),
        _ => false,
    }
}

#[test]
fn examples_mean_something_and_name_what_they_are_of() {
    let mut broken = vec![];
    for entry @ (_, signature) in signatures().iter().filter(|(_, signature)| !signature.example.is_empty()) {
        let problems = example::problems(signature.example, true);
        let errors: Vec<&str> = (problems.iter())
            .filter(|problem| problem.severity == Severity::Error && problem.code != Code::NotYet)
            .map(|problem| problem.message.as_str())
            .collect();
        if !errors.is_empty() {
            broken.push(format!("{}: {}", name_of(entry), errors.join("; ")));
        }
        if !signature.example.contains(signature.name) {
            broken.push(format!("{}: the example does not name it", name_of(entry)));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
