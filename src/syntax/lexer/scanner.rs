//! Scanner state: position in the text, the tokens so far, and the copy of the text in which invalid tokens are repaired.

use super::token::{LexerOutput, Token, TokenKind, ends_operand};
use crate::diag::{FileId, Problem, Span};
use std::cell::Cell;

pub(super) struct Scanner<'a> {
    pub(super) file: FileId,
    pub(super) text: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    pub(super) first: bool,
    /// The line that was last looked for: a place in it, and its end.
    pub(super) line: Cell<(usize, usize)>,
    pub(super) lexed: LexerOutput,
}

impl Scanner<'_> {
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    pub(super) fn char_at(&self, at: usize) -> char {
        self.text.get(at..).and_then(|rest| rest.chars().next()).unwrap_or('\0')
    }

    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }

    pub(super) fn push(&mut self, kind: TokenKind, end: usize) {
        self.lexed.tokens.push(Token { kind, start: self.at, end, first: self.first });
        self.first = false;
        self.at = end;
    }

    /// Reports a problem with the token that was or is being pushed last.
    pub(super) fn report(&mut self, problem: Problem) {
        let token = self.lexed.tokens.len().saturating_sub(1);
        self.lexed.problems.push((token, problem));
    }

    pub(super) fn blank(&mut self, range: std::ops::Range<usize>) {
        for byte in self.lexed.repaired.get_mut(range).into_iter().flatten() {
            *byte = b' ';
        }
    }

    pub(super) fn hole(&mut self, range: std::ops::Range<usize>) {
        for byte in self.lexed.repaired.get_mut(range).into_iter().flatten() {
            *byte = 0;
        }
    }

    pub(super) fn set(&mut self, at: usize, bytes: &[u8]) {
        if let Some(place) = self.lexed.repaired.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    }

    /// Where the line of a place ends. A line is searched once, however many tokens ask for its end.
    pub(super) fn line_end(&self, from: usize) -> usize {
        let (known, end) = self.line.get();
        if (known..=end).contains(&from) && end > 0 {
            return end;
        }
        let rest = self.bytes.get(from..).unwrap_or(&[]);
        let end = memchr::memchr(b'\n', rest).map_or(self.bytes.len(), |n| from + n);
        self.line.set((from, end));
        end
    }

    pub(super) fn after_operand(&self) -> bool {
        self.lexed.tokens.last().is_some_and(|token| token.end == self.at && ends_operand(self.text, token))
    }
}
