//! One form for words that mean the same in different formats: `1`, `1.0` and `1e0`; `true`, `True` and `TRUE`.

use std::borrow::Cow;

/// Largest magnitude below which every whole number is an `f64`.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The canonical form of a word: a whole number written with a point or an exponent without either, a truth value in lower
/// case, any other word as it is. Digits alone are kept as they are, with all leading zeros: they may be an identifier.
pub(crate) fn canonical(word: &str) -> Cow<'_, str> {
    if word.eq_ignore_ascii_case("true") || word.eq_ignore_ascii_case("false") {
        return Cow::Owned(word.to_ascii_lowercase());
    }
    let numeric = word.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    if !numeric || !word.contains(['.', 'e', 'E']) {
        return Cow::Borrowed(word);
    }
    match word.parse::<f64>() {
        // Zero has two signs and one meaning.
        Ok(number) if number.fract() == 0.0 && number.abs() < EXACT => Cow::Owned((number + 0.0).to_string()),
        _ => Cow::Borrowed(word),
    }
}

/// The usual forms in which a word with this canonical form is written, itself among them: a whole number with a point and no
/// more than two zeros after it, zero with either sign, a truth value in upper and lower case. For programs that compare words
/// letter by letter.
pub fn written_forms(word: &str) -> Vec<String> {
    if word == "true" || word == "false" {
        let cases = |forms: Vec<String>, letter: char| -> Vec<String> {
            let both = [letter, letter.to_ascii_uppercase()];
            forms.iter().flat_map(|form| both.map(|letter| format!("{form}{letter}"))).collect()
        };
        return word.chars().fold(vec![String::new()], cases);
    }
    let signed = ["", "-"].map(|sign| format!("{sign}{word}"));
    let longer = signed.iter().flat_map(|word| ["", ".", ".0", ".00"].map(|zeros| format!("{word}{zeros}")));
    longer.filter(|form| form == word || canonical(form) == word).collect()
}

/// Whether a word is a number or a truth value.
pub(crate) fn is_value(word: &str) -> bool {
    let canonical = canonical(word);
    canonical == "true" || canonical == "false" || canonical.parse::<f64>().is_ok_and(f64::is_finite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_forms_have_one_canonical_form() {
        for word in ["12", "-3", "true", "false", "1.5", "007", "", "north", "9007199254740993"] {
            let forms = written_forms(word);
            assert!(forms.contains(&word.to_owned()) && forms.iter().all(|form| canonical(form) == word), "{forms:?}");
        }
        assert_eq!(written_forms("12"), ["12", "12.", "12.0", "12.00"]);
        assert_eq!(written_forms("0"), ["0", "0.", "0.0", "0.00", "-0.", "-0.0", "-0.00"]);
        assert_eq!(written_forms("false").len(), 32);
        assert_eq!(written_forms("007"), ["007"]);
    }

    #[test]
    fn whole_numbers_and_truth_values_have_one_form() {
        for (word, expected) in [
            ("1.0", "1"),
            ("1", "1"),
            ("-3.000", "-3"),
            ("1e3", "1000"),
            ("-0.0", "0"),
            ("True", "true"),
            ("FALSE", "false"),
            ("1.5", "1.5"),
            ("007", "007"),
            ("9007199254740993", "9007199254740993"),
            ("1.2.3", "1.2.3"),
            ("e", "e"),
            (".", "."),
            ("", ""),
            ("1e400", "1e400"),
        ] {
            assert_eq!(canonical(word), expected, "{word}");
        }
        assert!(["1", "-2.5", "true", "False", "1e3"].into_iter().all(is_value));
        assert!(["yes", "", "1.2.3", "NaN", "inf", "truth"].into_iter().all(|word| !is_value(word)));
    }
}
