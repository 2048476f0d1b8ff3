//! Params: the constants of a pipeline, of one type and within their bounds, whoever gives the value.

use crate::diag::{Code, Problem, Span, nearest};
use crate::sema::eval::expr::Evaluator;
use crate::sema::eval::value::Val;
use crate::syntax::ast::{Arg, ExprKind, Param};

impl<'a> Evaluator<'a> {
    /// The value of a param: of `--set`, else as written; within its bounds and of its type.
    pub(crate) fn param(&mut self, param: &'a Param) -> Val {
        let written = self.eval(&param.value);
        if matches!(written, Val::Tensor(_) | Val::Block(_) | Val::Record(_)) {
            return self.expected("a constant", &written, param.value.span);
        }
        let bounds = self.bounds(param, &written);
        let Some(given) = self.overrides.get(param.name.text.as_str()).copied() else {
            return self.within(param, written, param.value.span, bounds.as_ref());
        };
        let value = self.eval(given);
        if !self.of_type(param, &written, &value, given.span) {
            return Val::Unknown;
        }
        // What the file says by itself has to hold too, but only one of the two is worth a report.
        self.within(param, value, given.span, bounds.as_ref())
    }

    /// `within(value, bounds)`
    pub(crate) fn builtin_within(&mut self, args: &'a [Arg], span: Span) -> Val {
        let [value, bounds] = args else {
            return self.report(
                Problem::error(Code::MissingArgument, "`within` takes a constant and its bounds")
                    .at(span, "write `within(value, bounds)`"),
            );
        };
        let (found, allowed) = (self.eval(&value.value), self.eval(&bounds.value));
        match (&found, &allowed) {
            (Val::Unknown, _) | (_, Val::Unknown) => return Val::Unknown,
            (Val::Tensor(_) | Val::Block(_), _) => return self.expected("a constant", &found, value.value.span),
            (_, Val::List(_) | Val::Range(..)) => {}
            _ => return self.expected("a list or a range", &allowed, bounds.value.span),
        }
        let name = match &value.value.kind {
            ExprKind::Name(name) => name.as_str(),
            _ => "value",
        };
        self.within_bounds(name, found, value.value.span, Some((&allowed, bounds.value.span)))
    }

    /// Reports a value that a sweep gives a param if it is of another type or out of bounds; false if it is.
    pub(crate) fn fits_param(&mut self, param: &'a Param, value: &Val, span: Span) -> bool {
        let before = self.problems.len();
        let written = self.eval(&param.value);
        let bounds = param.bounds.as_ref().map(|bounds| self.eval(bounds));
        // What is wrong with the declaration has been reported there.
        self.problems.truncate(before);
        if !self.of_type(param, &written, value, span) {
            return false;
        }
        !matches!(self.within(param, value.clone(), span, bounds.as_ref()), Val::Unknown)
    }

    /// The bounds of a param, if they can hold anything of its type.
    fn bounds(&mut self, param: &'a Param, written: &Val) -> Option<Val> {
        let expr = param.bounds.as_ref()?;
        let bounds = self.eval(expr);
        let problem = match (&bounds, written) {
            (Val::Unknown, _) | (_, Val::Unknown) => return None,
            (Val::Range(start, end, inclusive), Val::Number(_)) => {
                if start < end || (*inclusive && start == end) {
                    return Some(bounds);
                }
                Problem::error(Code::OutOfRange, "no number lies within these bounds")
                    .at(expr.span, "ends before it begins")
            }
            (Val::List(choices), _) if choices.is_empty() => {
                Problem::error(Code::OutOfRange, "there is nothing to choose from").at(expr.span, "an empty list")
            }
            (Val::List(choices), _) => {
                let other = choices.iter().find(|(choice, _)| !alike(choice, written));
                let Some((choice, span)) = other else { return Some(bounds) };
                if matches!(choice, Val::Unknown) {
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
                    Val::Number(_) => problem.help("write a range `0.0..=1.0`, or a list of choices `[1, 2, 4]`"),
                    _ => problem.help("write a list of choices: `in [a, b]`"),
                }
            }
        };
        self.report(problem);
        None
    }

    /// Whether a value given from elsewhere is of the type that the param is declared with; says so if not.
    fn of_type(&mut self, param: &'a Param, written: &Val, value: &Val, span: Span) -> bool {
        if matches!(written, Val::Unknown) || matches!(value, Val::Unknown) {
            return false;
        }
        if alike(written, value) {
            return true;
        }
        let (name, expected, found) = (&param.name.text, type_of(written), type_of(value));
        let mut problem = Problem::error(Code::WrongType, format!("`{name}` is {expected}, found {found}"))
            .at(span, format!("this is {found}"))
            .also(param.value.span, format!("declared as {expected}"));
        if let (Val::List(elements), Val::Number(_) | Val::Text(_) | Val::Bool(_)) = (written, value)
            && elements.first().is_none_or(|(element, _)| alike(element, value))
        {
            let list = format!("[{}]", show(value));
            problem = problem.help(format!("write `{list}`")).edit(span, list, false);
        }
        self.report(problem);
        false
    }

    fn within(&mut self, param: &'a Param, value: Val, span: Span, bounds: Option<&Val>) -> Val {
        self.within_bounds(&param.name.text, value, span, bounds.zip(param.bounds.as_ref().map(|bounds| bounds.span)))
    }

    /// A constant as it is if it lies within its bounds; says so if it does not.
    fn within_bounds(&mut self, name: &str, value: Val, span: Span, bounds: Option<(&Val, Span)>) -> Val {
        let Some((bounds, bounds_span)) = bounds else { return value };
        let (inside, help) = match (bounds, &value) {
            (Val::Range(start, end, inclusive), Val::Number(number)) => {
                let inside = number >= start && (number < end || (*inclusive && number <= end));
                let (least, most) = if *inclusive { ("from", "to") } else { ("from", "to less than") };
                (inside, format!("it goes {least} {start} {most} {end}"))
            }
            (Val::List(choices), value) => {
                let inside = choices.iter().any(|(choice, _)| same(choice, value));
                let shown: Vec<String> = choices.iter().map(|(choice, _)| format!("`{}`", show(choice))).collect();
                (inside, format!("choose one of {}", shown.join(", ")))
            }
            (Val::Range(start, end, _), value) => {
                (matches!(value, Val::Unknown), format!("it is a number from {start} to {end}"))
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
        if let (Val::List(choices), Val::Text(text)) = (bounds, &value) {
            let words = choices.iter().filter_map(|(choice, _)| match choice {
                Val::Text(word) => Some(word.as_str()),
                _ => None,
            });
            if let Some(near) = nearest(text, words) {
                problem = problem.help(format!("did you mean `{near:?}`?")).edit(span, format!("{near:?}"), false);
            }
        }
        self.report(problem)
    }
}

/// Whether two constants are of one type. An empty list is of every type of list, and so is what is not known.
fn alike(a: &Val, b: &Val) -> bool {
    match (a, b) {
        (Val::Unknown, _) | (_, Val::Unknown) => true,
        (Val::List(a), Val::List(b)) => match (a.first(), b.first()) {
            (Some((first, _)), _) if !a.iter().all(|(element, _)| alike(first, element)) => {
                type_of_list(a) == type_of_list(b)
            }
            (Some((first, _)), Some(_)) => b.iter().all(|(element, _)| alike(first, element)),
            _ => true,
        },
        (Val::List(list), Val::Range(..)) | (Val::Range(..), Val::List(list)) => {
            list.iter().all(|(element, _)| matches!(element, Val::Number(_)))
        }
        (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

/// The type of a constant, as a message says it.
pub(crate) fn type_of(value: &Val) -> String {
    match value {
        Val::List(elements) if !elements.is_empty() => format!("a list of {}", type_of_list(elements)),
        other => other.describe().into(),
    }
}

/// The type of the elements of a list, in the plural.
fn type_of_list(elements: &[(Val, Span)]) -> String {
    let Some((first, _)) = elements.first() else { return "nothing".into() };
    if !elements.iter().all(|(element, _)| alike(first, element)) {
        return "different things".into();
    }
    match first {
        Val::Number(_) => "numbers".into(),
        Val::Text(_) => "strings".into(),
        Val::Bool(_) => "truth values".into(),
        Val::List(inner) => format!("lists of {}", type_of_list(inner)),
        Val::Range(..) => "ranges".into(),
        _ => "other things".into(),
    }
}

/// Whether two constants are equal.
pub(crate) fn same(a: &Val, b: &Val) -> bool {
    match (a, b) {
        (Val::Number(a), Val::Number(b)) => a == b,
        (Val::Text(a), Val::Text(b)) => a == b,
        (Val::Bool(a), Val::Bool(b)) => a == b,
        (Val::List(a), Val::List(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|((a, _), (b, _))| same(a, b)),
        (Val::Range(a, b, c), Val::Range(d, e, f)) => a == d && b == e && c == f,
        _ => false,
    }
}

/// A constant as it would be written.
pub(crate) fn show(value: &Val) -> String {
    match value {
        Val::Number(number) => format!("{number}"),
        Val::Bool(flag) => format!("{flag}"),
        Val::Text(text) => quoted(text),
        Val::List(elements) => {
            let elements: Vec<String> = elements.iter().map(|(element, _)| show(element)).collect();
            format!("[{}]", elements.join(", "))
        }
        Val::Range(start, end, inclusive) => format!("{start}..{}{end}", if *inclusive { "=" } else { "" }),
        other => other.describe().into(),
    }
}

/// A text as a string of the language.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            letter if letter.is_control() => out.push_str(&format!("\\u{{{:X}}}", letter as u32)),
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_shown_as_they_would_be_written() {
        let span = Span::default();
        let list =
            Val::List(std::rc::Rc::new(vec![(Val::Number(0.5), span), (Val::Text("a \"b\"\u{1}".into()), span)]));
        assert_eq!(show(&list), r#"[0.5, "a \"b\"\u{1}"]"#);
        assert_eq!(type_of(&list), "a list of different things");
    }
}
