//! The paths that a Rust file mentions: what it imports with `use`, and what it names inline.

/// One path.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Path {
    /// Its segments as they are written: `["super", "cell", "Cell"]`.
    pub(super) segments: Vec<String>,
    /// The name it has in the file.
    pub(super) name: String,
    /// Whether a `use` brings it in.
    pub(super) imported: bool,
    /// Whether the file passes it on: `pub use`.
    pub(super) exported: bool,
}

/// One mark of the text that matters here.
#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    /// `::`
    Separator,
    Other(char),
}

/// Every path of a text without comments: all that `use` brings in, and those inline that have several segments.
pub(super) fn paths(text: &str) -> Vec<Path> {
    let tokens = tokens(text);
    let mut paths = vec![];
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            Token::Word(word) if word == "use" => {
                let exported = is_public(&tokens[..at]);
                at += 1;
                let mut leaves = vec![];
                use_tree(&tokens, &mut at, &[], &mut leaves);
                let path = |(segments, name)| Path { segments, name, imported: true, exported };
                paths.extend(leaves.into_iter().map(path));
            }
            // A visibility, `pub(in a::b)`, names a module and imports nothing.
            Token::Word(word)
                if word == "in" && tokens[..at].ends_with(&[Token::Word("pub".into()), Token::Other('(')]) =>
            {
                at += tokens[at..].iter().take_while(|token| **token != Token::Other(')')).count();
            }
            Token::Word(_) if !preceded_by_separator(&tokens, at) => {
                let mut segments = vec![];
                segment_list(&tokens, &mut at, &mut segments);
                if segments.len() > 1 {
                    // The item is the first name that is no module: the last of the path, or what is before its methods.
                    let name = segments[1..].iter().find(|name| name.starts_with(char::is_uppercase));
                    let name = name.or(segments.last()).cloned().unwrap_or_default();
                    paths.push(Path { segments, name, imported: false, exported: false });
                }
            }
            _ => at += 1,
        }
    }
    paths
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = vec![];
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter.is_alphabetic() || letter == '_' {
            let mut word = String::from(letter);
            while let Some(next) = letters.next_if(|next| next.is_alphanumeric() || *next == '_') {
                word.push(next);
            }
            tokens.push(Token::Word(word));
        } else if letter == ':' && letters.next_if_eq(&':').is_some() {
            tokens.push(Token::Separator);
        } else if !letter.is_whitespace() {
            tokens.push(Token::Other(letter));
        }
    }
    tokens
}

/// Whether a `pub` or `pub(..)` ends there.
fn is_public(before: &[Token]) -> bool {
    let is_pub = |token: Option<&Token>| token == Some(&Token::Word("pub".into()));
    match before.last() {
        Some(Token::Other(')')) => {
            let open = before.iter().rposition(|token| *token == Token::Other('('));
            open.is_some_and(|open| is_pub(before[..open].last()))
        }
        last => is_pub(last),
    }
}

fn preceded_by_separator(tokens: &[Token], at: usize) -> bool {
    at > 0 && tokens[at - 1] == Token::Separator
}

/// `a::b::c`, as far as words and separators alternate.
fn segment_list(tokens: &[Token], at: &mut usize, segments: &mut Vec<String>) {
    while let Some(Token::Word(word)) = tokens.get(*at) {
        segments.push(word.clone());
        *at += 1;
        match (tokens.get(*at), tokens.get(*at + 1)) {
            (Some(Token::Separator), Some(Token::Word(_))) => *at += 1,
            _ => break,
        }
    }
}

/// The tree after `use`: each leaf with the name it is known by.
fn use_tree(tokens: &[Token], at: &mut usize, before: &[String], leaves: &mut Vec<(Vec<String>, String)>) {
    let mut path = before.to_vec();
    if tokens.get(*at) == Some(&Token::Separator) {
        *at += 1;
    }
    segment_list(tokens, at, &mut path);
    match (tokens.get(*at), tokens.get(*at + 1)) {
        (Some(Token::Separator), Some(Token::Other('{'))) | (Some(Token::Other('{')), _) => {
            *at += if tokens[*at] == Token::Separator { 2 } else { 1 };
            while tokens.get(*at).is_some_and(|token| *token != Token::Other('}')) {
                use_tree(tokens, at, &path, leaves);
                if tokens.get(*at) == Some(&Token::Other(',')) {
                    *at += 1;
                }
            }
            *at += 1;
        }
        (Some(Token::Separator), Some(Token::Other('*'))) => {
            *at += 2;
            leaves.push((path, "*".into()));
        }
        _ => {
            if path.last().is_some_and(|last| last == "self") && path.len() > 1 {
                path.pop();
            }
            let mut name = path.last().cloned().unwrap_or_default();
            // `as` is a word like another to `segment_list`, which stops before it.
            if tokens.get(*at) == Some(&Token::Word("as".into())) {
                *at += 1;
                if let Some(Token::Word(alias)) = tokens.get(*at) {
                    name = alias.clone();
                }
                *at += 1;
            }
            if !path.is_empty() {
                leaves.push((path, name));
            } else {
                *at += 1;
            }
        }
    }
}

#[test]
fn imports_and_inline_paths_are_found() {
    let text = "pub(crate) use a::{b::{C as D, self}, E};\nuse crate::x::*;\n\
                pub(in crate::y) fn f() -> super::g::H { I::new() }";
    let found: Vec<(String, String, bool, bool)> = paths(text)
        .into_iter()
        .map(|path| (path.segments.join("::"), path.name, path.imported, path.exported))
        .collect();
    let path = |segments: &str, name: &str, imported, exported| (segments.into(), name.into(), imported, exported);
    assert_eq!(
        found,
        [
            path("a::b::C", "D", true, true),
            path("a::b", "b", true, true),
            path("a::E", "E", true, true),
            path("crate::x", "*", true, false),
            path("super::g::H", "H", false, false),
            path("I::new", "new", false, false),
        ]
    );
}
