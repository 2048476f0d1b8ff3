//! The functions of the library, which describe themselves: their doc comments, their arguments, their text.

use crate::PRELUDE;
use crate::diag::SourceMap;
use crate::syntax::ast::{Fn, ItemKind};
use crate::syntax::parse;

/// A function of the library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// What it is called.
    pub name: String,
    /// The lines of its doc comment.
    pub doc: Vec<String>,
    /// How it is called: `mlp(x, widths, activation: relu, dropout: 0.0)`.
    pub usage: String,
    /// How it is written.
    pub source: String,
}

/// Every function of the library, in the order it is written in.
pub fn functions() -> Vec<Function> {
    let mut sources = SourceMap::new();
    let (ast, _) = parse(sources.add("<prelude>", PRELUDE), PRELUDE);
    (ast.items.iter())
        .filter_map(|item| match &item.kind {
            ItemKind::Fn(function) => Some(Function {
                name: function.name.text.clone(),
                doc: item.doc.iter().map(|line| line.trim().to_owned()).collect(),
                usage: usage(function),
                source: PRELUDE.get(item.span.range()).unwrap_or_default().to_owned(),
            }),
            _ => None,
        })
        .collect()
}

fn usage(function: &Fn) -> String {
    let args: Vec<String> = (function.args.iter())
        .map(|arg| match &arg.default {
            Some(default) => {
                let written = PRELUDE.get(default.span.range()).unwrap_or_default();
                format!("{}: {written}", arg.name.text)
            }
            None => arg.name.text.clone(),
        })
        .collect();
    format!("{}({})", function.name.text, args.join(", "))
}
