//! Checks of the parsed tree: duplicate keys and the header; attaches documentation to entries.

use super::ast::{Ast, Entry, Expr, ExprKind, Item, ItemKind, Name};
use super::docs::Docs;
use crate::diag::{Code, Problem, Problems, Span};
use std::collections::BTreeMap;

/// Visitor that reports duplicate keys and attaches documentation to entries.
pub(super) struct Checks<'a> {
    pub(super) problems: &'a mut Problems,
    pub(super) docs: &'a mut Docs,
}

impl Checks<'_> {
    pub(super) fn item(&mut self, item: &mut Item) {
        match &mut item.kind {
            ItemKind::Pipeline(_) | ItemKind::Use(_) => {}
            ItemKind::Param(param) => {
                self.expr(&mut param.value);
                param.bounds.iter_mut().for_each(|bounds| self.expr(bounds));
            }
            ItemKind::Fn(function) => {
                function.args.iter_mut().filter_map(|arg| arg.default.as_mut()).for_each(|default| self.expr(default));
                function.lets.iter_mut().for_each(|binding| self.expr(&mut binding.value));
                self.expr(&mut function.body);
            }
            ItemKind::Label(typed) | ItemKind::Modality(typed) => {
                typed.ty.args.iter_mut().for_each(|arg| self.expr(arg));
                self.expr(&mut typed.value);
            }
            ItemKind::Shared(binding) | ItemKind::Encoder(binding) => self.expr(&mut binding.value),
            ItemKind::Combine(combine) => {
                self.expr(&mut combine.strategy);
                combine.settings.iter_mut().for_each(|block| self.entries(&mut block.entries));
            }
            ItemKind::Data(block) | ItemKind::Train(block) | ItemKind::Sweep(_, block) => {
                self.entries(&mut block.entries);
            }
        }
    }

    fn entries(&mut self, entries: &mut [Entry]) {
        self.unique(entries.iter().map(|entry| &entry.key));
        for entry in entries {
            if let Some(doc) = self.docs.get_mut(&entry.key.span.start) {
                doc.taken = true;
                entry.doc = doc.lines.clone();
            }
            self.expr(&mut entry.value);
        }
    }

    fn unique<'n>(&mut self, names: impl Iterator<Item = &'n Name>) {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for name in names {
            if let Some(first) = seen.get(name.text.as_str()) {
                self.problems.push(
                    Problem::error(Code::DuplicateKey, format!("`{}` is given twice", name.text))
                        .at(name.span, "given again")
                        .also(*first, "first given here")
                        .help("remove one of the two"),
                );
            } else {
                seen.insert(&name.text, name.span);
            }
        }
    }

    pub(super) fn expr(&mut self, expr: &mut Expr) {
        match &mut expr.kind {
            ExprKind::Number(_) | ExprKind::Text(_) | ExprKind::Bool(_) | ExprKind::Name(_) | ExprKind::Error => {}
            ExprKind::List(elements) => elements.iter_mut().for_each(|element| self.expr(element)),
            ExprKind::Record(entries) => self.entries(entries),
            ExprKind::Field(inner, _) | ExprKind::Negate(inner) | ExprKind::Paren(inner) => self.expr(inner),
            ExprKind::Call(callee, args) => {
                self.expr(callee);
                if args.len() > 1 {
                    self.unique(args.iter().filter_map(|arg| arg.name.as_ref()));
                }
                args.iter_mut().for_each(|arg| self.expr(&mut arg.value));
            }
            ExprKind::Repeat(left, right)
            | ExprKind::Pipe(left, right)
            | ExprKind::Binary(_, left, right)
            | ExprKind::Range { start: left, end: right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::If(condition, then, otherwise) => {
                self.expr(condition);
                self.expr(then);
                self.expr(otherwise);
            }
        }
    }
}

/// `pipeline NAME` must be first, and occur once.
pub(super) fn check_header(ast: &Ast, problems: &mut Problems) {
    let mut first: Option<Span> = None;
    for (at, item) in ast.items.iter().enumerate() {
        let ItemKind::Pipeline(name) = &item.kind else { continue };
        if let Some(first) = first {
            problems.push(
                Problem::error(Code::PipelineHeader, "a file describes one pipeline")
                    .at(item.span, "a second `pipeline`")
                    .also(first, "the first is here")
                    .help("remove it, or move the rest to a separate file"),
            );
        } else if at > 0
            && let Some(before) = ast.items.first()
        {
            problems.push(
                Problem::error(Code::PipelineHeader, "expected `pipeline` before every other declaration")
                    .at(item.span, "")
                    .also(before.span, "the first declaration")
                    .help(format!("move `pipeline {}` to the top of the file", name.text)),
            );
        }
        first = first.or(Some(item.span));
    }
}
