//! Texts in messages, on one line and with every letter to be seen.

/// Whether a character is not seen and changes what is: control characters, and those that change the direction of the text
/// around them or have no width.
pub fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
        || matches!(letter, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A text in a message, on one line: hidden characters are shown by their escapes.
pub fn visible(text: impl Into<String>) -> String {
    let text = text.into();
    if !text.contains(is_hidden) {
        return text;
    }
    let escape = |letter: char| match is_hidden(letter) {
        true => letter.escape_default().to_string(),
        false => letter.to_string(),
    };
    text.chars().map(escape).collect()
}

/// A text of several lines for a terminal: hidden characters are shown by their escapes, but for line ends and tabs and,
/// where the text is `styled`, the sequences that set colours.
pub fn visible_lines(text: &str, styled: bool) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|letter: char| is_hidden(letter) && !matches!(letter, '\n' | '\t')) {
        let (before, after) = rest.split_at(at);
        shown.push_str(before);
        let length = colour_sequence(after).filter(|_| styled);
        match length {
            Some(length) => shown.push_str(&after[..length]),
            None => shown.extend(after.chars().next().into_iter().flat_map(char::escape_default)),
        }
        rest = &after[length.unwrap_or_else(|| after.chars().next().map_or(0, char::len_utf8))..];
    }
    shown + rest
}

/// The length of the sequence that sets colours with which a text begins.
fn colour_sequence(text: &str) -> Option<usize> {
    let numbers = text.strip_prefix("\u{1b}[")?;
    let end = numbers.find(|letter: char| !letter.is_ascii_digit() && letter != ';')?;
    numbers[end..].starts_with('m').then_some(end + 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_one_line() {
        assert_eq!(visible("a \"b\" it's \\ é"), "a \"b\" it's \\ é");
        assert_eq!(visible("a\nb\t\u{1b}[0m\u{202e}"), "a\\nb\\t\\u{1b}[0m\\u{202e}");
    }

    #[test]
    fn lines_keep_their_ends_and_their_own_colours_alone() {
        let text = "a\tb\n\u{1b}[1;31mred\u{1b}[0m \u{1b}]0;title\u{7} \u{1b}[2J é\u{202e}";
        assert_eq!(
            visible_lines(text, true),
            "a\tb\n\u{1b}[1;31mred\u{1b}[0m \\u{1b}]0;title\\u{7} \\u{1b}[2J é\\u{202e}"
        );
        assert_eq!(visible_lines("\u{1b}[1mx", false), "\\u{1b}[1mx");
        assert_eq!(visible_lines("plain\n", false), "plain\n");
    }
}
