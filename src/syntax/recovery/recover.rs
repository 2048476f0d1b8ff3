//! The recovery loop of one declaration: the grammar parses it; the smallest region around a failure is repaired or
//! removed and reported once; the grammar parses the rest again.

use super::failure::{Context, ParseFailure};
use super::messages::diagnose;
use super::state::Recovery;
use crate::diag::{Code, Problem, Span};
use crate::syntax::grammar::{Grammar, Rule};
use crate::syntax::lexer::TokenKind;
use crate::syntax::tree::SourceOffsets;
use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

/// Limits of repeated parses of one declaration: their number, and the total number of bytes.
const MAX_READINGS: usize = 64;
const MAX_READ_BYTES: usize = 4 << 20;

impl<'a> Recovery<'a> {
    pub(in crate::syntax) fn read<T>(
        &mut self,
        build: impl std::ops::Fn(pest::iterators::Pairs<'_, Rule>, SourceOffsets) -> Option<T>,
    ) -> Option<T> {
        let (start, end) = self.bounds().unwrap_or((self.text.len(), self.text.len()));
        for token in self.declaration.deep.clone() {
            self.take_out_outermost(token);
        }
        for opener in self.declaration.broken.clone() {
            self.take_out_around(opener);
        }
        let mut budget = MAX_READ_BYTES;
        for _ in 0..MAX_READINGS {
            let Ok(work) = String::from_utf8(self.work.clone()) else { break };
            let failure = match Grammar::parse(self.rule, &work) {
                Ok(pairs) => {
                    let respelt = self.misspelt.map_or(0, str::len);
                    let place = SourceOffsets { file: self.file, shift: self.shift, respelt, start, end };
                    let built = build(pairs, place);
                    if built.is_none() {
                        self.problems.push(
                            Problem::error(Code::Internal, "the grammar and the syntax tree disagree")
                                .at(Span::new(self.file, start, end), "read by the grammar, unknown to the tree")
                                .help("please report this, with the file"),
                        );
                    }
                    return built;
                }
                Err(error) => {
                    let at = match error.location {
                        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
                    };
                    let expected = match error.variant {
                        ErrorVariant::ParsingError { positives, .. } => positives,
                        ErrorVariant::CustomError { .. } => vec![],
                    };
                    self.failure(at, expected)
                }
            };
            if !self.recover(&failure) || work.len() > budget {
                break;
            }
            budget -= work.len();
        }
        if self.problems.is_empty() && !self.silent {
            // Every other exit reports a problem.
            self.problems.push(
                Problem::error(Code::UnexpectedToken, "this declaration cannot be read")
                    .at(Span::new(self.file, start, end), ""),
            );
        }
        None
    }

    /// Pest's failure at an offset in `work`, in tokens.
    fn failure(&self, at: usize, expected: Vec<Rule>) -> ParseFailure<'a> {
        let place = i64::try_from(at).unwrap_or(i64::MAX).saturating_add(self.shift);
        let offset = usize::try_from(place).unwrap_or(0);
        let range = self.declaration.tokens.clone();
        let tokens = self.tokens.get(range.clone()).unwrap_or(&[]);
        let mut found = range.start + tokens.partition_point(|token| token.end <= offset);
        // `a =` at a line's end takes the next line's key for its value and fails after that key.
        let marks = |at: usize| matches!(self.kind(at), Some(TokenKind::Assign | TokenKind::Colon));
        if let (true, Some(key), Some(demand)) = (marks(found), found.checked_sub(1), found.checked_sub(2))
            && self.token(key).is_some_and(|token| token.first && token.kind == TokenKind::Word)
            && (marks(demand)
                || self.kind(demand) == Some(TokenKind::Operator)
                || matches!(self.word(demand), "if" | "then" | "else"))
        {
            found = key;
            return self.failure_at(found, vec![Rule::expression]);
        }
        self.failure_at(found, expected)
    }

    fn failure_at(&self, found: usize, expected: Vec<Rule>) -> ParseFailure<'a> {
        let opener = match self.kind(found) {
            Some(TokenKind::Close(_)) => Some(self.outline.mate[found]).filter(|opener| *opener != found),
            Some(_) => self.outline.parent[found],
            None => {
                let last = self.declaration.tokens.end.saturating_sub(1);
                match self.kind(last) {
                    Some(TokenKind::Open(_)) => Some(last),
                    Some(_) if !self.declaration.closers.is_empty() => self.outline.parent[last],
                    _ => None,
                }
            }
        };
        ParseFailure {
            file: self.file,
            text: self.text,
            keyword: self.keyword(),
            context: self.context(opener),
            start: self.region_start(opener, found),
            previous: found.checked_sub(1).and_then(|at| self.token(at)),
            found: self.token(found),
            at: found,
            opener,
            brackets: opener.and_then(|opener| {
                let mate = self.outline.mate.get(opener).copied().filter(|mate| *mate != opener)?;
                Some((self.token(opener)?, self.token(mate)?))
            }),
            expected,
        }
    }

    /// Reports the failure unless it follows from one already reported, then repairs it or removes its region.
    /// False where nothing is left to remove.
    fn recover(&mut self, failure: &ParseFailure<'_>) -> bool {
        // The first token of a line is unexpected because the line before it is incomplete.
        let lacking = failure.found.is_some_and(|token| token.first)
            && (!failure.follows_operand()
                || failure.context == Context::Block && self.kind(failure.at) == Some(TokenKind::Word));
        let at = if lacking
            && failure.at > self.declaration.tokens.start
            && self.outline.parent[failure.at - 1] == failure.opener
        {
            failure.at - 1
        } else {
            failure.at
        };
        let region = match failure.opener {
            Some(opener) => Some(self.region(Some(opener), at)),
            None => self.header_region(at),
        };
        let (first, end) = match region {
            Some(region) => (region.first, region.end),
            None => (self.declaration.tokens.start, at),
        };
        let known = self.reported.range(first.min(at)..=end.max(at)).next().is_some()
            || self.follows_on_line(at)
            || self.unrepaired.range(self.line(failure.at)).next().is_some();
        let (problem, repair) = diagnose(failure);
        if !known {
            self.report(at, problem);
        }
        self.reported.insert(at);
        if let Some(repair) = repair
            && self.repair(&repair)
        {
            return true;
        }
        self.unrepaired.insert(at);
        if failure.opener.is_none() && failure.expected.contains(&Rule::EOI) && failure.follows_operand() {
            return self.cut(at);
        }
        match region {
            Some(region) => self.take_out(region),
            None => false,
        }
    }
}
