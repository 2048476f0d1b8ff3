//! Patterns of column names: `*` stands for any letters, `?` for one, and a backslash before either for the letter itself.

/// The letters that mean more than themselves somewhere in a list of columns.
const SPECIAL: [char; 4] = ['*', '?', '!', '\\'];

/// A part of a pattern.
#[derive(Clone, Copy, PartialEq)]
enum PatternPart {
    /// Any letters.
    Any,
    /// One letter.
    One,
    /// This letter.
    Letter(char),
}

fn parts(pattern: &str) -> Vec<PatternPart> {
    let mut letters = pattern.chars().peekable();
    let mut parts = vec![];
    while let Some(letter) = letters.next() {
        parts.push(match letter {
            '*' => PatternPart::Any,
            '?' => PatternPart::One,
            '\\' => PatternPart::Letter(letters.next_if(|next| SPECIAL.contains(next)).unwrap_or('\\')),
            letter => PatternPart::Letter(letter),
        });
    }
    parts
}

/// The name that a text stands for which is no pattern.
pub fn plain_name(text: &str) -> Option<String> {
    let letter = |part| if let PatternPart::Letter(letter) = part { Some(letter) } else { None };
    parts(text).into_iter().map(letter).collect()
}

/// The text that stands for a name in a list of columns, whatever its letters are.
pub fn escaped_name(name: &str) -> String {
    let bare = plain_name(name).as_deref() == Some(name) && !name.starts_with('!');
    if bare {
        return name.to_owned();
    }
    name.chars().flat_map(|letter| SPECIAL.contains(&letter).then_some('\\').into_iter().chain([letter])).collect()
}

/// Whether a name matches a pattern.
pub fn pattern_matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<PatternPart>, Vec<char>) = (parts(pattern), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    // The place of the last star and the end of its match: on a mismatch it matches one letter more.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match (pattern.get(p), star) {
            (Some(PatternPart::Any), _) => {
                star = Some((p, n));
                p += 1;
            }
            (Some(part), _) if *part == PatternPart::One || *part == PatternPart::Letter(name[n]) => {
                p += 1;
                n += 1;
            }
            (_, Some((at, reached))) => {
                star = Some((at, reached + 1));
                p = at + 1;
                n = reached + 1;
            }
            (_, None) => return false,
        }
    }
    pattern[p..].iter().all(|part| *part == PatternPart::Any)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn patterns_match_whole_names() {
        for (pattern, name, expected) in [
            ("low_*", "low_1", true),
            ("low_*", "low_", true),
            ("low_*", "below_1", false),
            ("*_pt", "jet_1_pt", true),
            ("j?t", "jet", true),
            ("j?t", "jt", false),
            ("*a*b", "xaxbxab", true),
            ("*a*b", "xaxbxa", false),
            ("[a]", "a", false),
            ("x[*]", "x[10]", true),
            ("", "", true),
            ("**", "", true),
            ("a\\*", "a*", true),
            ("a\\*", "ab", false),
            ("\\?*", "?x", true),
            ("\\?*", "ax", false),
            ("\\\\*", "\\x", true),
            ("a\\b*", "a\\bc", true),
            ("*\n*", "a\nb", true),
        ] {
            assert_eq!(pattern_matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn usual_names_stand_for_themselves() {
        for name in ["a", "a b", "größe", "x[0]", "C:\\dir", "", "\"", "a\nb", "what!"] {
            assert_eq!(escaped_name(name), name);
        }
        assert_eq!(["*", "!x", "a?", "\\*"].map(escaped_name), ["\\*", "\\!x", "a\\?", "\\\\\\*"]);
    }

    proptest! {
        #[test]
        fn an_escaped_name_is_that_name_and_no_other(name in "[*?!\\\\a]{0,6}", other in "[*?!\\\\a]{0,6}") {
            let text = escaped_name(&name);
            prop_assert_eq!(plain_name(&text), Some(name.clone()));
            prop_assert!(!text.starts_with('!'));
            prop_assert_eq!(pattern_matches(&text, &other), name == other);
        }
    }
}
