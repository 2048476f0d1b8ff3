//! Where the grammar stopped: the unexpected token, the bracket around it and what the grammar would have accepted.

use crate::diag::{Code, FileId, Problem, Span};
use crate::syntax::grammar::Rule;
use crate::syntax::lexer::{Token, TokenKind, ends_operand, shown};

/// The kind of bracket around an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::syntax) enum Context {
    /// None: the declaration itself.
    Declaration,
    /// `{ key = value }`
    Block,
    /// `{ let ...; EXPR }`
    Body,
    /// `{ key: value }`
    Record,
    /// `f( )`
    Call,
    /// `fn f( )`
    Parameters,
    /// `[ ]`, in an expression or a type.
    List,
    /// `( )` around an expression.
    Group,
}

/// A failure of the grammar.
pub(in crate::syntax) struct ParseFailure<'a> {
    pub(in crate::syntax) file: FileId,
    pub(in crate::syntax) text: &'a str,
    /// The keyword of the declaration.
    pub(in crate::syntax) keyword: Option<&'static str>,
    pub(in crate::syntax) context: Context,
    /// The first token of the piece around it.
    pub(in crate::syntax) start: usize,
    pub(in crate::syntax) previous: Option<Token>,
    /// The token that was not expected; none at the end of the declaration.
    pub(in crate::syntax) found: Option<Token>,
    /// Its number.
    pub(in crate::syntax) at: usize,
    /// The bracket around it.
    pub(in crate::syntax) opener: Option<usize>,
    /// That bracket and the one that closes it.
    pub(in crate::syntax) brackets: Option<(Token, Token)>,
    /// The tokens the grammar would have accepted.
    pub(in crate::syntax) expected: Vec<Rule>,
}

impl ParseFailure<'_> {
    pub(super) fn span(&self, token: &Token) -> Span {
        Span::new(self.file, token.start, token.end)
    }

    pub(super) fn slice(&self, token: &Token) -> &str {
        self.text.get(token.start..token.end).unwrap_or("")
    }

    /// Whether the text before is a complete operand.
    pub(in crate::syntax) fn follows_operand(&self) -> bool {
        self.previous.is_some_and(|token| ends_operand(self.text, &token))
    }

    pub(super) fn expects(&self, rule: Rule) -> bool {
        self.expected.contains(&rule)
    }

    /// Whether an expression could begin here.
    pub(super) fn expects_operand(&self) -> bool {
        [Rule::expression, Rule::number, Rule::list, Rule::arg].into_iter().any(|rule| self.expects(rule))
    }

    /// Whether the unexpected token could begin an expression.
    pub(super) fn begins_operand(&self) -> bool {
        self.found.is_some_and(|token| match token.kind {
            TokenKind::Number | TokenKind::Text | TokenKind::Open(_) => true,
            TokenKind::Word => !matches!(self.slice(&token), "then" | "else" | "in"),
            _ => false,
        })
    }

    /// The unexpected token in words.
    pub(super) fn found_words(&self) -> String {
        match (self.found, self.previous) {
            (None, _) => "the end of the declaration".to_owned(),
            (Some(token), Some(_)) if token.first && self.expects_operand() => "the end of the line".to_owned(),
            (Some(token), _) => shown(self.slice(&token)),
        }
    }

    /// The problem, placed: at the unexpected token, or at what it should follow where that is on an earlier line.
    pub(super) fn problem(&self, expected: &str) -> Problem {
        let problem =
            Problem::error(Code::UnexpectedToken, format!("expected {expected}, found {}", self.found_words()));
        match (self.found, self.previous) {
            (Some(token), Some(previous)) if token.first && self.expects_operand() => {
                problem.at(self.span(&previous), "nothing follows on this line")
            }
            (Some(token), _) => problem.at(self.span(&token), ""),
            (None, Some(previous)) => problem.at(self.span(&previous), "nothing follows this"),
            (None, None) => problem.at(Span::new(self.file, 0, 0), ""),
        }
    }

    /// The key or argument name directly before, where it begins its piece.
    pub(super) fn key_before(&self) -> Option<&str> {
        let previous = self.previous.filter(|token| token.kind == TokenKind::Word)?;
        (self.start + 1 == self.at).then(|| self.slice(&previous)).filter(|_| previous.end <= self.text.len())
    }
}
