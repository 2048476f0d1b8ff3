//! Params: the constants of a pipeline, within their bounds.

use super::eval::Evaluator;
use super::value::Val;
use crate::diag::{Code, Problem, Span};
use crate::syntax::ast::{Arg, ExprKind, Param};

impl<'a> Evaluator<'a> {
    /// The value of a param: of `--set`, else as written; within its bounds and of its type.
    pub(super) fn param(&mut self, param: &'a Param) -> Val {
        let written = self.eval(&param.value);
        let bounds = param.bounds.as_ref().map(|bounds| (self.eval(bounds), bounds.span));
        let (value, span) = match self.overrides.get(param.name.text.as_str()).copied() {
            Some(given) => {
                let value = self.eval(given);
                if std::mem::discriminant(&value) != std::mem::discriminant(&written)
                    && !matches!(value, Val::Unknown)
                    && !matches!(written, Val::Unknown)
                {
                    let (name, expected, found) = (&param.name.text, written.describe(), value.describe());
                    return self.report(
                        Problem::error(Code::WrongType, format!("`{name}` is {expected}, found {found}"))
                            .at(given.span, format!("this is {found}"))
                            .also(param.value.span, format!("declared as {expected}")),
                    );
                }
                (value, given.span)
            }
            None => (written, param.value.span),
        };
        match value {
            Val::Unknown => Val::Unknown,
            Val::Tensor(_) | Val::Block(_) => self.expected("a constant", &value, span),
            constant => {
                if let Some((bounds, bounds_span)) = bounds {
                    self.within(&param.name.text, &constant, span, &bounds, bounds_span);
                }
                constant
            }
        }
    }

    /// `within(value, bounds)`
    pub(super) fn bounded(&mut self, args: &'a [Arg], span: Span) -> Val {
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
        match self.within(name, &found, value.value.span, &allowed, bounds.value.span) {
            true => found,
            false => Val::Unknown,
        }
    }

    fn within(&mut self, name: &str, value: &Val, span: Span, bounds: &Val, bounds_span: Span) -> bool {
        let inside = match (bounds, value) {
            (Val::Range(start, end, inclusive), Val::Number(number)) => {
                number >= start && (number < end || (*inclusive && number <= end))
            }
            (Val::List(choices), value) => choices.iter().any(|(choice, _)| same(choice, value)),
            (Val::Unknown, _) => true,
            _ => false,
        };
        if !inside {
            let found = show(value);
            self.report(
                Problem::error(Code::OutOfRange, format!("`{name}` is {found}, outside of its bounds"))
                    .at(span, "not allowed")
                    .also(bounds_span, "declared here"),
            );
        }
        inside
    }
}

fn same(a: &Val, b: &Val) -> bool {
    match (a, b) {
        (Val::Number(a), Val::Number(b)) => a == b,
        (Val::Text(a), Val::Text(b)) => a == b,
        (Val::Bool(a), Val::Bool(b)) => a == b,
        _ => false,
    }
}

/// A constant as it would be written.
pub(super) fn show(value: &Val) -> String {
    match value {
        Val::Number(number) => format!("{number}"),
        Val::Bool(flag) => format!("{flag}"),
        Val::Text(text) => format!("{text:?}"),
        Val::List(elements) => {
            let elements: Vec<String> = elements.iter().map(|(element, _)| show(element)).collect();
            format!("[{}]", elements.join(", "))
        }
        Val::Range(start, end, inclusive) => format!("{start}..{}{end}", if *inclusive { "=" } else { "" }),
        other => other.describe().into(),
    }
}
