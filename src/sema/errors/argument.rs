//! Arguments that the body of a function cannot use: said where they were given, with the call as it was meant if that can
//! be seen.

use crate::diag::{Code, Edit, Label, Problem, Span};
use crate::sema::eval::constant::show;
use crate::sema::eval::evaluator::Evaluator;
use crate::sema::eval::value::{Given, Val};
use crate::syntax::ast::{Expr, ExprKind, Fn, FnArg};

impl<'a> Evaluator<'a> {
    /// Where the value of an expression was written: where it stands, or, if it is no more than the name of an argument,
    /// where that was given.
    pub(crate) fn origin(&self, expr: &Expr) -> Span {
        let given = self.argument_of(expr);
        given.map_or(expr.span, |given| given.origin)
    }

    /// What was given for the argument that `expr` names.
    fn argument_of(&self, expr: &Expr) -> Option<&Given> {
        let ExprKind::Name(name) = &expr.kind else { return None };
        let expansion = self.expansions.last().filter(|expansion| expansion.depth == self.frames.len())?;
        expansion.given(name).map(|(_, given)| given)
    }

    /// Reports that `found`, the value of `expr`, is not what was expected.
    pub(crate) fn expected_of(&mut self, what: &str, found: &Val, expr: &'a Expr, fits: fn(&Val) -> bool) -> Val {
        if matches!(found, Val::Unknown) {
            return Val::Unknown;
        }
        let described = found.describe();
        let message = match self.outermost(expr) {
            Some((function, arg)) => {
                format!("`{}` of `{}` must be {what}, found {described}", arg.name.text, function.name.text)
            }
            None => format!("expected {what}, found {described}"),
        };
        let problem = Problem::error(Code::WrongType, message).at(expr.span, format!("this is {described}"));
        self.report_argument(problem, expr, &fits)
    }

    /// Reports a problem with the value of `expr`; where that was given by a caller, it is the caller's.
    pub(crate) fn report_argument(
        &mut self,
        mut problem: Problem,
        expr: &'a Expr,
        fits: &dyn core::ops::Fn(&Val) -> bool,
    ) -> Val {
        let origin = self.origin(expr);
        if origin == expr.span || origin.file == self.prelude {
            return self.report(problem);
        }
        for label in &mut problem.labels {
            if label.primary {
                let message = std::mem::replace(&mut label.message, "used here".into());
                let given = Label { span: origin, message, primary: true };
                *label = Label { primary: false, ..label.clone() };
                problem.labels.insert(0, given);
                break;
            }
        }
        if let (true, Some((help, edits))) = (problem.help.is_none(), self.as_meant(origin, fits)) {
            // Two arguments in each other's place are one mistake.
            if self.problems.iter().any(|before| before.edits == edits) {
                return Val::Unknown;
            }
            problem = problem.help(help);
            problem.edits = edits;
        }
        // The calls that lead from where it was given to where it is used need not be shown.
        let calls = self.call_trace();
        let holds = |call: &Span| call.file == origin.file && call.start <= origin.start && origin.end <= call.end;
        let outer = calls.iter().rposition(holds).map_or(0, |own| own + 1);
        self.report_from(problem, &calls[outer..])
    }

    /// The function that was called with what `expr` names, and the argument, where it was written by a caller.
    fn outermost(&self, expr: &Expr) -> Option<(&'a Fn, &'a FnArg)> {
        let origin = self.argument_of(expr)?.origin;
        self.expansions.iter().find_map(|expansion| {
            let (arg, _) = expansion.given.iter().find(|(_, given)| given.origin == origin)?;
            Some((expansion.function, *arg))
        })
    }

    /// Arguments in the wrong order: what was written at `origin` does not fit, and another of the same call would.
    fn as_meant(&self, origin: Span, fits: &dyn core::ops::Fn(&Val) -> bool) -> Option<(String, Vec<Edit>)> {
        let expansion =
            self.expansions.iter().find(|expansion| expansion.given.iter().any(|(_, given)| given.origin == origin))?;
        let positional: Vec<&(&FnArg, Given)> =
            expansion.given.iter().filter(|(_, given)| given.name.is_none() && given.span == given.origin).collect();
        let (wrong, given) = positional.iter().find(|(_, given)| given.origin == origin)?;
        let (other, meant) = positional.iter().find(|(_, other)| other.origin != origin && fits(&other.value))?;
        let (here, there) = (written(&given.value)?, written(&meant.value)?);
        let replace = |span: Span, replacement: String| Edit { span, replacement, safe: false };
        if takes(other, &given.value) {
            let order = if given.span < meant.span { (wrong, other) } else { (other, wrong) };
            let help = format!("swap them: `{}` comes before `{}`", order.0.name.text, order.1.name.text);
            let mut edits = vec![replace(given.span, there), replace(meant.span, here)];
            edits.sort_by_key(|edit| edit.span);
            return Some((help, edits));
        }
        // What would not fit in the place of the other may be meant for an argument further on, given by its name.
        let last = positional.iter().all(|(_, given)| given.span <= meant.span);
        let free = |arg: &&FnArg| arg.default.is_some() && expansion.given(&arg.name.text).is_none();
        let by_name =
            expansion.function.args.iter().filter(free).find(|arg| takes(arg, &given.value)).filter(|_| last)?;
        let help = format!("`{}` comes first, and `{}` is given by its name", wrong.name.text, by_name.name.text);
        let named = format!("{}: {here}", by_name.name.text);
        Some((help, vec![replace(given.span, there), replace(meant.span, named)]))
    }
}

/// Whether an argument may be meant to be a value, by what it is if nothing is given.
fn takes(arg: &FnArg, value: &Val) -> bool {
    let default = arg.default.as_ref().map(|default| &default.kind);
    matches!(
        (default, value),
        (None, _)
            | (Some(ExprKind::Number(_)), Val::Number(_))
            | (Some(ExprKind::Text(_)), Val::Text(_))
            | (Some(ExprKind::Bool(_)), Val::Bool(_))
            | (Some(ExprKind::List(_)), Val::List(_))
            | (Some(ExprKind::Name(_)), Val::Block(_))
    )
}

/// A constant as it would be written.
fn written(value: &Val) -> Option<String> {
    match value {
        Val::Number(_) | Val::Bool(_) | Val::Text(_) | Val::Range(..) => Some(show(value)),
        Val::List(elements) => elements.iter().all(|(element, _)| written(element).is_some()).then(|| show(value)),
        _ => None,
    }
}
