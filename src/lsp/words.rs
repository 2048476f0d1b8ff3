//! What is said of a name, in Markdown: made from the descriptions that calls are checked against and from what the
//! analysis found.

use super::analysis::Analysis;
use crate::diag::{Span, grouped};
use crate::ops::{Parameter, Signature};
use crate::sema::{Declared, Definition, DefinitionKind, Fact, Known, ValueId};
use crate::syntax::ast::{Ast, Item, ItemKind, Name};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Code as an editor colours it.
fn block(code: &str) -> String {
    format!("```mmc\n{code}\n```\n")
}

/// Something built in: how it is called, what it does, what it takes.
pub(super) fn signature(signature: &Signature) -> String {
    let params: Vec<String> = signature.params.iter().map(short).collect();
    let call = if params.is_empty() {
        signature.name.to_owned()
    } else {
        format!("{}({})", signature.name, params.join(", "))
    };
    let mut words = block(&call);
    let _ = write!(words, "\n{}\n", sentence(signature.doc));
    if !signature.shapes.is_empty() {
        let _ = write!(words, "\n`{}`\n", signature.shapes);
    }
    if !signature.equation.is_empty() {
        let _ = write!(words, "\n```text\n{}\n```\n", signature.equation);
    }
    if !signature.params.is_empty() {
        words.push('\n');
    }
    for param in signature.params {
        let _ = writeln!(words, "- `{}`: {}; {}", param.name, param.doc, takes(param));
    }
    if !signature.example.is_empty() {
        let _ = write!(words, "\n{}", block(signature.example));
    }
    words
}

/// One argument or setting of something built in.
pub(super) fn parameter(of: &Signature, param: &Parameter) -> String {
    format!("{}\n{}\n\nof `{}`; {}\n", block(&short(param)), sentence(param.doc), of.name, takes(param))
}

/// `width`, `bias: true`
pub(super) fn short(param: &Parameter) -> String {
    match param.default.map(|default| default.to_string()) {
        Some(default) if !default.is_empty() => format!("{}: {default}", param.name),
        Some(_) => format!("{}: ..", param.name),
        None => param.name.to_owned(),
    }
}

fn takes(param: &Parameter) -> String {
    let otherwise = match param.default.map(|default| default.to_string()) {
        None => ", must be given".to_owned(),
        Some(default) if default.is_empty() => ", may be left out".to_owned(),
        Some(default) => format!(", `{default}` unless given"),
    };
    let paper = if param.of_paper { " as in the paper" } else { "" };
    format!("takes {}{otherwise}{paper}", param.kind.describe())
}

fn sentence(doc: &str) -> String {
    let mut letters = doc.chars();
    let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    let end = if doc.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

/// Something declared: its declaration, what it came to, its documentation.
pub(super) fn definition(analysis: &Analysis, definition: &Definition) -> String {
    let fact = analysis.understood.meanings.facts.get(&definition.span);
    let head = head(analysis, definition, fact);
    let mut words = block(&head);
    for line in &definition.doc {
        let _ = write!(words, "\n{line}");
    }
    if !definition.doc.is_empty() {
        words.push('\n');
    }
    for more in details(analysis, definition, fact) {
        let _ = write!(words, "\n{more}\n");
    }
    words
}

/// The declaration in one line, with its type.
fn head(analysis: &Analysis, definition: &Definition, fact: Option<&Fact>) -> String {
    let name = &definition.name;
    let kind = match definition.kind {
        DefinitionKind::Pipeline => "pipeline",
        DefinitionKind::Declared(declared) => declared.keyword(),
        DefinitionKind::Argument => "argument",
        DefinitionKind::Binding => "let",
        DefinitionKind::Field => "field",
    };
    let declared = |keyword: Declared| definition.kind == DefinitionKind::Declared(keyword);
    if declared(Declared::Fn)
        || declared(Declared::Modality)
        || declared(Declared::Label)
        || declared(Declared::Combine)
    {
        return written_head(analysis, definition);
    }
    match fact.map(|fact| known(analysis, &fact.known)) {
        Some(value) if declared(Declared::Param) => format!("{kind} {name} = {value}"),
        Some(value) => format!("{kind} {name}: {value}"),
        None if definition.kind == DefinitionKind::Argument => analysis.sources.snippet(definition.whole).to_owned(),
        None => format!("{kind} {name}"),
    }
}

/// As it is written up to its body.
fn written_head(analysis: &Analysis, definition: &Definition) -> String {
    let text = analysis.sources.snippet(definition.whole);
    let function = definition.kind == DefinitionKind::Declared(Declared::Fn);
    let end = match function {
        true => end_of_arguments(text),
        false => text.find(" {\n").unwrap_or(text.len()),
    };
    let line: Vec<&str> = text[..end].split_whitespace().collect();
    line.join(" ")
}

/// Where the brackets of `fn name(..)` close.
fn end_of_arguments(text: &str) -> usize {
    let mut depth = 0;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' if depth == 1 => return at + 1,
            ')' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

fn details(analysis: &Analysis, definition: &Definition, fact: Option<&Fact>) -> Vec<String> {
    let DefinitionKind::Declared(kind) = definition.kind else { return vec![] };
    match kind {
        Declared::Param => bounds(analysis, definition).into_iter().collect(),
        Declared::Encoder => {
            let weights = weights(analysis, &definition.name);
            vec![format!("{} weights", grouped(weights as u64))]
        }
        Declared::Modality => {
            let shape = fact.map(|fact| known(analysis, &fact.known));
            shape.map(|shape| format!("one row is {shape}")).into_iter().collect()
        }
        Declared::Combine => {
            let combine = analysis.understood.meanings.combines.iter().find(|known| known.name == definition.name);
            let Some(combine) = combine else { return vec![] };
            let names = combine.components.iter().map(|component| format!("- `{}`", component.name));
            let mut lines = vec![format!(
                "{} of its own, and these components:",
                match weights(analysis, &definition.name) {
                    1 => "1 weight".to_owned(),
                    several => format!("{} weights", grouped(several as u64)),
                }
            )];
            lines.push(names.collect::<Vec<_>>().join("\n"));
            lines
        }
        Declared::Fn => match definition.span.file == analysis.understood.prelude.file {
            true => vec!["from the library".into()],
            false => vec![],
        },
        Declared::Shared | Declared::Label | Declared::Sweep => vec![],
    }
}

/// `in 0.0..=1.0`, as it is written.
fn bounds(analysis: &Analysis, definition: &Definition) -> Option<String> {
    let understood = &analysis.understood;
    let used = understood.uses.files.iter().map(|used| &used.ast);
    let item = used.chain([&understood.ast, &understood.prelude]).find_map(|ast| item(ast, definition.span))?;
    let ItemKind::Param(param) = &item.kind else { return None };
    let bounds = param.bounds.as_ref()?;
    Some(format!("within `{}`", analysis.sources.snippet(bounds.span)))
}

/// The declaration whose name stands at a place.
fn item(ast: &Ast, name: Span) -> Option<&Item> {
    let is = |known: &Name| known.span == name;
    ast.items.iter().find(|item| match &item.kind {
        ItemKind::Param(param) => is(&param.name),
        ItemKind::Fn(function) => is(&function.name),
        _ => false,
    })
}

/// How many weights the values below a name have; values of one path share theirs.
fn weights(analysis: &Analysis, name: &str) -> usize {
    let values = &analysis.understood.meanings.values;
    let mut paths: BTreeMap<&str, usize> = BTreeMap::new();
    for value in values.iter().filter(|value| !value.path.is_empty()) {
        let below = value.path.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        let Some(input) = value.inputs.first().and_then(|input| values.get(*input)).filter(|_| below) else { continue };
        let count = value.op.weights(&input.shape).iter().map(|weight| weight.shape.size()).sum();
        paths.insert(&value.path, count);
    }
    paths.values().sum()
}

/// What an expression came to, as a type or a value.
pub(super) fn known(analysis: &Analysis, known_of: &Known) -> String {
    match known_of {
        Known::Constant(value) => value.clone(),
        Known::Tensor(value) => tensor(analysis, *value),
        Known::Block(layers) if layers.is_empty() => "a block of layers".into(),
        Known::Block(layers) => layers.join(" |> "),
        Known::Record(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{name}: {}", known(analysis, value)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
    }
}

fn tensor(analysis: &Analysis, value: ValueId) -> String {
    analysis.understood.meanings.values.get(value).map_or_else(String::new, |value| value.shape.to_string())
}

/// An expression: what it came to, and that it was computed several times if it was.
pub(super) fn fact(analysis: &Analysis, fact: &Fact) -> String {
    let mut words = block(&known(analysis, &fact.known));
    if fact.times > 1 {
        let _ = write!(words, "\nthe first of {} times it is computed\n", fact.times);
    }
    words
}
