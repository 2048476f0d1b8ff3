//! Constants: their types, equality, and how they are written in the language.

use crate::diag::{Span, string_literal};
use crate::sema::eval::value::EvalValue;

/// Whether two constants are of one type. An empty list is of every list type, and an unknown
/// value of every type.
pub(crate) fn alike(a: &EvalValue, b: &EvalValue) -> bool {
    match (a, b) {
        (EvalValue::Unknown, _) | (_, EvalValue::Unknown) => true,
        (EvalValue::List(a), EvalValue::List(b)) => match (a.first(), b.first()) {
            (Some((first, _)), _) if !a.iter().all(|(element, _)| alike(first, element)) => {
                type_of_list(a) == type_of_list(b)
            }
            (Some((first, _)), Some(_)) => b.iter().all(|(element, _)| alike(first, element)),
            _ => true,
        },
        (EvalValue::List(list), EvalValue::Range(..)) | (EvalValue::Range(..), EvalValue::List(list)) => {
            list.iter().all(|(element, _)| matches!(element, EvalValue::Number(_)))
        }
        (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

/// The type of a constant, as in messages.
pub(crate) fn type_of(value: &EvalValue) -> String {
    match value {
        EvalValue::List(elements) if !elements.is_empty() => format!("a list of {}", type_of_list(elements)),
        other => other.describe().into(),
    }
}

/// The type of the elements of a list, in the plural.
fn type_of_list(elements: &[(EvalValue, Span)]) -> String {
    let Some((first, _)) = elements.first() else { return "nothing".into() };
    if !elements.iter().all(|(element, _)| alike(first, element)) {
        return "different things".into();
    }
    match first {
        EvalValue::Number(_) => "numbers".into(),
        EvalValue::Text(_) => "strings".into(),
        EvalValue::Bool(_) => "truth values".into(),
        EvalValue::List(inner) => format!("lists of {}", type_of_list(inner)),
        EvalValue::Range(..) => "ranges".into(),
        _ => "other things".into(),
    }
}

/// Whether two constants are equal.
pub(crate) fn same(a: &EvalValue, b: &EvalValue) -> bool {
    match (a, b) {
        (EvalValue::Number(a), EvalValue::Number(b)) => a == b,
        (EvalValue::Text(a), EvalValue::Text(b)) => a == b,
        (EvalValue::Bool(a), EvalValue::Bool(b)) => a == b,
        (EvalValue::List(a), EvalValue::List(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|((a, _), (b, _))| same(a, b))
        }
        (EvalValue::Range(a, b, c), EvalValue::Range(d, e, f)) => a == d && b == e && c == f,
        _ => false,
    }
}

/// A constant as written in the language.
pub(crate) fn show(value: &EvalValue) -> String {
    match value {
        EvalValue::Number(number) => format!("{number}"),
        EvalValue::Bool(flag) => format!("{flag}"),
        EvalValue::Text(text) => string_literal(text),
        EvalValue::List(elements) => {
            let elements: Vec<String> = elements.iter().map(|(element, _)| show(element)).collect();
            format!("[{}]", elements.join(", "))
        }
        EvalValue::Range(start, end, inclusive) => format!("{start}..{}{end}", if *inclusive { "=" } else { "" }),
        other => other.describe().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_shown_as_they_would_be_written() {
        let span = Span::default();
        let list = EvalValue::List(std::rc::Rc::new(vec![
            (EvalValue::Number(0.5), span),
            (EvalValue::Text("a \"b\"\u{1}".into()), span),
        ]));
        assert_eq!(show(&list), r#"[0.5, "a \"b\"\u{1}"]"#);
        assert_eq!(type_of(&list), "a list of different things");
    }
}
