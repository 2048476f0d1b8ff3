//! The reference of the language is complete, and its examples are valid.

use crate::support::example;
use mmc::diag::Severity;
use mmc::drawing;
use mmc::ops::{Kind, Signature};
use mmc::reference::{self, PAGES};
use mmc::sema::{Topic, signatures};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

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
        // The example of `use` needs another file.
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

fn fits(kind: Kind, default: mmc::ops::DefaultValue) -> bool {
    use mmc::ops::DefaultValue::{Bool, Integer, Nothing, Number, Text, Word};
    match (kind, default) {
        (_, Nothing) | (Kind::Form(_), Word(_) | Bool(_)) | (Kind::Bool, Bool(_)) => true,
        (Kind::TextOrBool, Bool(_) | Text(_)) | (Kind::Text, Text(_)) => true,
        (Kind::Integer(least), Integer(value)) => value >= least,
        (Kind::Number(least, most), Number(value)) => (least..=most).contains(&value),
        (Kind::NumberOrText, Number(_)) => true,
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
            .filter(|problem| problem.severity == Severity::Error)
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

/// The pipeline of the README.
fn quickstart() -> mmc::plan::Plan {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/quickstart.mmc")).unwrap();
    let mut sources = mmc::diag::SourceMap::new();
    let file = sources.add("quickstart.mmc", text);
    mmc::compile(&mut sources, file, &[], None).value.unwrap().plan
}

/// The pages and the editor's grammar, which are generated from the source: their paths and expected content.
fn pages() -> Vec<(String, String)> {
    let mut pages: Vec<(String, String)> =
        PAGES.iter().map(|page| (format!("docs/reference/{}", page.file), page.text())).collect();
    pages.push(("docs/reference/command_line.md".into(), mmc::cli::page()));
    pages.push(crate::lsp::grammar::generated());
    pages.push(("docs/quickstart.svg".into(), drawing::svg(&drawing::figure(&quickstart()))));
    pages
}

#[test]
fn pages_are_fresh() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let update = std::env::var_os("MMC_UPDATE").is_some_and(|value| value == "1");
    let mut stale = vec![];
    for (file, text) in pages() {
        let path = root.join(&file);
        if fs::read_to_string(&path).ok().as_ref() != Some(&text) {
            if update {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(&path, text).unwrap();
            } else {
                stale.push(file);
            }
        }
    }
    assert!(
        stale.is_empty(),
        "these do not say what the source says; `MMC_UPDATE=1 cargo test --test mmc reference` writes them anew: {}",
        stale.join(", ")
    );
    let known: BTreeSet<String> = pages().into_iter().map(|(file, _)| file).collect();
    for entry in fs::read_dir(root.join("docs/reference")).unwrap() {
        let file = format!("docs/reference/{}", entry.unwrap().file_name().to_string_lossy());
        assert!(known.contains(&file), "{file} is made from nothing");
    }
}

#[test]
fn the_way_through_the_docs_leads_everywhere() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let text = fs::read_to_string(docs.join("README.md")).unwrap();
    let mut files: Vec<String> = pages()
        .iter()
        .filter(|(file, _)| file.ends_with(".md"))
        .map(|(file, _)| file.trim_start_matches("docs/").to_owned())
        .collect();
    for entry in fs::read_dir(&docs).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        files.extend((name.ends_with(".md") && name != "README.md").then_some(name));
    }
    for file in files {
        assert!(text.contains(&format!("]({file})")), "docs/README.md does not lead to {file}");
    }
    for target in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
        assert!(docs.join(target).exists(), "docs/README.md leads to {target}, which is not there");
    }
}

#[test]
fn every_name_is_found_and_explained() {
    for name in reference::names() {
        let found = reference::find(&name);
        assert!(!found.is_empty(), "{name}");
        for entry in found {
            let text = reference::markdown(&entry, 1);
            assert!(text.starts_with("# ") && text.contains(&name), "{name}: {text}");
            assert_eq!(text.matches("```").count() % 2, 0, "{name}: a fence is open");
        }
    }
}

#[test]
fn a_setting_is_explained_with_all_that_have_it() {
    let text: String = reference::find("beta").iter().map(|entry| reference::markdown(entry, 1)).collect();
    assert!(text.contains("Setting of `multiplicative` and `mulmix`"), "{text}");
    assert!(text.contains("`0.5`, as in the paper"), "{text}");
    // A word of a choice leads to the setting it is for.
    let text: String = reference::find("attached").iter().map(|entry| reference::markdown(entry, 1)).collect();
    assert!(text.contains("`gradient`"), "{text}");
    // Codes are read in any case, metrics with the part they are measured on.
    assert_eq!(reference::find("mmc0301")[0].name(), "MMC0301");
    assert_eq!(reference::find("valid.auc")[0].name(), "auc");
    assert_eq!(reference::near("mullmix").as_deref(), Some("mulmix"));
    assert!(reference::find("mullmix").is_empty());
}

#[test]
fn functions_of_the_library_describe_themselves() {
    let functions = reference::functions();
    assert!(functions.iter().any(|function| function.name == "mlp" && function.usage.contains("activation: relu")));
    for function in functions {
        assert!(!function.doc.is_empty(), "`{}` has no doc comment", function.name);
        assert!(function.source.starts_with(&format!("fn {}(", function.name)), "{}", function.source);
    }
}
