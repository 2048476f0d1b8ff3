//! Params: constants of a pipeline, whose values from the file, `--set` or a sweep have one type and lie within bounds.

use crate::diag::{Code, Problem, Span, nearest, string_literal};
use crate::sema::eval::constant::{alike, same, show, type_of};
use crate::sema::eval::evaluator::Evaluator;
use crate::sema::eval::value::EvalValue;
use crate::syntax::ast::{Arg, ExprKind, Param};

impl<'a> Evaluator<'a> {
    /// The value of a param: that of `--set`, else the written one; checked for type and bounds.
    pub(crate) fn param(&mut self, param: &'a Param) -> EvalValue {
        let written = self.eval(&param.value);
        if matches!(written, EvalValue::Tensor(_) | EvalValue::Block(_) | EvalValue::Record(_)) {
            return self.expected("a constant", &written, param.value.span);
        }
        let bounds = self.bounds(param, &written);
        let Some(given) = self.overrides.get(param.name.text.as_str()).copied() else {
            return self.within(param, written, param.value.span, bounds.as_ref());
        };
        let value = self.eval(given);
        if !self.of_type(param, &written, &value, given.span) {
            return EvalValue::Unknown;
        }
        // The written value has to lie within the bounds too, but one report is enough.
        self.within(param, value, given.span, bounds.as_ref())
    }

    /// The value of the call `within(value, bounds)`.
    pub(crate) fn builtin_within(&mut self, args: &'a [Arg], span: Span) -> EvalValue {
        let [value, bounds] = args else {
            return self.report(
                Problem::error(Code::MissingArgument, "`within` takes a constant and its bounds")
                    .at(span, "write `within(value, bounds)`"),
            );
        };
        let (found, allowed) = (self.eval(&value.value), self.eval(&bounds.value));
        match (&found, &allowed) {
            (EvalValue::Unknown, _) | (_, EvalValue::Unknown) => return EvalValue::Unknown,
            (EvalValue::Tensor(_) | EvalValue::Block(_), _) => {
                return self.expected("a constant", &found, value.value.span);
            }
            (_, EvalValue::List(_) | EvalValue::Range(..)) => {}
            _ => return self.expected("a list or a range", &allowed, bounds.value.span),
        }
        let name = match &value.value.kind {
            ExprKind::Name(name) => name.as_str(),
            _ => "value",
        };
        self.within_bounds(name, found, value.value.span, Some((&allowed, bounds.value.span)))
    }

    /// Whether a value of a sweep has the type of a param and lies within its bounds; reports it otherwise.
    pub(crate) fn fits_param(&mut self, param: &'a Param, value: &EvalValue, span: Span) -> bool {
        let before = self.problems.len();
        let written = self.eval(&param.value);
        let bounds = param.bounds.as_ref().map(|bounds| self.eval(bounds));
        // Errors of the declaration have been reported there.
        self.problems.truncate(before);
        if !self.of_type(param, &written, value, span) {
            return false;
        }
        !matches!(self.within(param, value.clone(), span, bounds.as_ref()), EvalValue::Unknown)
    }

    /// The bounds of a param, if a value of its type can lie within them; reports them otherwise.
    fn bounds(&mut self, param: &'a Param, written: &EvalValue) -> Option<EvalValue> {
        let expr = param.bounds.as_ref()?;
        let bounds = self.eval(expr);
        let problem = match (&bounds, written) {
            (EvalValue::Unknown, _) | (_, EvalValue::Unknown) => return None,
            (EvalValue::Range(start, end, inclusive), EvalValue::Number(_)) => {
                if start < end || (*inclusive && start == end) {
                    return Some(bounds);
                }
                Problem::error(Code::OutOfRange, "no number lies within these bounds")
                    .at(expr.span, "the end is below the start")
            }
            (EvalValue::List(choices), _) if choices.is_empty() => {
                Problem::error(Code::OutOfRange, "the list of choices is empty").at(expr.span, "an empty list")
            }
            (EvalValue::List(choices), _) => {
                let other = choices.iter().find(|(choice, _)| !alike(choice, written));
                let Some((choice, span)) = other else { return Some(bounds) };
                if matches!(choice, EvalValue::Unknown) {
                    return None;
                }
                let (name, kind, found) = (&param.name.text, type_of(written), type_of(choice));
                Problem::error(Code::WrongType, format!("`{name}` is {kind}, but may be {found}"))
                    .at(*span, format!("this is {found}"))
                    .also(param.value.span, format!("this is {kind}"))
            }
            _ => {
                let kind = type_of(written);
                let problem = Problem::error(Code::WrongType, format!("these cannot be the bounds of {kind}"))
                    .at(expr.span, format!("this is {}", type_of(&bounds)))
                    .also(param.value.span, format!("this is {kind}"));
                match written {
                    EvalValue::Number(_) => problem.help("write a range `0.0..=1.0`, or a list of choices `[1, 2, 4]`"),
                    _ => problem.help("write a list of choices: `in [a, b]`"),
                }
            }
        };
        self.report(problem);
        None
    }

    /// Whether an override has the declared type of the param; reports it otherwise.
    fn of_type(&mut self, param: &'a Param, written: &EvalValue, value: &EvalValue, span: Span) -> bool {
        if matches!(written, EvalValue::Unknown) || matches!(value, EvalValue::Unknown) {
            return false;
        }
        if alike(written, value) {
            return true;
        }
        let (name, expected, found) = (&param.name.text, type_of(written), type_of(value));
        let mut problem = Problem::error(Code::WrongType, format!("`{name}` is {expected}, found {found}"))
            .at(span, format!("this is {found}"))
            .also(param.value.span, format!("declared as {expected}"));
        if let (EvalValue::List(elements), EvalValue::Number(_) | EvalValue::Text(_) | EvalValue::Bool(_)) =
            (written, value)
            && elements.first().is_none_or(|(element, _)| alike(element, value))
        {
            let list = format!("[{}]", show(value));
            problem = problem.help(format!("write `{list}`")).edit(span, list, false);
        }
        self.report(problem);
        false
    }

    fn within(&mut self, param: &'a Param, value: EvalValue, span: Span, bounds: Option<&EvalValue>) -> EvalValue {
        self.within_bounds(&param.name.text, value, span, bounds.zip(param.bounds.as_ref().map(|bounds| bounds.span)))
    }

    /// The constant itself if it lies within the bounds; reports it otherwise.
    fn within_bounds(
        &mut self,
        name: &str,
        value: EvalValue,
        span: Span,
        bounds: Option<(&EvalValue, Span)>,
    ) -> EvalValue {
        let Some((bounds, bounds_span)) = bounds else { return value };
        let (inside, help) = match (bounds, &value) {
            (EvalValue::Range(start, end, inclusive), EvalValue::Number(number)) => {
                let inside = number >= start && (number < end || (*inclusive && number <= end));
                let (least, most) = if *inclusive { ("from", "to") } else { ("from", "to less than") };
                (inside, format!("it goes {least} {start} {most} {end}"))
            }
            (EvalValue::List(choices), value) => {
                let inside = choices.iter().any(|(choice, _)| same(choice, value));
                let shown: Vec<String> = choices.iter().map(|(choice, _)| format!("`{}`", show(choice))).collect();
                (inside, format!("choose one of {}", shown.join(", ")))
            }
            (EvalValue::Range(start, end, _), value) => {
                (matches!(value, EvalValue::Unknown), format!("it is a number from {start} to {end}"))
            }
            _ => (true, String::new()),
        };
        if inside {
            return value;
        }
        let found = show(&value);
        let mut problem = Problem::error(Code::OutOfRange, format!("`{name}` is {found}, outside of its bounds"))
            .at(span, "not allowed")
            .also(bounds_span, "bounded here")
            .help(help);
        if let (EvalValue::List(choices), EvalValue::Text(text)) = (bounds, &value) {
            let words = choices.iter().filter_map(|(choice, _)| match choice {
                EvalValue::Text(word) => Some(word.as_str()),
                _ => None,
            });
            if let Some(near) = nearest(text, words) {
                problem = problem.help(format!("did you mean `{near:?}`?")).edit(span, string_literal(near), false);
            }
        }
        self.report(problem)
    }
}
