//! State of recovery in one declaration: its tokens, the text as repaired so far, and the tokens already reported.

use super::outline::{Outline, RawDeclaration};
use crate::diag::{Code, FileId, Problem, Problems};
use crate::syntax::grammar::Rule;
use crate::syntax::keyword::KEYWORDS;
use crate::syntax::lexer::{Bracket, LexerOutput, Token, TokenKind};
use std::collections::{BTreeMap, BTreeSet};

/// Number of tokens searched for the ends of a line.
const MAX_LINE: usize = 500;

/// Recovery in one declaration.
pub(in crate::syntax) struct Recovery<'a> {
    pub(super) file: FileId,
    pub(in crate::syntax) text: &'a str,
    pub(super) tokens: &'a [Token],
    pub(in crate::syntax) outline: &'a Outline,
    pub(in crate::syntax) declaration: &'a RawDeclaration,
    pub(in crate::syntax) rule: Rule,
    /// The text of the declaration from its first token, as repaired so far, with the brackets it lacks closed.
    pub(super) work: Vec<u8>,
    /// The offset in the file of the first byte of `work`; differs from the start where a keyword was respelt.
    pub(super) shift: i64,
    /// The keyword it should begin with, if it begins with a misspelling.
    pub(in crate::syntax) misspelt: Option<&'static str>,
    pub(in crate::syntax) problems: Problems,
    /// The tokens at which something has been reported.
    pub(super) reported: BTreeSet<usize>,
    /// Those of them that were not repaired.
    pub(super) unrepaired: BTreeSet<usize>,
    /// Brackets that are not where they should be.
    pub(super) crossed: BTreeSet<usize>,
    /// Whether a bracket is never closed that holds the rest of the declaration.
    pub(super) unclosed_to_end: bool,
    /// Number of removals of each region, by its first token and enclosing bracket.
    pub(super) steps: BTreeMap<(usize, Option<usize>), u8>,
    /// Whether further problems of the declaration are dropped.
    pub(in crate::syntax) silent: bool,
}

impl<'a> Recovery<'a> {
    pub(in crate::syntax) fn new(
        file: FileId,
        text: &'a str,
        lexed: &'a LexerOutput,
        outline: &'a Outline,
        declaration: &'a RawDeclaration,
        rule: Rule,
    ) -> Self {
        let mut recovery = Self {
            file,
            text,
            tokens: &lexed.tokens,
            outline,
            declaration,
            rule,
            work: vec![],
            shift: 0,
            misspelt: None,
            problems: Problems::new(),
            reported: BTreeSet::new(),
            unrepaired: BTreeSet::new(),
            crossed: BTreeSet::new(),
            unclosed_to_end: false,
            steps: BTreeMap::new(),
            silent: false,
        };
        if let Some((start, end)) = recovery.bounds() {
            recovery.work = lexed.repaired.get(start..end).unwrap_or(&[]).to_vec();
            recovery.shift = i64::try_from(start).unwrap_or(0);
        }
        // A comment that follows the last token is no part of the piece, so the brackets can be closed right there.
        recovery.work.extend_from_slice(declaration.closers.as_bytes());
        recovery
    }

    pub(in crate::syntax) fn token(&self, at: usize) -> Option<Token> {
        self.tokens.get(at).copied().filter(|_| self.declaration.tokens.contains(&at))
    }

    pub(in crate::syntax) fn kind(&self, at: usize) -> Option<TokenKind> {
        self.token(at).map(|token| token.kind)
    }

    pub(in crate::syntax) fn word(&self, at: usize) -> &'a str {
        self.token(at).map_or("", |token| &self.text[token.start..token.end])
    }

    /// First and last byte of the declaration.
    pub(in crate::syntax) fn bounds(&self) -> Option<(usize, usize)> {
        let first = self.token(self.declaration.tokens.start)?;
        let last = self.token(self.declaration.tokens.end.checked_sub(1)?)?;
        Some((first.start, last.end))
    }

    pub(in crate::syntax) fn keyword(&self) -> Option<&'static str> {
        let word = self.word(self.declaration.tokens.start);
        self.misspelt.or_else(|| KEYWORDS.into_iter().find(|keyword| *keyword == word))
    }

    pub(in crate::syntax) fn report(&mut self, token: usize, problem: Problem) {
        if !self.silent {
            self.problems.push(problem);
        }
        self.reported.insert(token);
    }

    /// Reports problems found before the grammar ran. A bracket problem makes its line unreliable, and one of the
    /// declaration's own brackets that is never closed everything after it.
    pub(in crate::syntax) fn report_own(&mut self, token: usize, problem: Problem) {
        if problem.code != Code::UnclosedBracket {
            self.report(token, problem);
            return;
        }
        let known = self.reported.range(self.line(token)).next().is_some();
        if !known {
            self.report(token, problem);
        }
        self.crossed.insert(token);
        self.reported.insert(token);
        let open = matches!(self.kind(token), Some(TokenKind::Open(Bracket::Paren | Bracket::Square)));
        self.unclosed_to_end |= open && self.outline.parent[token].is_none() && self.rule == Rule::declaration;
    }

    /// Whether something before on the line was reported and not repaired, or a bracket anywhere on it: nothing after
    /// it can be relied on.
    pub(super) fn follows_on_line(&self, at: usize) -> bool {
        let line = self.line(at);
        self.unclosed_to_end
            || self.unrepaired.range(line.start..=at.max(line.start)).next().is_some()
            || self.crossed.range(line).next().is_some()
    }

    /// The tokens of the line that a token stands on.
    pub(super) fn line(&self, at: usize) -> std::ops::Range<usize> {
        let range = &self.declaration.tokens;
        let begins = |at: &usize| self.token(*at).is_some_and(|token| token.first);
        let first = (range.start..=at).rev().take(MAX_LINE).find(begins).unwrap_or(at.saturating_sub(MAX_LINE));
        let end = (at + 1..range.end).take(MAX_LINE).find(begins).unwrap_or(range.end.min(at + MAX_LINE));
        first..end.max(first)
    }

    pub(super) fn place(&self, offset: usize) -> Option<usize> {
        usize::try_from(i64::try_from(offset).ok()? - self.shift).ok()
    }

    /// The bytes in `work` of some tokens.
    pub(super) fn bytes(&self, first: usize, end: usize) -> std::ops::Range<usize> {
        let start = self.token(first).and_then(|token| self.place(token.start));
        let last = end.checked_sub(1).and_then(|at| self.token(at)).and_then(|token| self.place(token.end));
        match (start, last) {
            (Some(start), Some(last)) if first < end && last <= self.work.len() => start..last.max(start),
            _ => 0..0,
        }
    }

    pub(super) fn fill(&mut self, range: std::ops::Range<usize>, with: u8) {
        for byte in self.work.get_mut(range).into_iter().flatten() {
            *byte = if with == b' ' && *byte == b'\n' { b'\n' } else { with };
        }
    }
}
