//! Texts as the language writes them, for edits and for texts that are made.

use crate::diag::visible::is_hidden;

/// A text as a string literal of the language, without characters that are not seen.
pub fn string_literal(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            letter if is_hidden(letter) => out.push_str(&format!("\\u{{{:X}}}", letter as u32)),
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
    fn letters_that_a_string_cannot_hold_are_escaped() {
        assert_eq!(string_literal("it's \"a\"\\b"), "\"it's \\\"a\\\"\\\\b\"");
        assert_eq!(string_literal("a\nb\tc\rd\u{85}é"), "\"a\\nb\\tc\\u{D}d\\u{85}é\"");
    }
}
