//! Functions of the prelude: names, doc comments, arguments and source text.

use crate::PRELUDE;
use crate::diag::SourceMap;
use crate::syntax::ast::{Fn, ItemKind};
use crate::syntax::parse;

/// A function of the prelude.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// The lines of its doc comment.
    pub doc: Vec<String>,
    /// Its call with defaults: `mlp(x, widths, activation: relu, dropout: 0.0)`.
    pub usage: String,
    /// Its source text.
    pub source: String,
}

/// The functions of the prelude, in the order written.
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
