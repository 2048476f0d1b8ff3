//! Reading one declaration: the smallest piece around a mistake is mended or taken out, reported once, and the rest is
//! read again, until it can be read or nothing is left to take out.

use super::messages::{Context, Failure, Mend, diagnose};
use super::outline::{Chunk, Outline};
use super::region::Region;
use crate::diag::{Code, FileId, Problem, Problems, Span, nearest};
use crate::syntax::KEYWORDS;
use crate::syntax::ast::{Lost, Name};
use crate::syntax::grammar::{Grammar, Rule};
use crate::syntax::lexer::{Bracket, Lexed, Token, TokenKind, shown};
use crate::syntax::tree::Place;
use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};
use std::collections::{BTreeMap, BTreeSet};

/// How often one declaration is read again after a mistake was taken out of it, and how many bytes that may come to.
const MAX_READINGS: usize = 64;
const MAX_READ_BYTES: usize = 4 << 20;

/// How many tokens away the ends of a line are looked for.
const MAX_LINE: usize = 500;

/// Reads one declaration, mending or taking out what is wrong until the rest can be read.
pub(in crate::syntax) struct Reader<'a> {
    file: FileId,
    pub(in crate::syntax) text: &'a str,
    tokens: &'a [Token],
    pub(in crate::syntax) outline: &'a Outline,
    pub(in crate::syntax) chunk: &'a Chunk,
    pub(in crate::syntax) rule: Rule,
    /// The text of the declaration from its first token, as mended so far, with the brackets it lacks closed.
    work: Vec<u8>,
    /// The offset in the file of the first byte of `work`; differs from the start where a keyword was respelt.
    shift: i64,
    /// The keyword it should begin with, where it begins with something like it.
    pub(in crate::syntax) misspelt: Option<&'static str>,
    pub(in crate::syntax) problems: Problems,
    /// The tokens at which something has been reported.
    reported: BTreeSet<usize>,
    /// Those of them that were not mended.
    unmended: BTreeSet<usize>,
    /// Brackets that are not where they should be.
    crossed: BTreeSet<usize>,
    /// Whether a bracket is never closed that holds the rest of the declaration.
    adrift: bool,
    /// How often each piece, by its first token and the bracket it stands in, has been taken out.
    steps: BTreeMap<(usize, Option<usize>), u8>,
    /// Whether everything there is to say has been said.
    pub(in crate::syntax) silent: bool,
}

impl<'a> Reader<'a> {
    pub(in crate::syntax) fn new(
        file: FileId,
        text: &'a str,
        lexed: &'a Lexed,
        outline: &'a Outline,
        chunk: &'a Chunk,
        rule: Rule,
    ) -> Self {
        let mut reader = Self {
            file,
            text,
            tokens: &lexed.tokens,
            outline,
            chunk,
            rule,
            work: vec![],
            shift: 0,
            misspelt: None,
            problems: Problems::new(),
            reported: BTreeSet::new(),
            unmended: BTreeSet::new(),
            crossed: BTreeSet::new(),
            adrift: false,
            steps: BTreeMap::new(),
            silent: false,
        };
        if let Some((start, end)) = reader.bounds() {
            reader.work = lexed.mended.get(start..end).unwrap_or(&[]).to_vec();
            reader.shift = i64::try_from(start).unwrap_or(0);
        }
        // A comment that follows the last token is no part of the piece, so the brackets can be closed right there.
        reader.work.extend_from_slice(chunk.closers.as_bytes());
        reader
    }

    pub(in crate::syntax) fn token(&self, at: usize) -> Option<Token> {
        self.tokens.get(at).copied().filter(|_| self.chunk.tokens.contains(&at))
    }

    pub(in crate::syntax) fn kind(&self, at: usize) -> Option<TokenKind> {
        self.token(at).map(|token| token.kind)
    }

    pub(in crate::syntax) fn word(&self, at: usize) -> &'a str {
        self.token(at).map_or("", |token| &self.text[token.start..token.end])
    }

    /// First and last byte of the declaration.
    pub(in crate::syntax) fn bounds(&self) -> Option<(usize, usize)> {
        let first = self.token(self.chunk.tokens.start)?;
        let last = self.token(self.chunk.tokens.end.checked_sub(1)?)?;
        Some((first.start, last.end))
    }

    pub(in crate::syntax) fn keyword(&self) -> Option<&'static str> {
        let word = self.word(self.chunk.tokens.start);
        self.misspelt.or_else(|| KEYWORDS.into_iter().find(|keyword| *keyword == word))
    }

    pub(in crate::syntax) fn report(&mut self, token: usize, problem: Problem) {
        if !self.silent {
            self.problems.push(problem);
        }
        self.reported.insert(token);
    }

    /// Reports what was found before the grammar was asked. A bracket puts its line in doubt, and one of the declaration's
    /// own that is never closed all that follows.
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
        self.adrift |= open && self.outline.parent[token].is_none() && self.rule == Rule::declaration;
    }

    /// What is said of a declaration that begins with no keyword; respells one that is nearly one.
    pub(in crate::syntax) fn unknown_declaration(&mut self) -> Option<Problem> {
        let at = self.chunk.tokens.start;
        let token = self.token(at)?;
        let span = Span::new(self.file, token.start, token.end);
        let word = self.word(at);
        let problem = Problem::error(Code::UnexpectedToken, format!("expected a declaration, found {}", shown(word)))
            .at(span, "");
        let follows = self.kind(at + 1);
        let declares = matches!(follows, Some(TokenKind::Word | TokenKind::Text | TokenKind::Open(_)));
        let meant = match word {
            _ if token.kind != TokenKind::Word || !declares => None,
            "import" | "include" => Some("use"),
            "def" | "func" | "function" | "fun" => Some("fn"),
            "let" | "const" | "var" | "parameter" => Some("param"),
            "dataset" => Some("data"),
            "target" | "output" => Some("label"),
            "input" => Some("modality"),
            _ => nearest(word, KEYWORDS).and_then(|near| KEYWORDS.into_iter().find(|keyword| *keyword == near)),
        };
        let Some(meant) = meant else {
            return Some(problem.help(format!("a declaration begins with one of `{}`", KEYWORDS.join("`, `"))));
        };
        self.misspelt = Some(meant);
        let rest = self.work.split_off((token.end - token.start).min(self.work.len()));
        self.work = meant.as_bytes().to_vec();
        self.work.extend(rest);
        self.shift = i64::try_from(token.end).unwrap_or(0) - i64::try_from(meant.len()).unwrap_or(0);
        self.reported.insert(at);
        Some(problem.help(format!("did you mean `{meant}`?")).edit(span, meant, false))
    }

    /// What can be said of a declaration that could not be read: any word before its value may be its name.
    pub(in crate::syntax) fn lost(&self) -> Vec<Lost> {
        let keyword = self.keyword().unwrap_or_default();
        let first = self.chunk.tokens.start + usize::from(!keyword.is_empty());
        let head = (first..self.chunk.tokens.end).map_while(|at| match self.kind(at) {
            Some(TokenKind::Word | TokenKind::Junk | TokenKind::Number) => Some(at),
            _ => None,
        });
        let names = head.filter(|at| self.kind(*at) == Some(TokenKind::Word)).filter_map(|at| self.token(at));
        let lost = |name: Option<Name>| Lost { keyword: keyword.to_owned(), name };
        let named: Vec<Lost> = names
            .map(|token| {
                let span = Span::new(self.file, token.start, token.end);
                lost(Some(Name { text: self.text[token.start..token.end].to_owned(), span }))
            })
            .collect();
        if named.is_empty() { vec![lost(None)] } else { named }
    }

    pub(in crate::syntax) fn read<T>(
        &mut self,
        build: impl std::ops::Fn(pest::iterators::Pairs<'_, Rule>, Place) -> Option<T>,
    ) -> Option<T> {
        let (start, end) = self.bounds().unwrap_or((self.text.len(), self.text.len()));
        for token in self.chunk.deep.clone() {
            self.take_out_outermost(token);
        }
        for opener in self.chunk.broken.clone() {
            self.take_out_around(opener);
        }
        let mut budget = MAX_READ_BYTES;
        for _ in 0..MAX_READINGS {
            let Ok(work) = String::from_utf8(self.work.clone()) else { break };
            let failure = match Grammar::parse(self.rule, &work) {
                Ok(pairs) => {
                    let respelt = self.misspelt.map_or(0, str::len);
                    let place = Place { file: self.file, shift: self.shift, respelt, start, end };
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
            // Every way out reports something; this says so if one does not.
            self.problems.push(
                Problem::error(Code::UnexpectedToken, "this declaration cannot be read")
                    .at(Span::new(self.file, start, end), ""),
            );
        }
        None
    }

    /// What pest's failure at an offset in `work` means in tokens.
    fn failure(&self, at: usize, expected: Vec<Rule>) -> Failure<'a> {
        let place = i64::try_from(at).unwrap_or(i64::MAX).saturating_add(self.shift);
        let offset = usize::try_from(place).unwrap_or(0);
        let range = self.chunk.tokens.clone();
        let tokens = self.tokens.get(range.clone()).unwrap_or(&[]);
        let mut found = range.start + tokens.partition_point(|token| token.end <= offset);
        // `a =` at a line's end takes the next line's key for its value and stumbles over what follows that key.
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

    fn failure_at(&self, found: usize, expected: Vec<Rule>) -> Failure<'a> {
        let opener = match self.kind(found) {
            Some(TokenKind::Close(_)) => Some(self.outline.mate[found]).filter(|opener| *opener != found),
            Some(_) => self.outline.parent[found],
            None => {
                let last = self.chunk.tokens.end.saturating_sub(1);
                match self.kind(last) {
                    Some(TokenKind::Open(_)) => Some(last),
                    Some(_) if !self.chunk.closers.is_empty() => self.outline.parent[last],
                    _ => None,
                }
            }
        };
        Failure {
            file: self.file,
            text: self.text,
            keyword: self.keyword(),
            context: self.context(opener),
            start: self.region_start(opener, found),
            previous: found.checked_sub(1).and_then(|at| self.token(at)),
            found: self.token(found),
            at: found,
            opener,
            expected,
        }
    }

    /// Reports the failure unless it follows from one already reported, then mends it or takes its piece out.
    /// False where nothing is left to take out.
    fn recover(&mut self, failure: &Failure<'_>) -> bool {
        // A line's beginning is unexpected because of what the line before it lacks.
        let lacking = failure.found.is_some_and(|token| token.first)
            && (!failure.follows_operand()
                || failure.context == Context::Block && self.kind(failure.at) == Some(TokenKind::Word));
        let at =
            if lacking && failure.at > self.chunk.tokens.start && self.outline.parent[failure.at - 1] == failure.opener
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
            None => (self.chunk.tokens.start, at),
        };
        let known = self.reported.range(first.min(at)..=end.max(at)).next().is_some()
            || self.follows_on_line(at)
            || self.unmended.range(self.line(failure.at)).next().is_some();
        let (problem, mend) = diagnose(failure);
        if !known {
            self.report(at, problem);
        }
        self.reported.insert(at);
        if let Some(mend) = mend
            && self.mend(&mend)
        {
            return true;
        }
        self.unmended.insert(at);
        if failure.opener.is_none() && failure.expected.contains(&Rule::EOI) && failure.follows_operand() {
            return self.cut(at);
        }
        match region {
            Some(region) => self.take_out(region),
            None => false,
        }
    }

    /// Whether something before on the line was reported and not mended, or a bracket anywhere on it: nothing after it can
    /// be relied on.
    fn follows_on_line(&self, at: usize) -> bool {
        let line = self.line(at);
        self.adrift
            || self.unmended.range(line.start..=at.max(line.start)).next().is_some()
            || self.crossed.range(line).next().is_some()
    }

    /// The tokens of the line that a token stands on.
    fn line(&self, at: usize) -> std::ops::Range<usize> {
        let range = &self.chunk.tokens;
        let begins = |at: &usize| self.token(*at).is_some_and(|token| token.first);
        let first = (range.start..=at).rev().take(MAX_LINE).find(begins).unwrap_or(at.saturating_sub(MAX_LINE));
        let end = (at + 1..range.end).take(MAX_LINE).find(begins).unwrap_or(range.end.min(at + MAX_LINE));
        first..end.max(first)
    }

    fn place(&self, offset: usize) -> Option<usize> {
        usize::try_from(i64::try_from(offset).ok()? - self.shift).ok()
    }

    /// Writes over a piece of the text; false where that changes nothing or would run two tokens together.
    fn mend(&mut self, mend: &Mend) -> bool {
        let Some(at) = self.place(mend.at) else { return false };
        let Some(place) = self.work.get_mut(at..at + mend.bytes.len()) else { return false };
        let insertion = mend.over_blank && !place.iter().all(|byte| byte.is_ascii_whitespace());
        if insertion || place == mend.bytes.as_slice() {
            return false;
        }
        place.copy_from_slice(&mend.bytes);
        true
    }

    /// The bytes in `work` of some tokens.
    fn bytes(&self, first: usize, end: usize) -> std::ops::Range<usize> {
        let start = self.token(first).and_then(|token| self.place(token.start));
        let last = end.checked_sub(1).and_then(|at| self.token(at)).and_then(|token| self.place(token.end));
        match (start, last) {
            (Some(start), Some(last)) if first < end && last <= self.work.len() => start..last.max(start),
            _ => 0..0,
        }
    }

    fn fill(&mut self, range: std::ops::Range<usize>, with: u8) {
        for byte in self.work.get_mut(range).into_iter().flatten() {
            *byte = if with == b' ' && *byte == b'\n' { b'\n' } else { with };
        }
    }

    /// Takes out everything from `at` that follows a complete declaration, up to a block that may follow.
    fn cut(&mut self, at: usize) -> bool {
        let region = self.header_region(at);
        let end = region.filter(|region| region.end > at && self.keyword() == Some("combine")).map(|region| region.end);
        let range = self.bytes(at, end.unwrap_or(self.chunk.tokens.end));
        let end = if end.is_some() { range.end } else { self.work.len() };
        if range.is_empty() {
            return false;
        }
        self.fill(range.start..end, b' ');
        true
    }

    /// Takes a piece out: first its value, then all of it, then what it stands in. False where nothing is left of it.
    fn take_out(&mut self, region: Region) -> bool {
        let step = self.steps.entry((region.first, region.opener)).or_insert(0);
        *step = step.saturating_add(1);
        if *step == 1 {
            let value = self.bytes(region.value, region.end);
            if !value.is_empty() {
                self.fill(value, 0);
                return true;
            }
            if self.make_room(region) {
                return true;
            }
        }
        let Some(opener) = region.opener else { return self.drop_block(region) };
        let step = self.steps.entry((region.first, region.opener)).or_insert(0);
        if *step <= 2 {
            *step = 3;
            let range = self.bytes(region.first, region.end);
            self.fill(range, b' ');
            let follows = if self.is_separator(region.end) {
                Some(region.end)
            } else {
                region.first.checked_sub(1).filter(|before| *before > opener && self.is_separator(*before))
            };
            if let Some(separator) = follows {
                let range = self.bytes(separator, separator + 1);
                self.fill(range, b' ');
            }
            return true;
        }
        self.take_out_around(opener)
    }

    /// Makes a hole where there is no value at all; false where there is no room for one.
    fn make_room(&mut self, region: Region) -> bool {
        if region.opener.is_none() && region.end == self.chunk.tokens.end && self.chunk.closers.is_empty() {
            self.work.extend_from_slice(b" \0");
            return true;
        }
        let (key, mark) =
            (self.bytes(region.first, region.value.saturating_sub(1)), self.bytes(region.first, region.value));
        if region.value < region.first + 2 || mark.end < key.end + 2 {
            return false;
        }
        let sign = self.work[mark.end - 1];
        self.work[key.end] = sign;
        self.fill(key.end + 1..mark.end, 0);
        true
    }

    /// Takes out a `combine`'s settings, if that is what the piece is.
    fn drop_block(&mut self, region: Region) -> bool {
        if self.keyword() != Some("combine") || !matches!(self.kind(region.first), Some(TokenKind::Open(_))) {
            return false;
        }
        let range = self.bytes(region.first, self.chunk.tokens.end);
        if range.is_empty() || self.work.get(range.clone()).is_some_and(|rest| rest.iter().all(u8::is_ascii_whitespace))
        {
            return false;
        }
        let end = self.work.len();
        self.fill(range.start..end, b' ');
        true
    }

    /// Takes out the piece that a bracket stands in.
    fn take_out_around(&mut self, opener: usize) -> bool {
        match self.outline.parent[opener] {
            Some(parent) => {
                let region = self.region(Some(parent), opener);
                self.take_out(region)
            }
            None => match self.header_region(opener) {
                Some(region) => self.take_out(region),
                None => false,
            },
        }
    }

    /// Takes out the outermost piece that a token stands in: an entry of the declaration's block, or its value.
    fn take_out_outermost(&mut self, token: usize) {
        let mut inner = token;
        let mut outer = None;
        while let Some(parent) = self.outline.parent[inner] {
            outer = Some((parent, inner));
            inner = parent;
        }
        match outer {
            Some((opener, inside)) if self.by_lines(Some(opener)) => {
                let region = self.region(Some(opener), inside);
                self.take_out(region);
            }
            _ => {
                if let Some(region) = self.header_region(inner) {
                    self.take_out(region);
                }
            }
        }
    }
}
