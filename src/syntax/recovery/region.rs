//! Regions of a declaration: the smallest entry or value around an error, which recovery can remove.

use super::failure::Context;
use super::state::Recovery;
use crate::syntax::grammar::Rule;
use crate::syntax::lexer::{Bracket, TokenKind, ends_operand};

/// A part of a declaration that can be removed separately.
#[derive(Clone, Copy, Debug)]
pub(in crate::syntax) struct Region {
    /// The bracket around it.
    pub(in crate::syntax) opener: Option<usize>,
    /// Its tokens.
    pub(in crate::syntax) first: usize,
    pub(in crate::syntax) end: usize,
    /// Where its value begins, after `key =` or `key:`.
    pub(in crate::syntax) value: usize,
}

impl Recovery<'_> {
    pub(in crate::syntax) fn context(&self, opener: Option<usize>) -> Context {
        let Some(opener) = opener else { return Context::Declaration };
        let before = opener.checked_sub(1).and_then(|at| self.token(at));
        let after_operand = before.is_some_and(|token| ends_operand(self.text, &token));
        let in_header = self.outline.parent[opener].is_none();
        match self.kind(opener) {
            Some(TokenKind::Open(Bracket::Paren)) => {
                if self.keyword() == Some("fn") && opener == self.declaration.tokens.start + 2 {
                    Context::Parameters
                } else if after_operand {
                    Context::Call
                } else {
                    Context::Group
                }
            }
            Some(TokenKind::Open(Bracket::Square)) => Context::List,
            _ if self.keyword() == Some("fn") && in_header && after_operand => Context::Body,
            _ if after_operand => Context::Block,
            _ => Context::Record,
        }
    }

    /// Whether entries of this bracket end at line ends.
    pub(in crate::syntax) fn by_lines(&self, opener: Option<usize>) -> bool {
        matches!(self.context(opener), Context::Block | Context::Body)
    }

    pub(in crate::syntax) fn is_separator(&self, at: usize) -> bool {
        matches!(self.kind(at), Some(TokenKind::Comma | TokenKind::Semicolon))
    }

    /// The first token of the piece in `opener` that holds or ends at `at`.
    pub(in crate::syntax) fn region_start(&self, opener: Option<usize>, at: usize) -> usize {
        let floor = opener.map_or(self.declaration.tokens.start, |opener| opener + 1);
        let by_lines = self.by_lines(opener);
        let mut first = at.min(self.declaration.tokens.end);
        while first > floor {
            if by_lines && first < at && self.outline.starts_line[first] {
                break;
            }
            if by_lines && first == at && self.token(at).is_some_and(|_| self.outline.starts_line[at]) {
                break;
            }
            let mut before = first - 1;
            if let Some(TokenKind::Close(_)) = self.kind(before) {
                before = self.outline.mate[before].min(before);
            }
            while self.outline.parent[before] != opener {
                match self.outline.parent[before] {
                    Some(parent) if parent >= floor => before = parent,
                    _ => return first,
                }
            }
            if self.is_separator(before) {
                break;
            }
            first = before;
        }
        first
    }

    /// The piece in `opener` that holds or ends at `at`.
    pub(in crate::syntax) fn region(&self, opener: Option<usize>, at: usize) -> Region {
        let first = self.region_start(opener, at);
        let limit = match opener {
            Some(opener) => {
                let last = self.outline.mate[opener];
                if matches!(self.kind(last), Some(TokenKind::Close(_))) && self.outline.mate[last] == opener {
                    last
                } else {
                    (last + 1).min(self.declaration.tokens.end)
                }
            }
            None => self.declaration.tokens.end,
        };
        let by_lines = self.by_lines(opener);
        let mut end = first;
        while end < limit && !(self.is_separator(end)) && !(by_lines && end > first && self.outline.starts_line[end]) {
            end = match self.kind(end) {
                Some(TokenKind::Open(_)) => self.outline.mate[end].max(end) + 1,
                _ => end + 1,
            };
        }
        let end = end.min(limit).max(first);
        let key = if self.word(first) == "let" { first + 1 } else { first };
        let marked = self.kind(key) == Some(TokenKind::Word)
            && matches!(self.kind(key + 1), Some(TokenKind::Assign | TokenKind::Colon))
            && key + 1 < end;
        Region { opener, first, end, value: if marked { key + 2 } else { first } }
    }

    /// The piece of the declaration itself, outside of all brackets, that `at` is in; none before its `=`.
    pub(in crate::syntax) fn header_region(&self, at: usize) -> Option<Region> {
        let range = self.declaration.tokens.clone();
        if self.rule == Rule::expression_alone {
            return Some(Region { opener: None, first: range.start, end: range.end, value: range.start });
        }
        let outside = |at: &usize| self.outline.parent[*at].is_none();
        let assign = range.clone().filter(outside).find(|at| self.kind(*at) == Some(TokenKind::Assign))?;
        let keyword = self.keyword();
        let tail = (assign + 1..range.end).filter(outside).find(|at| match keyword {
            Some("param") => self.word(*at) == "in",
            Some("combine") => {
                self.kind(*at) == Some(TokenKind::Open(Bracket::Brace)) && self.context(Some(*at)) == Context::Block
            }
            _ => false,
        });
        let end = tail.unwrap_or(range.end);
        if at <= assign {
            None
        } else if at <= end {
            Some(Region { opener: None, first: assign + 1, end, value: assign + 1 })
        } else {
            let first = if keyword == Some("param") { end + 1 } else { end };
            Some(Region { opener: None, first, end: range.end, value: first })
        }
    }
}
