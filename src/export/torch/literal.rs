//! Values as Python writes them.

/// A text in quotes.
pub(super) fn text(text: &str) -> String {
    // JSON's escapes are Python's too.
    serde_json::to_string(text).unwrap_or_default()
}

/// A number.
pub(super) fn number(number: f64) -> String {
    match number {
        number if number.is_nan() => "math.nan".to_owned(),
        number if number.is_infinite() => if number > 0.0 { "math.inf" } else { "-math.inf" }.to_owned(),
        number => format!("{number:?}"),
    }
}

/// A list of numbers.
pub(super) fn numbers(numbers: &[f64]) -> String {
    format!("[{}]", numbers.iter().map(|one| number(*one)).collect::<Vec<_>>().join(", "))
}

/// A list of texts.
pub(super) fn texts<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    format!("[{}]", texts.into_iter().map(text).collect::<Vec<_>>().join(", "))
}

/// `True` or `False`.
pub(super) fn truth(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_python() {
        assert_eq!(text("a\"\\\u{1F600}\n"), "\"a\\\"\\\\\u{1F600}\\n\"");
        assert_eq!(numbers(&[1.0, -0.5, 1e-30, f64::NAN]), "[1.0, -0.5, 1e-30, math.nan]");
        assert_eq!((texts(["a", "b"]), truth(true)), ("[\"a\", \"b\"]".to_owned(), "True"));
    }
}
