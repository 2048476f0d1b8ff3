//! Keys, arguments and their values, by the descriptions that calls and blocks are checked against.

use super::candidate::{CompletionCandidate, of_param, of_word};
use super::context::Completion;
use crate::lsp::markdown;
use crate::ops::{Kind, Parameter, Signature};
use crate::sema::{DeclarationKind, Topic, signatures};
use crate::syntax::Around;
use gen_lsp_types::CompletionItemKind;

/// In the brackets of a call.
pub(super) fn of_call(
    place: &Completion<'_>,
    declaration: &str,
    callee: &str,
    call: &Around,
) -> Vec<CompletionCandidate> {
    let strategy = declaration == "combine" && place.cursor.callee.as_deref() == Some(callee);
    if strategy && described(callee, |topic| topic == Topic::Strategy).is_some() {
        return [place.names.inputs(), place.names.of_kinds(&[DeclarationKind::Fn])].concat();
    }
    if declaration == "fn"
        && call.key.is_none()
        && place.names.arguments(callee).is_none()
        && described(callee, is_value).is_none()
    {
        return vec![];
    }
    if let Some(arguments) = place.names.arguments(callee) {
        let given = |name: &String| call.keys.contains(name);
        let free = arguments.iter().filter(|argument| !given(&argument.name));
        let names = free.map(|argument| {
            CompletionCandidate::new(&argument.name, CompletionItemKind::Property)
                .documentation(markdown::definition(&place.view.analysis, argument))
                .template(format!("{}: $1", argument.name))
        });
        let names: Vec<CompletionCandidate> = if call.key.is_some() { vec![] } else { names.collect() };
        return [names, place.names.values()].concat();
    }
    let topics: fn(Topic) -> bool = match declaration {
        "encoder" | "shared" | "fn" => is_value,
        _ => |_| true,
    };
    let Some((topic, signature)) = described(callee, topics) else { return place.names.values() };
    match &call.key {
        Some(key) => signature.param(key).map(|param| of_value(place, signature, param)).unwrap_or_default(),
        None => {
            let free = signature.params.iter().filter(|param| !call.keys.iter().any(|key| key == param.name));
            let mut candidates: Vec<CompletionCandidate> = match signature.params.get(call.elements) {
                Some(param) => of_value(place, signature, param),
                None => vec![],
            };
            candidates.extend(free.map(|param| of_param(signature, param, ": ")));
            // A layer or a merge takes its inputs first.
            if matches!(topic, Topic::Layer | Topic::Builtin) {
                candidates.extend(place.names.values());
            }
            candidates
        }
    }
}

/// Whether what is described under a topic makes values of the graph.
fn is_value(topic: Topic) -> bool {
    matches!(topic, Topic::Layer | Topic::Builtin)
}

/// In the braces of a block or record.
pub(super) fn of_block(
    place: &Completion<'_>,
    declaration: &str,
    block: &Around,
    outer: &[Around],
) -> Vec<CompletionCandidate> {
    let whose = outer.first().filter(|around| around.bracket == '{').and_then(|around| around.key.as_deref());
    let signature = match whose {
        None if declaration == "combine" => {
            let strategy = place.cursor.callee.as_deref();
            strategy.and_then(|strategy| described(strategy, |topic| topic == Topic::Strategy))
        }
        None => described(declaration, |topic| topic == Topic::Declaration),
        Some("over") => return keys_or_params(place, block, place.names.of_kinds(&[DeclarationKind::Param])),
        Some("weights") => return keys_or_params(place, block, place.names.inputs()),
        Some(key) => described(key, |topic| topic == Topic::Split),
    };
    let Some((_, signature)) = signature else { return vec![] };
    match &block.key {
        Some(key) => signature.param(key).map(|param| of_value(place, signature, param)).unwrap_or_default(),
        None => {
            let mark = if whose.is_some() { ": " } else { " = " };
            let free = signature.params.iter().filter(|param| !block.keys.iter().any(|key| key == param.name));
            free.map(|param| of_param(signature, param, mark)).collect()
        }
    }
}

/// A record whose keys are names of the file.
fn keys_or_params(place: &Completion<'_>, block: &Around, names: Vec<CompletionCandidate>) -> Vec<CompletionCandidate> {
    match block.key {
        Some(_) => place.names.params(),
        None => names
            .into_iter()
            .map(|candidate| {
                let template = format!("{}: $1", candidate.label);
                candidate.template(template)
            })
            .collect(),
    }
}

/// The candidates for the value of an argument or setting.
fn of_value(place: &Completion<'_>, of: &Signature, param: &Parameter) -> Vec<CompletionCandidate> {
    let names = &place.names;
    match (of.name, param.name) {
        ("data", "source" | "train" | "valid" | "calib" | "test") => return Completion::topics(&[Topic::Source]),
        ("data", "split") => return named(&["by_column"], &[Topic::Split]),
        ("split", "test" | "valid" | "calib" | "train") => {
            return named(&["last", "first", "fraction"], &[Topic::Split]);
        }
        ("split", "stratify") => return names.of_kinds(&[DeclarationKind::Label]),
        ("train", "combine") | ("sweep", "train") => return names.of_kinds(&[DeclarationKind::Combine]),
        ("train", "optimizer") => return Completion::topics(&[Topic::Optimizer]),
        ("train", "schedule") => return Completion::topics(&[Topic::Schedule]),
        ("train", "balance") => return Completion::topics(&[Topic::Balance]),
        ("train", "stop") => return Completion::topics(&[Topic::Stop]),
        ("patience", "on") => return vec![of_word("valid").template("valid.")],
        (_, "mixtures") if !place.cursor.around.iter().all(|around| around.bracket != '[') => return names.inputs(),
        _ => {}
    }
    match param.kind {
        Kind::Choice(choice) => choice.iter().map(|word| of_word(word)).collect(),
        Kind::Bool | Kind::TextOrBool => ["true", "false"].map(of_word).to_vec(),
        Kind::Block => names.stages(),
        Kind::Form(form) => [forms(form), names.params()].concat(),
        Kind::Text | Kind::Texts | Kind::NumbersAndTexts => vec![],
        _ => names.params(),
    }
}

/// The parts in backticks of the description of a form: words, and calls by their name.
fn forms(form: &str) -> Vec<CompletionCandidate> {
    let pieces = form.split('`').skip(1).step_by(2);
    let candidates = pieces.filter_map(|piece| {
        let name: String = piece.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
        let whole = name.len() == piece.len();
        match (name.is_empty(), described(&name, |_| true)) {
            (true, _) => None,
            (false, _) if whole => Some(of_word(&name)),
            (false, Some((_, signature))) => Some(of_word(&name).detail(signature.doc).template(format!("{name}($1)"))),
            (false, None) => Some(of_word(&name).template(format!("{name}($1)"))),
        }
    });
    candidates.collect()
}

/// The candidates of a topic with these names.
fn named(wanted: &[&str], topics: &[Topic]) -> Vec<CompletionCandidate> {
    Completion::topics(topics).into_iter().filter(|candidate| wanted.contains(&candidate.label.as_str())).collect()
}

fn described(name: &str, topic: impl Fn(Topic) -> bool) -> Option<(Topic, &'static Signature)> {
    signatures().into_iter().find(|(of, known)| topic(*of) && known.name == name)
}
