//! Markdown descriptions of names, made from signatures and from the analysis.

use super::analysis::Analysis;
use crate::diag::Span;
use crate::ops::{Parameter, Signature};
use crate::sema::{DeclarationKind, Definition, DefinitionKind, EvaluatedExpr, ExprValue, ValueId};
use crate::syntax::ast::{Ast, Item, ItemKind, Name};
use crate::thousands::grouped;
use std::collections::BTreeMap;
use std::fmt::Write;

/// A code block with the language for highlighting.
fn block(code: &str) -> String {
    format!("```mmc\n{code}\n```\n")
}

/// A built-in: its form, its description, its arguments.
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

/// A declared name: its declaration, its value, its documentation.
pub(super) fn definition(analysis: &Analysis, definition: &Definition) -> String {
    let evaluation = analysis.analyzed.symbols.evaluated.get(&definition.span);
    let head = head(analysis, definition, evaluation);
    let mut words = block(&head);
    for line in &definition.doc {
        let _ = write!(words, "\n{line}");
    }
    if !definition.doc.is_empty() {
        words.push('\n');
    }
    for more in details(analysis, definition, evaluation) {
        let _ = write!(words, "\n{more}\n");
    }
    words
}

/// The declaration in one line, with its type.
fn head(analysis: &Analysis, definition: &Definition, evaluation: Option<&EvaluatedExpr>) -> String {
    let name = &definition.name;
    let kind = match definition.kind {
        DefinitionKind::Pipeline => "pipeline",
        DefinitionKind::Declaration(declared) => declared.keyword(),
        DefinitionKind::Argument => "argument",
        DefinitionKind::Binding => "let",
        DefinitionKind::Field => "field",
    };
    let declared = |keyword: DeclarationKind| definition.kind == DefinitionKind::Declaration(keyword);
    if declared(DeclarationKind::Fn)
        || declared(DeclarationKind::Modality)
        || declared(DeclarationKind::Label)
        || declared(DeclarationKind::Combine)
    {
        return written_head(analysis, definition);
    }
    match evaluation.map(|evaluation| known(analysis, &evaluation.value)) {
        Some(value) if declared(DeclarationKind::Param) => format!("{kind} {name} = {value}"),
        Some(value) => format!("{kind} {name}: {value}"),
        None if definition.kind == DefinitionKind::Argument => analysis.sources.snippet(definition.whole).to_owned(),
        None => format!("{kind} {name}"),
    }
}

/// Its text up to its body.
fn written_head(analysis: &Analysis, definition: &Definition) -> String {
    let text = analysis.sources.snippet(definition.whole);
    let function = definition.kind == DefinitionKind::Declaration(DeclarationKind::Fn);
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

fn details(analysis: &Analysis, definition: &Definition, evaluation: Option<&EvaluatedExpr>) -> Vec<String> {
    let DefinitionKind::Declaration(kind) = definition.kind else { return vec![] };
    match kind {
        DeclarationKind::Param => bounds(analysis, definition).into_iter().collect(),
        DeclarationKind::Encoder => {
            let weights = weights(analysis, &definition.name);
            vec![format!("{} weights", grouped(weights as u64))]
        }
        DeclarationKind::Modality => {
            let shape = evaluation.map(|evaluation| known(analysis, &evaluation.value));
            shape.map(|shape| format!("one row is {shape}")).into_iter().collect()
        }
        DeclarationKind::Combine => {
            let combine = analysis.analyzed.symbols.combines.iter().find(|known| known.name == definition.name);
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
        DeclarationKind::Fn => match definition.span.file == analysis.analyzed.prelude.file {
            true => vec!["from the library".into()],
            false => vec![],
        },
        DeclarationKind::Shared | DeclarationKind::Label | DeclarationKind::Sweep => vec![],
    }
}

/// `in 0.0..=1.0`, as it is written.
fn bounds(analysis: &Analysis, definition: &Definition) -> Option<String> {
    let analyzed = &analysis.analyzed;
    let used = analyzed.uses.files.iter().map(|used| &used.ast);
    let item = used.chain([&analyzed.ast, &analyzed.prelude]).find_map(|ast| item(ast, definition.span))?;
    let ItemKind::Param(param) = &item.kind else { return None };
    let bounds = param.bounds.as_ref()?;
    Some(format!("within `{}`", analysis.sources.snippet(bounds.span)))
}

/// The declaration whose name is at a place.
fn item(ast: &Ast, name: Span) -> Option<&Item> {
    let is = |known: &Name| known.span == name;
    ast.items.iter().find(|item| match &item.kind {
        ItemKind::Param(param) => is(&param.name),
        ItemKind::Fn(function) => is(&function.name),
        _ => false,
    })
}

/// Number of weights of the values below a name; values of one path share theirs.
fn weights(analysis: &Analysis, name: &str) -> usize {
    let values = &analysis.analyzed.symbols.values;
    let mut paths: BTreeMap<&str, usize> = BTreeMap::new();
    for value in values.iter().filter(|value| !value.path.is_empty()) {
        let below = value.path.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        let Some(input) = value.inputs.first().and_then(|input| values.get(*input)).filter(|_| below) else { continue };
        let count = value.op.weights(&input.shape).iter().map(|weight| weight.shape.size()).sum();
        paths.insert(&value.path, count);
    }
    paths.values().sum()
}

/// The value of an expression, as a type or a constant.
pub(super) fn known(analysis: &Analysis, known_of: &ExprValue) -> String {
    match known_of {
        ExprValue::Constant(value) => value.clone(),
        ExprValue::Tensor(value) => tensor(analysis, *value),
        ExprValue::Block(layers) if layers.is_empty() => "a block of layers".into(),
        ExprValue::Block(layers) => layers.join(" |> "),
        ExprValue::Record(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{name}: {}", known(analysis, value)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
    }
}

fn tensor(analysis: &Analysis, value: ValueId) -> String {
    analysis.analyzed.symbols.values.get(value).map_or_else(String::new, |value| value.shape.to_string())
}

/// An expression: its value, and the number of its evaluations if there are several.
pub(super) fn evaluation(analysis: &Analysis, evaluation: &EvaluatedExpr) -> String {
    let mut words = block(&known(analysis, &evaluation.value));
    if evaluation.times > 1 {
        let _ = write!(words, "\nthe first of {} times it is computed\n", evaluation.times);
    }
    words
}
