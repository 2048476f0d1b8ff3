//! Dump of a tree, one line for each declaration, without spans and comments: two texts have the same syntax exactly when
//! their dumps are equal.

use super::ast::{Arg, Ast, Binding, Block, Entry, Expr, ExprKind, Item, ItemKind, Typed};
use std::fmt::Write;

/// The declarations of a tree without spans, documentation included.
pub fn dump(ast: &Ast) -> String {
    let mut out = String::new();
    for each in &ast.items {
        item(&mut out, each);
        out.push('\n');
    }
    for unparsed in &ast.unparsed {
        let _ = writeln!(out, "unparsed {} {:?}", unparsed.keyword, unparsed.name.as_ref().map(|name| &name.text));
    }
    out
}

fn item(out: &mut String, item: &Item) {
    let _ = write!(out, "{:?} ", item.doc);
    match &item.kind {
        ItemKind::Pipeline(name) => {
            let _ = write!(out, "pipeline {}", name.text);
        }
        ItemKind::Use(text) => {
            let _ = write!(out, "use {:?}", text.text);
        }
        ItemKind::Param(param) => {
            let _ = write!(out, "param {} ", param.name.text);
            expr(out, &param.value);
            if let Some(bounds) = &param.bounds {
                out.push_str(" in ");
                expr(out, bounds);
            }
        }
        ItemKind::Fn(function) => {
            let _ = write!(out, "fn {} braced={} (", function.name.text, function.braced);
            for arg in &function.args {
                let _ = write!(out, "{} ", arg.name.text);
                if let Some(default) = &arg.default {
                    expr(out, default);
                }
                out.push(',');
            }
            out.push_str(") ");
            for each in &function.lets {
                binding(out, "let", each);
                out.push(' ');
            }
            expr(out, &function.body);
        }
        ItemKind::Data(settings) => block(out, "data", settings),
        ItemKind::Label(label) => typed(out, "label", label),
        ItemKind::Shared(shared) => binding(out, "shared", shared),
        ItemKind::Modality(modality) => typed(out, "modality", modality),
        ItemKind::Encoder(encoder) => binding(out, "encoder", encoder),
        ItemKind::Combine(combine) => {
            let _ = write!(out, "combine {} ", combine.name.text);
            expr(out, &combine.strategy);
            if let Some(settings) = &combine.settings {
                block(out, "", settings);
            }
        }
        ItemKind::Train(settings) => block(out, "train", settings),
        ItemKind::Sweep(name, settings) => {
            let _ = write!(out, "sweep {}", name.text);
            block(out, "", settings);
        }
    }
}

fn binding(out: &mut String, keyword: &str, binding: &Binding) {
    let _ = write!(out, "({keyword} {} ", binding.name.text);
    expr(out, &binding.value);
    out.push(')');
}

fn typed(out: &mut String, keyword: &str, typed: &Typed) {
    let optional = if typed.optional.is_some() { "?" } else { "" };
    let _ = write!(out, "{keyword} {}{optional}: {}", typed.name.text, typed.ty.name.text);
    exprs(out, &typed.ty.args);
    expr(out, &typed.value);
}

fn block(out: &mut String, keyword: &str, block: &Block) {
    out.push_str(keyword);
    entries(out, &block.entries);
}

fn entries(out: &mut String, entries: &[Entry]) {
    out.push('{');
    for entry in entries {
        let _ = write!(out, "{:?} {}: ", entry.doc, entry.key.text);
        expr(out, &entry.value);
        out.push(',');
    }
    out.push('}');
}

fn exprs(out: &mut String, elements: &[Expr]) {
    out.push('[');
    for element in elements {
        expr(out, element);
        out.push(',');
    }
    out.push(']');
}

fn expr(out: &mut String, each: &Expr) {
    let _ = match &each.kind {
        ExprKind::Number(number) => write!(out, "{}", number.raw),
        ExprKind::Text(text) => write!(out, "{text:?}"),
        ExprKind::Bool(value) => write!(out, "{value}"),
        ExprKind::Name(name) => write!(out, "{name}"),
        ExprKind::Error => write!(out, "?"),
        ExprKind::List(elements) => {
            exprs(out, elements);
            Ok(())
        }
        ExprKind::Record(pairs) => {
            entries(out, pairs);
            Ok(())
        }
        ExprKind::Repeat(element, count) => tuple(out, "repeated", &[element, count]),
        ExprKind::Range { start, end, inclusive } => {
            tuple(out, if *inclusive { "range-in" } else { "range" }, &[start, end])
        }
        ExprKind::Field(inner, name) => tuple(out, &format!("field {}", name.text), &[inner]),
        ExprKind::Call(callee, args) => {
            let written = tuple(out, "call", &[callee]);
            for Arg { name, value } in args {
                let _ = write!(out, "<{}", name.as_ref().map_or(String::new(), |name| format!("{}: ", name.text)));
                expr(out, value);
                out.push('>');
            }
            written
        }
        ExprKind::Pipe(left, right) => tuple(out, "pipe", &[left, right]),
        ExprKind::Negate(inner) => tuple(out, "negate", &[inner]),
        ExprKind::Binary(operator, left, right) => tuple(out, &format!("{operator:?}"), &[left, right]),
        ExprKind::If(condition, then, otherwise) => tuple(out, "if", &[condition, then, otherwise]),
        ExprKind::Paren(inner) => tuple(out, "paren", &[inner]),
    };
}

fn tuple(out: &mut String, head: &str, parts: &[&Expr]) -> std::fmt::Result {
    write!(out, "({head}")?;
    for part in parts {
        out.push(' ');
        expr(out, part);
    }
    write!(out, ")")
}
