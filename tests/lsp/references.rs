//! The symbol index: complete, and consistent with the text.

use mmc::diag::{SourceMap, Span};
use mmc::sema::{ExprValue, Symbol};
use mmc::syntax::{KEYWORDS, RESERVED};
use mmc::{Analyzed, analyze};
use std::path::{Path, PathBuf};

pub(super) fn analyzed(text: &str) -> (Analyzed, SourceMap) {
    let mut sources = SourceMap::new();
    let file = sources.add("test.mmc", text);
    let analyzed = analyze(&mut sources, file);
    (analyzed, sources)
}

/// The words of a text and their places: no keyword that begins a line, nothing in strings and comments.
fn words(text: &str, analyzed: &Analyzed) -> Vec<(Span, String)> {
    let bytes = text.as_bytes();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let (mut words, mut at) = (vec![], 0);
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b'#' => at += text[at..].find('\n').unwrap_or(text.len() - at),
            b'"' => {
                at += 1;
                while at < bytes.len() && bytes[at] != b'"' && bytes[at] != b'\n' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
            }
            byte if is_word(byte) => {
                while at < bytes.len() && is_word(bytes[at]) {
                    at += 1;
                }
                let word = &text[start..at];
                let begins_line = start == 0 || bytes[start - 1] == b'\n';
                let keyword = (begins_line && KEYWORDS.contains(&word)) || RESERVED.contains(&word);
                if !keyword && !byte.is_ascii_digit() {
                    words.push((Span::new(analyzed.ast.file, start, at), word.to_owned()));
                }
            }
            _ => at += 1,
        }
    }
    words
}

/// The words that are not in the index.
fn unknown(text: &str, analyzed: &Analyzed) -> Vec<String> {
    let references = &analyzed.symbols.references;
    words(text, analyzed).into_iter().filter(|(span, _)| !references.contains_key(span)).map(|(_, word)| word).collect()
}

/// Asserts that each definition has the name of its references.
fn check_names(path: &str, analyzed: &Analyzed, sources: &SourceMap) {
    for (span, target) in &analyzed.symbols.references {
        let name = sources.snippet(*span);
        match target {
            Symbol::Declaration(place) => {
                assert_eq!(name, sources.snippet(*place), "{path}");
                // A name with hyphens is read as one with underscores.
                assert_eq!(analyzed.symbols.definitions[place].name, name.replace('-', "_"), "{path}");
            }
            Symbol::Callable(signature) => assert_eq!(name, signature.name, "{path}"),
            Symbol::Argument(_, param) => assert_eq!(name, param.name, "{path}"),
            _ => assert!(!name.is_empty() && !name.contains([' ', '(', '"']), "{path}: `{name}`"),
        }
    }
}

fn pipelines(folder: &str) -> Vec<PathBuf> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut found = vec![];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false if path.extension().is_some_and(|ending| ending == "mmc") => found.push(path),
                false => {}
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_word_of_a_sound_pipeline_is_known() {
    let mut sound = 0;
    for path in pipelines("pipelines") {
        // One of them is no UTF-8, and an editor would show it so.
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        let (analyzed, sources) = analyzed(&text);
        check_names(&path.display().to_string(), &analyzed, &sources);
        if analyzed.checked.value.is_some() {
            sound += 1;
            assert_eq!(unknown(&text, &analyzed), Vec::<String>::new(), "{}", path.display());
        }
    }
    assert!(sound >= 2, "hardly any pipeline is sound");
}

#[test]
fn what_a_broken_pipeline_says_elsewhere_is_known() {
    for path in pipelines("tests/ui") {
        // One of them is no UTF-8, and an editor would show it so.
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        let (analyzed, sources) = analyzed(&text);
        check_names(&path.display().to_string(), &analyzed, &sources);
    }
}

const FUNCTIONS: &str = r#"pipeline functions
data { source = synthetic("collider") }
label y: class[2] = column("process")
modality low: dense[21] = columns("low_*")
param width = 8
fn unused(x, w: width, act: relu) { let h = x |> linear(w, init: torch) |> act; { top: h, low: unused2(x: h) } }
fn unused2(x) = if true then concat(x, x) else x |> dropout(0.1)
fn two(x) { let h = x |> linear(width); { top: h, deep: h |> relu } }
encoder trunk = low |> two
encoder nested = linear(relu(dropout(low, 0.1)), 8)
combine mul = multiplicative(trunk.top, trunk.deep) {
  weights = [1.0, 2.0]
  head = mlp([width], activation: tanh)
}
combine late = late(low, nowhere) { head = mlp([width]) }
train { combine = mul; epochs = width }
"#;

#[test]
fn uncalled_functions_and_text_near_a_mistake_are_bound() {
    let (analyzed, sources) = analyzed(FUNCTIONS);
    check_names("functions", &analyzed, &sources);
    assert_eq!(unknown(FUNCTIONS, &analyzed), ["nowhere"]);
    let symbols = &analyzed.symbols;
    let uses = |name: &str| {
        let place = symbols.definitions.values().find(|known| known.name == name).unwrap().span;
        symbols.references.values().filter(|target| matches!(target, Symbol::Declaration(at) if *at == place)).count()
    };
    assert_eq!(uses("width"), 6);
    assert_eq!(uses("trunk"), 3);
    // `mlp` and its argument lead into the prelude.
    let of_prelude = |name: &str| {
        let at = FUNCTIONS.find(name).unwrap();
        let span = Span::new(analyzed.ast.file, at, at + name.len());
        match symbols.references[&span] {
            Symbol::Declaration(place) => place.file == analyzed.prelude.file,
            _ => false,
        }
    };
    assert!(of_prelude("mlp"));
    assert!(of_prelude("activation"));
}

#[test]
fn stages_fields_and_names_have_their_shapes() {
    let (analyzed, _) = analyzed(FUNCTIONS);
    let shape = |text: &str| {
        let at = FUNCTIONS.find(text).unwrap();
        let evaluation = &analyzed.symbols.evaluated[&Span::new(analyzed.ast.file, at, at + text.len())];
        match evaluation.value {
            ExprValue::Tensor(value) => analyzed.symbols.values[value].shape.to_string(),
            ref other => format!("{other:?}"),
        }
    };
    assert_eq!(shape("trunk.deep"), "[8]");
    assert_eq!(shape("linear(width)"), "[8]");
    assert_eq!(shape("low |> two"), r#"Record([("top", Tensor(1)), ("deep", Tensor(2))])"#);
    assert_eq!(shape("8"), r#"Constant("8")"#);
}
