//! Word wrap and text measures: widths in characters, lines broken between words.

use unicode_width::UnicodeWidthStr;

/// Width of a text in characters.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The text in lines of at most so many characters, broken at blanks; at most `most` lines, the last one cut.
pub(super) fn lines(text: &str, letters: usize, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.last_mut().map_or(0, |line| width(line));
        if last > 0 && last + 1 + width(word) > letters {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    let more = lines.len() > most;
    lines.truncate(most);
    lines.iter().enumerate().map(|(at, line)| cut(line, letters, more && at + 1 == most)).collect()
}

/// The text, cut where it is too long, and marked if there is more.
fn cut(text: &str, letters: usize, more: bool) -> String {
    if width(text) <= letters && !more {
        return text.to_owned();
    }
    let mut kept = String::new();
    for letter in text.chars() {
        if width(&kept) + 2 > letters {
            break;
        }
        kept.push(letter);
    }
    kept.trim_end().to_owned() + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_are_cut_at_the_end() {
        assert_eq!(lines("3 x (linear 64, relu)", 12, 9), ["3 x (linear", "64, relu)"]);
        assert_eq!(lines("aaaa bbbb cccc dddd", 9, 1), ["aaaa bbb…"]);
        assert_eq!(lines("aaaaaaaaaaaaaaa", 6, 2), ["aaaaa…"]);
        assert_eq!(lines("ab cd", 9, 2), ["ab cd"]);
    }
}
