//! Argument errors: a value that the body of a function cannot use is reported at the call that passed it, with a fix
//! of the call if the intended order of arguments is clear.

use crate::diag::{Code, Edit, Label, Problem, Span};
use crate::sema::eval::constant::show;
use crate::sema::eval::evaluator::Evaluator;
use crate::sema::eval::value::{CallArgument, EvalValue};
use crate::syntax::ast::{Expr, ExprKind, Fn, FnArg};

impl<'a> Evaluator<'a> {
    /// The span where the value of an expression was written: that of the argument in the call if the expression is the
    /// name of a function's argument, else its own.
    pub(crate) fn origin(&self, expr: &Expr) -> Span {
        let given = self.argument_of(expr);
        given.map_or(expr.span, |given| given.origin)
    }

    /// The value passed for the argument that `expr` names.
    fn argument_of(&self, expr: &Expr) -> Option<&CallArgument> {
        let ExprKind::Name(name) = &expr.kind else { return None };
        let expansion = self.expansions.last().filter(|expansion| expansion.depth == self.frames.len())?;
        expansion.given(name).map(|(_, given)| given)
    }

    /// Reports that `found`, the value of `expr`, is not `what`; `fits` decides whether another value would be.
    pub(crate) fn expected_of(
        &mut self,
        what: &str,
        found: &EvalValue,
        expr: &'a Expr,
        fits: fn(&EvalValue) -> bool,
    ) -> EvalValue {
        if matches!(found, EvalValue::Unknown) {
            return EvalValue::Unknown;
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

    /// Reports a problem with the value of `expr` at the place where the value was written.
    pub(crate) fn report_argument(
        &mut self,
        mut problem: Problem,
        expr: &'a Expr,
        fits: &dyn core::ops::Fn(&EvalValue) -> bool,
    ) -> EvalValue {
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
        // Where the library uses an argument says nothing about the mistake.
        problem.labels.retain(|label| label.primary || label.span.file != self.prelude);
        if let (true, Some((help, edits))) = (problem.help.is_none(), self.swapped(origin, fits)) {
            // Two swapped arguments are one error.
            if self.problems.iter().any(|before| before.edits == edits) {
                return EvalValue::Unknown;
            }
            problem = problem.help(help);
            problem.edits = edits;
        }
        if let (true, Some((help, edits))) = (problem.help.is_none(), self.without_brackets(origin, fits)) {
            problem = problem.help(help);
            problem.edits = edits;
        }
        // The calls between the place of the argument and its use are not shown.
        let calls = self.call_trace();
        let holds = |call: &Span| call.file == origin.file && call.start <= origin.start && origin.end <= call.end;
        let outer = calls.iter().rposition(holds).map_or(0, |own| own + 1);
        self.report_from(problem, &calls[outer..])
    }

    /// The outermost function that the value of `expr` was passed to, and its argument there.
    fn outermost(&self, expr: &Expr) -> Option<(&'a Fn, &'a FnArg)> {
        let origin = self.argument_of(expr)?.origin;
        self.expansions.iter().find_map(|expansion| {
            let (arg, _) = expansion.given.iter().find(|(_, given)| given.origin == origin)?;
            Some((expansion.function, *arg))
        })
    }

    /// Fix for numbers that should be a list: the one at `origin` and those that follow it in the same call.
    fn without_brackets(
        &self,
        origin: Span,
        fits: &dyn core::ops::Fn(&EvalValue) -> bool,
    ) -> Option<(String, Vec<Edit>)> {
        let written = |given: &CallArgument| given.span == given.origin;
        let holds = |given: &CallArgument| given.origin == origin && written(given);
        let expansion =
            self.expansions.iter().find(|expansion| expansion.given.iter().any(|(_, given)| holds(given)))?;
        let from = expansion.given.iter().position(|(_, given)| holds(given))?;
        let number = |given: &CallArgument| written(given) && matches!(given.value, EvalValue::Number(_));
        let (_, first) = expansion.given.get(from).filter(|(_, given)| number(given))?;
        let follow = expansion.given[from + 1..].iter().map(|(_, given)| given);
        let follow = follow.take_while(|given| first.name.is_none() && given.name.is_none() && number(given));
        let numbers: Vec<&CallArgument> = std::iter::once(first).chain(follow).collect();
        let list =
            EvalValue::List(numbers.iter().map(|given| (given.value.clone(), given.span)).collect::<Vec<_>>().into());
        if !fits(&list) {
            return None;
        }
        let end = numbers.last()?.span;
        let insert = |at: u32, text: &str| {
            let span = Span { start: at, end: at, ..first.span };
            Edit { span, replacement: text.into(), safe: false }
        };
        let help = format!("write a list: `{}({})`", expansion.function.name.text, show(&list));
        Some((help, vec![insert(first.span.start, "["), insert(end.end, "]")]))
    }

    /// Fix for arguments in the wrong order: the one at `origin` does not fit, and another of the same call does.
    fn swapped(&self, origin: Span, fits: &dyn core::ops::Fn(&EvalValue) -> bool) -> Option<(String, Vec<Edit>)> {
        let expansion =
            self.expansions.iter().find(|expansion| expansion.given.iter().any(|(_, given)| given.origin == origin))?;
        let positional: Vec<&(&FnArg, CallArgument)> =
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
        // An argument that does not fit in the place of the other may be intended for a later one, given by name.
        let last = positional.iter().all(|(_, given)| given.span <= meant.span);
        let free = |arg: &&FnArg| arg.default.is_some() && expansion.given(&arg.name.text).is_none();
        let by_name =
            expansion.function.args.iter().filter(free).find(|arg| takes(arg, &given.value)).filter(|_| last)?;
        let help = format!("`{}` comes first, and `{}` is given by its name", wrong.name.text, by_name.name.text);
        let named = format!("{}: {here}", by_name.name.text);
        Some((help, vec![replace(given.span, there), replace(meant.span, named)]))
    }
}

/// Whether an argument may take a value, judged by the type of its default.
fn takes(arg: &FnArg, value: &EvalValue) -> bool {
    let default = arg.default.as_ref().map(|default| &default.kind);
    matches!(
        (default, value),
        (None, _)
            | (Some(ExprKind::Number(_)), EvalValue::Number(_))
            | (Some(ExprKind::Text(_)), EvalValue::Text(_))
            | (Some(ExprKind::Bool(_)), EvalValue::Bool(_))
            | (Some(ExprKind::List(_)), EvalValue::List(_))
            | (Some(ExprKind::Name(_)), EvalValue::Block(_))
    )
}

/// A constant as written in the language.
fn written(value: &EvalValue) -> Option<String> {
    match value {
        EvalValue::Number(_) | EvalValue::Bool(_) | EvalValue::Text(_) | EvalValue::Range(..) => Some(show(value)),
        EvalValue::List(elements) => {
            elements.iter().all(|(element, _)| written(element).is_some()).then(|| show(value))
        }
        _ => None,
    }
}
