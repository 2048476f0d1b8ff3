//! Settings of a block by key, and calls of built-in names.

use crate::diag::{Code, Problem, Span};
use crate::ops::{Argument, Signature};
use crate::sema::errors::setting::foreign_setting;
use crate::sema::errors::suggest::suggest;
use crate::sema::eval::evaluator::Evaluator;
use crate::sema::symbols::index::Symbol;
use crate::syntax::ast::{Arg, Entry, Expr, ExprKind};
use crate::syntax::is_name;
use std::collections::BTreeMap;

/// Settings by key.
pub(crate) type Settings<'a> = BTreeMap<&'a str, &'a Entry>;

impl<'a> Evaluator<'a> {
    /// The entries whose keys are settings of `block`, which messages call `what`.
    pub(crate) fn settings(
        &mut self,
        entries: impl IntoIterator<Item = &'a Entry>,
        block: &'static Signature,
        what: &str,
    ) -> Settings<'a> {
        let known = &block.names();
        let mut settings = Settings::new();
        let entries: Vec<&'a Entry> = entries.into_iter().collect();
        for (at, entry) in entries.iter().copied().enumerate() {
            let key = entry.key.text.as_str();
            let Some(param) = block.param(key) else {
                let problem = Problem::error(Code::UnknownKey, format!("{what} has no setting `{key}`"))
                    .at(entry.key.span, "not known here");
                self.report(match foreign_setting(block, &entries, at) {
                    Some((help, edits)) => edits.into_iter().fold(problem.help(help), Problem::with_edit),
                    None => suggest(problem, key, entry.key.span, known, "it has"),
                });
                continue;
            };
            self.recorder.reference(entry.key.span, Symbol::Argument(block, param));
            // A duplicate key has been reported by the parser.
            settings.entry(key).or_insert(entry);
        }
        settings
    }

    /// The setting `key` of `block`: the given value, else its default; `None` after a report.
    pub(crate) fn setting(&mut self, block: &Signature, settings: &Settings<'a>, key: &str) -> Option<Argument> {
        let param = block.param(key)?;
        match settings.get(key) {
            Some(entry) => self.argument(param.kind, &entry.value, &format!("`{key}`")),
            None => param.default.map(Argument::from),
        }
    }

    /// The name and arguments of a built-in call such as `csv("..")`, `adam(lr: 1e-3)` or a bare `detached`.
    pub(crate) fn built_in(&mut self, expr: &'a Expr, what: &str) -> Option<(&'a str, Span, &'a [Arg])> {
        if let ExprKind::Text(name) = &expr.kind
            && is_name(name)
        {
            let problem = Problem::error(Code::WrongType, format!("expected {what}, found a string"));
            let help = format!("it is written without quotes: `{name}`");
            self.report(problem.at(expr.span, "a string").help(help).edit(expr.span, name.as_str(), false));
            return None;
        }
        match &expr.kind {
            ExprKind::Name(name) => {
                self.recorder.built_in(expr.span, name);
                Some((name, expr.span, &[]))
            }
            ExprKind::Paren(inner) => self.built_in(inner, what),
            ExprKind::Call(callee, args) => match &callee.kind {
                ExprKind::Name(name) => {
                    self.recorder.built_in(callee.span, name);
                    Some((name, callee.span, args))
                }
                _ => {
                    self.report(Problem::error(Code::WrongType, format!("expected {what}")).at(callee.span, "not one"));
                    None
                }
            },
            ExprKind::Error => None,
            _ => {
                self.report(Problem::error(Code::WrongType, format!("expected {what}")).at(expr.span, "not one"));
                None
            }
        }
    }

    /// Reports a built-in that does not exist.
    pub(crate) fn unknown_built_in(&mut self, what: &str, name: &str, span: Span, known: &[&str]) {
        self.recorder.forget(span);
        let problem =
            Problem::error(Code::UnknownFunction, format!("there is no {what} `{name}`")).at(span, "not known");
        self.report(suggest(problem, name, span, known, "there are"));
    }
}
