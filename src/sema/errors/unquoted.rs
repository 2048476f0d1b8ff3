//! Strings written without quotes: paths, columns and classes that read as names, fields or differences.

use crate::diag::{Code, Problem, Span};
use crate::sema::eval::evaluator::Evaluator;
use crate::sema::names::Declaration;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind};

impl Evaluator<'_> {
    /// Reports every expression among `values` that is a string without quotes, all in one problem, as `what`; whether
    /// there is one.
    pub(crate) fn unquoted<'e>(&mut self, values: impl IntoIterator<Item = &'e Expr>, what: &str) -> bool {
        let found: Vec<(String, Span)> = (values.into_iter())
            .filter(|value| !self.is_constant(value))
            .filter_map(|value| bare_text(value).map(|text| (text, value.span)))
            .collect();
        let Some((first, place)) = found.first() else { return false };
        let mut problem =
            Problem::error(Code::WrongType, format!("{what} is a string, found `{first}` without quotes"))
                .at(*place, "not in quotes")
                .help(format!("write `\"{first}\"`"));
        for (_, more) in found.iter().skip(1) {
            problem = problem.also(*more, "and this");
        }
        for (text, span) in &found {
            problem = problem.edit(*span, format!("\"{text}\""), false);
        }
        self.report(problem);
        true
    }

    /// Reports a declared name that is written with hyphens, `my-net` for `my_net`; whether `expr` is one.
    pub(crate) fn hyphenated(&mut self, expr: &Expr) -> bool {
        let Some(text) = bare_text(expr).filter(|text| text.contains('-') && !text.contains(['.', '/'])) else {
            return false;
        };
        let name = text.replace('-', "_");
        if self.names.peek(&name, expr.span).is_none() {
            return false;
        }
        let problem = Problem::error(Code::UnknownName, format!("`{text}` is a difference, and `{name}` is a name"))
            .at(expr.span, "read as a difference")
            .help(format!("did you mean `{name}`?"))
            .edit(expr.span, name, false);
        self.report(problem);
        true
    }

    /// Whether an expression begins with the name of a constant: a param, or an argument of a function.
    fn is_constant(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Name(name) => {
                let local = self.frames.last().is_some_and(|frame| frame.contains_key(name.as_str()));
                local
                    || matches!(
                        self.names.peek(name, expr.span),
                        Some(Declaration::Param(_) | Declaration::Unparsed(_))
                    )
            }
            ExprKind::Field(base, _) | ExprKind::Binary(_, base, _) => self.is_constant(base),
            _ => false,
        }
    }
}

/// The text of an expression that could be a path or a name: `rows.csv`, `data/rows.csv`, `my-rows.csv`.
fn bare_text(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.clone()),
        ExprKind::Field(base, field) => Some(format!("{}.{}", bare_text(base)?, field.text)),
        ExprKind::Binary(op @ (BinaryOp::Div | BinaryOp::Sub), left, right) => {
            let sign = if *op == BinaryOp::Div { '/' } else { '-' };
            let adjacent = right.span.start == left.span.end.saturating_add(1);
            adjacent.then(|| Some(format!("{}{sign}{}", bare_text(left)?, bare_text(right)?)))?
        }
        _ => None,
    }
}
