//! Token and comment types of the lexer.

use crate::diag::Problem;
use crate::syntax::keyword::RESERVED;

/// The kinds of bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::syntax) enum Bracket {
    Paren,
    Square,
    Brace,
}

impl Bracket {
    pub(in crate::syntax) fn open(self) -> char {
        match self {
            Bracket::Paren => '(',
            Bracket::Square => '[',
            Bracket::Brace => '{',
        }
    }

    pub(in crate::syntax) fn close(self) -> char {
        match self {
            Bracket::Paren => ')',
            Bracket::Square => ']',
            Bracket::Brace => '}',
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::syntax) enum TokenKind {
    /// A name, a keyword or a reserved word.
    Word,
    Number,
    Text,
    Open(Bracket),
    Close(Bracket),
    Comma,
    Semicolon,
    Assign,
    Colon,
    Question,
    Dot,
    /// Everything that joins two operands.
    Operator,
    /// Invalid text.
    Junk,
}

#[derive(Clone, Copy, Debug)]
pub(in crate::syntax) struct Token {
    pub(in crate::syntax) kind: TokenKind,
    pub(in crate::syntax) start: usize,
    pub(in crate::syntax) end: usize,
    /// Whether it is the first of its line.
    pub(in crate::syntax) first: bool,
}

/// A `#` comment, `##` ones included, and what was written as a comment of another language.
#[derive(Clone, Copy, Debug)]
pub(in crate::syntax) struct CommentToken {
    pub(in crate::syntax) start: usize,
    pub(in crate::syntax) end: usize,
    /// Whether it is the first on its line.
    pub(in crate::syntax) own_line: bool,
}

/// Result of the lexer.
pub(in crate::syntax) struct LexerOutput {
    pub(in crate::syntax) tokens: Vec<Token>,
    pub(in crate::syntax) comments: Vec<CommentToken>,
    /// Problems of single tokens, each with its index in `tokens`.
    pub(in crate::syntax) problems: Vec<(usize, Problem)>,
    /// Problems between tokens.
    pub(in crate::syntax) loose: Vec<Problem>,
    /// The text with invalid tokens repaired or replaced by a hole, of the same length.
    pub(in crate::syntax) repaired: Vec<u8>,
}

/// Byte order mark.
pub(super) const BOM: char = '\u{feff}';

/// Whether `c` may stand in a name.
pub(in crate::syntax) fn is_word_byte(c: u8) -> bool {
    c.is_ascii_alphanumeric() || c == b'_'
}

/// Whether an operand may end with `token`.
pub(in crate::syntax) fn ends_operand(text: &str, token: &Token) -> bool {
    match token.kind {
        TokenKind::Number | TokenKind::Text | TokenKind::Close(_) => true,
        TokenKind::Word => {
            !RESERVED.contains(&&text[token.start..token.end])
                || matches!(&text[token.start..token.end], "true" | "false")
        }
        _ => false,
    }
}

/// Whether a comment is documentation: exactly two `#`.
pub(in crate::syntax) fn is_doc(comment: &str) -> bool {
    comment.strip_prefix("##").is_some_and(|rest| !rest.starts_with('#'))
}

/// A piece of the text in backticks, cut where it is long.
pub(in crate::syntax) fn shown(piece: &str) -> String {
    let clean: String = piece.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if clean.chars().count() > 24 {
        let cut: String = clean.chars().take(21).collect();
        return format!("`{cut}...`");
    }
    format!("`{clean}`")
}
