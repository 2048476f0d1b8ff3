//! Texts in messages, on one line and with every letter to be seen.

/// A text in a message, on one line: control characters are shown by their escapes, as are those that change the direction
/// of the text around them.
pub fn visible(text: impl Into<String>) -> String {
    let text = text.into();
    let hidden =
        |letter: char| letter.is_control() || matches!(letter, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if !text.contains(hidden) {
        return text;
    }
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            letter if hidden(letter) => shown.extend(letter.escape_default()),
            letter => shown.push(letter),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_one_line() {
        assert_eq!(visible("a \"b\" it's \\ é"), "a \"b\" it's \\ é");
        assert_eq!(visible("a\nb\t\u{1b}[0m\u{202e}"), "a\\nb\\t\\u{1b}[0m\\u{202e}");
    }
}
