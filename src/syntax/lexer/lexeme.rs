//! Lexemes for editors: tokens and comments in one sequence, also of a text with errors.

use super::scan::lex;
use super::token::{Bracket, TokenKind, is_doc};
use crate::diag::{FileId, Span};

/// One token or comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lexeme {
    /// Its kind.
    pub kind: LexemeKind,
    /// Its span.
    pub span: Span,
    /// Whether it is the first of its line.
    pub first: bool,
}

/// The kinds of [`Lexeme`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LexemeKind {
    /// A name, a keyword or a reserved word.
    Word,
    /// A number.
    Number,
    /// A string, closed or not.
    Text,
    /// `#`
    Comment,
    /// `##`
    Doc,
    /// `(`, `[` or `{`
    Open(char),
    /// `)`, `]` or `}`
    Close(char),
    /// `.`
    Dot,
    /// `,` or `;`
    Separator,
    /// `=`
    Assign,
    /// `:`
    Colon,
    /// `|>`, `+`, `..` and all others that join two operands, and the `?` of a modality.
    Operator,
    /// Invalid text.
    Junk,
}

/// The lexemes of `text`, in order.
pub fn lexemes(file: FileId, text: &str) -> Vec<Lexeme> {
    let lexed = lex(file, text);
    let open = |bracket: Bracket| LexemeKind::Open(bracket.open());
    let mut found: Vec<Lexeme> = lexed
        .tokens
        .iter()
        .map(|token| Lexeme {
            kind: match token.kind {
                TokenKind::Word => LexemeKind::Word,
                TokenKind::Number => LexemeKind::Number,
                TokenKind::Text => LexemeKind::Text,
                TokenKind::Open(bracket) => open(bracket),
                TokenKind::Close(bracket) => LexemeKind::Close(bracket.close()),
                TokenKind::Comma | TokenKind::Semicolon => LexemeKind::Separator,
                TokenKind::Assign => LexemeKind::Assign,
                TokenKind::Colon => LexemeKind::Colon,
                TokenKind::Dot => LexemeKind::Dot,
                TokenKind::Question | TokenKind::Operator => LexemeKind::Operator,
                TokenKind::Junk => LexemeKind::Junk,
            },
            span: Span::new(file, token.start, token.end),
            first: token.first,
        })
        .chain(lexed.comments.iter().map(|comment| Lexeme {
            kind: if is_doc(&text[comment.start..comment.end]) { LexemeKind::Doc } else { LexemeKind::Comment },
            span: Span::new(file, comment.start, comment.end),
            first: comment.own_line,
        }))
        .collect();
    found.sort_by_key(|lexeme| lexeme.span);
    found
}
