//! YAML that every reader reads alike: no tags, and nothing plain that YAML 1.1, which PyYAML reads, and YAML 1.2 take
//! for different values.

use serde::Serialize;
use serde_json::Value;
use std::io::{self, Write};

/// Writes a value as YAML: mappings, sequences and scalars. Strings such as `no`, `1_000` and `2026-01-31` are quoted,
/// and numbers are written as both versions read them.
///
/// # Errors
/// If the value has no JSON form, or cannot be written.
pub fn write_yaml(file: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    file.write_all(yaml_text(value)?.as_bytes())
}

/// A value as the text of [`write_yaml`].
///
/// # Errors
/// If the value has no JSON form.
pub fn yaml_text(value: &impl Serialize) -> io::Result<String> {
    // Through JSON values, since the YAML library writes variants of an enum as tags.
    let mut plain = serde_json::to_value(value)?;
    let mut scalars = vec![];
    replace_scalars(&mut plain, &mut scalars);
    let text = serde_yaml::to_string(&plain).map_err(io::Error::other)?;
    Ok(restore(&text, &scalars))
}

/// Characters of the private use area around the number of a scalar that is replaced at the end. A string
/// that holds one of them is replaced like the ambiguous ones.
const MARKS: [char; 2] = ['\u{e000}', '\u{e001}'];

/// Puts marks in the place of every scalar that the YAML library would write ambiguously, and keeps how it is written.
fn replace_scalars(value: &mut Value, scalars: &mut Vec<String>) {
    let mut mark = |written: String| {
        scalars.push(written);
        format!("{}{}{}", MARKS[0], scalars.len() - 1, MARKS[1])
    };
    match value {
        Value::String(text) if is_ambiguous(text) => *text = mark(quoted(text)),
        Value::Number(number) => {
            if let Some(written) = exponent(&number.to_string()) {
                *value = mark(written).into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace_scalars(item, scalars)),
        Value::Object(entries) => {
            *entries = std::mem::take(entries)
                .into_iter()
                .map(|(key, mut value)| {
                    replace_scalars(&mut value, scalars);
                    match is_ambiguous(&key) {
                        true => {
                            scalars.push(quoted(&key));
                            (format!("{}{}{}", MARKS[0], scalars.len() - 1, MARKS[1]), value)
                        }
                        false => (key, value),
                    }
                })
                .collect();
        }
        _ => {}
    }
}

/// Puts the scalars back in the place of their marks.
fn restore(text: &str, scalars: &[String]) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(MARKS[0]) {
        let (number, after) = after.split_once(MARKS[1]).unwrap_or((after, ""));
        written += before;
        written += number.parse().ok().and_then(|number: usize| scalars.get(number)).map_or("", String::as_str);
        rest = after;
    }
    written + rest
}

/// A number with an exponent as YAML 1.1 reads one: a point before it and a sign in it, `2.0e-5`.
fn exponent(number: &str) -> Option<String> {
    let (digits, exponent) = number.split_once('e')?;
    let point = if digits.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with(['-', '+']) { "" } else { "+" };
    Some(format!("{digits}{point}e{sign}{exponent}"))
}

/// Whether some reader takes the plain text for something else than a string: a truth value, nothing, a number, a date,
/// a time, a merge.
fn is_ambiguous(text: &str) -> bool {
    const WORDS: [&str; 15] =
        ["", "y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "<<", "=", ".inf", ".nan"];
    let lower = text.to_ascii_lowercase();
    let number = lower.trim_start_matches(['-', '+']);
    if WORDS.contains(&lower.as_str()) || WORDS.contains(&number) {
        return true;
    }
    let begins = number.trim_start_matches('.').starts_with(|letter: char| letter.is_ascii_digit());
    // Digits of every base, exponents, sexagesimal numbers, dates and times with their zones.
    let fits = |letter: char| letter.is_ascii_hexdigit() || "xo_:.+-tz \t".contains(letter);
    begins && number.chars().all(fits) || text.contains(MARKS)
}

/// A string in double quotes, which every reader reads as that string.
fn quoted(text: &str) -> String {
    let mut written = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => written.extend(['\\', letter]),
            letter if letter.is_control() => written += &format!("\\u{:04x}", u32::from(letter)),
            letter => written.push(letter),
        }
    }
    written + "\""
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn words_that_readers_differ_on_are_quoted() {
        let words = [
            "no",
            "Yes",
            "ON",
            "off",
            "y",
            "N",
            "true",
            "null",
            "~",
            "1_000",
            "0o17",
            "017",
            "0x1F",
            "0b11",
            "1:30",
            "12:30:45",
            "2026-01-31",
            "2026-1-1 10:00:00 +2",
            "2001-12-14t21:59:43.10-05:00",
            "1e5",
            "1.5e-3",
            "+1",
            "-.5",
            ".inf",
            "-.Inf",
            ".NaN",
            "<<",
            "=",
            "",
            "1.",
            "685_230.15",
        ];
        for word in words {
            assert_eq!(yaml_text(&json!([word])).unwrap(), format!("- \"{word}\"\n"));
            assert_eq!(yaml_text(&json!({ word: 1 })).unwrap(), format!("\"{word}\": 1\n"));
        }
    }

    #[test]
    fn other_words_are_plain() {
        for word in ["north", "x", "nothing", "yesterday", "low_net.0.weight", "cpu", "2nd", "one 2", "v1.0", "50%"] {
            assert_eq!(yaml_text(&json!([word])).unwrap(), format!("- {word}\n"));
        }
    }

    #[test]
    fn numbers_have_a_point_before_and_a_sign_in_their_exponents() {
        let numbers = json!([2e-9, 1.5e300, 1e16, 0.25, 7, -3]);
        assert_eq!(yaml_text(&numbers).unwrap(), "- 2.0e-9\n- 1.5e+300\n- 1.0e+16\n- 0.25\n- 7\n- -3\n");
        assert_eq!(serde_yaml::from_str::<Value>(&yaml_text(&numbers).unwrap()).unwrap(), numbers);
    }

    #[test]
    fn every_string_is_read_back() {
        let strings = json!([
            "a: b",
            "- c",
            "two\nlines",
            "\u{e000}0\u{e001}",
            "quote \" and \\",
            "'",
            "#",
            "tab\t",
            " blank ",
            "é"
        ]);
        assert_eq!(serde_yaml::from_str::<Value>(&yaml_text(&strings).unwrap()).unwrap(), strings);
    }
}
