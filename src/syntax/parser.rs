//! `parse`: text to tree, whatever the text. Declarations are read one by one; in one that is wrong, the smallest piece
//! around the mistake is mended or taken out, reported once, and the rest is read again.

use super::ast::{Ast, Comment, Entry, Expr, ExprKind, Item, ItemKind, Lost, Name};
use super::grammar::{Grammar, Rule};
use super::lexer::{CommentToken, Lexed, Token, TokenKind, ends_operand, lex, shown};
use super::mistake::{Context, Failure, Mend, diagnose};
use super::outline::{Chunk, Outline, outline};
use super::tree::{self, Place};
use super::{KEYWORDS, MAX_PROBLEMS};
use crate::diag::{Code, FileId, Problem, Problems, Span, nearest};
use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};
use std::collections::{BTreeMap, BTreeSet};

/// How often one declaration is read again after a mistake was taken out of it, and how many bytes that may come to.
const MAX_READINGS: usize = 64;
const MAX_READ_BYTES: usize = 4 << 20;

/// The tree of `text` and every problem of its syntax, in source order.
///
/// Never fails: what could not be read is left out of the tree, or is an [`ExprKind::Error`] in it, and is reported.
/// Errors are `MMC0101` to `MMC0107`. That a pipeline begins with `pipeline NAME` at all is not asked here, because a
/// file that is brought in with `use` does not.
pub fn parse(file: FileId, text: &str) -> (Ast, Problems) {
    let parsed = read(file, text);
    (parsed.ast, parsed.problems)
}

/// The expression that is all of `text`, as in `--set NAME=VALUE`; none where there is a problem.
pub fn parse_expr(file: FileId, text: &str) -> (Option<Expr>, Problems) {
    let mut lexed = lex(file, text);
    let mut outline = outline(file, text, &mut lexed);
    let count = lexed.tokens.len();
    // Lines are no declarations here: all of the text is one piece.
    let closers = outline.chunks.iter().map(|chunk| chunk.closers.as_str()).collect();
    let broken = outline.chunks.iter().flat_map(|chunk| chunk.broken.clone()).collect();
    let deep = outline.chunks.iter().flat_map(|chunk| chunk.deep.clone()).collect();
    let chunk = Chunk { tokens: 0..count, closers, broken, deep };
    let own = own_problems(&lexed, &mut outline);
    let mut reader = Reader::new(file, text, &lexed, &outline, &chunk, Rule::expression_alone);
    for (token, problem) in own {
        reader.report(token, problem);
    }
    let expr = reader.read(tree::alone);
    let mut problems = reader.problems;
    problems.extend(lexed.loose.iter().cloned().collect());
    if let Some(expr) = &expr {
        let mut checks = Checks { problems: &mut problems, docs: &mut BTreeMap::new() };
        checks.expr(&mut expr.clone());
    }
    problems.sort();
    (expr.filter(|_| !problems.has_errors()), problems)
}

/// What was read of a text, for the formatter: beside the tree, which piece of the text each declaration is.
pub(super) struct Parsed {
    pub(super) ast: Ast,
    pub(super) problems: Problems,
    pub(super) pieces: Vec<Piece>,
    pub(super) tokens: Vec<Token>,
    pub(super) comments: Vec<CommentToken>,
}

/// One declaration as it stands in the text.
pub(super) struct Piece {
    /// Its place in [`Ast::items`], if it was read without a problem of its syntax.
    pub(super) item: Option<usize>,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Its doc comment.
    pub(super) docs: std::ops::Range<usize>,
}

pub(super) fn read(file: FileId, text: &str) -> Parsed {
    let mut lexed = lex(file, text);
    let mut outline = outline(file, text, &mut lexed);
    let own = own_problems(&lexed, &mut outline);
    let mut own = own.into_iter().peekable();
    let mut ast = Ast { file, items: vec![], comments: vec![], lost: vec![] };
    let mut problems = Problems::new();
    let mut pieces = vec![];
    let mut in_unknown = false;
    let mut doc_comments = BTreeSet::new();
    for chunk in &outline.chunks {
        let mut reader = Reader::new(file, text, &lexed, &outline, chunk, Rule::declaration);
        let mut of_chunk = vec![];
        while let Some((token, problem)) = own.next_if(|(token, _)| *token < chunk.tokens.end) {
            of_chunk.push((token, problem));
        }
        let Some((start, end)) = reader.bounds() else { continue };
        let docs = docs_before(text, &lexed.comments, start);
        let mut piece = Piece { item: None, start, end, docs: docs.clone() };
        let keyword = reader.keyword();
        let known = keyword.is_some();
        if !known && let Some(problem) = reader.unknown_declaration() {
            if !in_unknown || reader.misspelt.is_some() {
                reader.problems.push(problem);
            }
            in_unknown = reader.misspelt.is_none();
            if in_unknown {
                problems.extend(reader.problems);
                pieces.push(piece);
                continue;
            }
            reader.silent = true;
        }
        in_unknown = false;
        for (token, problem) in of_chunk {
            reader.report(token, problem);
        }
        match reader.read(tree::declaration) {
            Some((kind, span)) => {
                if reader.problems.is_empty() {
                    piece.item = Some(ast.items.len());
                    doc_comments.extend(docs.clone());
                }
                let doc = docs.filter_map(|at| lexed.comments.get(at)).map(|comment| doc_line(text, comment)).collect();
                ast.items.push(Item { doc, kind, span });
            }
            None => ast.lost.extend(reader.lost()),
        }
        problems.extend(reader.problems);
        pieces.push(piece);
    }
    problems.extend(own.map(|(_, problem)| problem).chain(lexed.loose.iter().cloned()).collect());
    // Lines of `##` that no declaration took may belong to an entry.
    let mut docs = BTreeMap::new();
    collect_docs(text, &lexed, &doc_comments, &mut docs);
    let mut checks = Checks { problems: &mut problems, docs: &mut docs };
    for item in &mut ast.items {
        checks.item(item);
    }
    doc_comments.extend(docs.values().filter(|doc| doc.taken).flat_map(|doc| doc.comments.clone()));
    check_header(&ast, &mut problems);
    ast.comments = lexed
        .comments
        .iter()
        .enumerate()
        .filter(|(at, _)| !doc_comments.contains(at))
        .map(|(_, comment)| Comment {
            text: text[comment.start..comment.end].to_owned(),
            span: Span::new(file, comment.start, comment.end),
        })
        .collect();
    problems.sort();
    let problems = capped(problems);
    Parsed { ast, problems, pieces, tokens: lexed.tokens, comments: lexed.comments }
}

/// The problems that lexer and outline found, in source order.
fn own_problems(lexed: &Lexed, outline: &mut Outline) -> Vec<(usize, Problem)> {
    let mut own = lexed.problems.clone();
    own.append(&mut outline.problems);
    own.sort_by_key(|(token, problem)| (*token, problem.place()));
    own
}

/// The comments that are the documentation of what begins at `start`: the `##` lines directly before it.
pub(super) fn docs_before(text: &str, comments: &[CommentToken], start: usize) -> std::ops::Range<usize> {
    let end = comments.partition_point(|comment| comment.start < start);
    let mut first = end;
    let mut next = start;
    while let Some(comment) = first.checked_sub(1).and_then(|at| comments.get(at)) {
        let blank_between =
            text.get(comment.end..next).is_some_and(|gap| gap.bytes().all(|byte| byte.is_ascii_whitespace()));
        if !comment.own_line || !blank_between || !is_doc(&text[comment.start..comment.end]) {
            break;
        }
        first -= 1;
        next = comment.start;
    }
    first..end
}

/// Whether a comment is written as documentation: two `#`, no more.
pub(super) fn is_doc(comment: &str) -> bool {
    comment.strip_prefix("##").is_some_and(|rest| !rest.starts_with('#'))
}

fn doc_line(text: &str, comment: &CommentToken) -> String {
    let line = text.get(comment.start + 2..comment.end).unwrap_or("");
    line.strip_prefix(' ').unwrap_or(line).to_owned()
}

/// By the place of the token they stand before: runs of `##` lines.
type Docs = BTreeMap<u32, Doc>;

struct Doc {
    comments: std::ops::Range<usize>,
    lines: Vec<String>,
    /// Whether an entry begins at that token.
    taken: bool,
}

fn collect_docs(text: &str, lexed: &Lexed, taken: &BTreeSet<usize>, docs: &mut Docs) {
    let mut at = 0;
    while let Some(comment) = lexed.comments.get(at) {
        at += 1;
        if taken.contains(&(at - 1)) || !comment.own_line || !is_doc(&text[comment.start..comment.end]) {
            continue;
        }
        let next = lexed.tokens.partition_point(|token| token.start < comment.start);
        let Some(next) = lexed.tokens.get(next) else { break };
        let range = docs_before(text, &lexed.comments, next.start);
        if range.contains(&(at - 1)) {
            at = range.end;
            let lines = range.clone().filter_map(|at| lexed.comments.get(at)).map(|comment| doc_line(text, comment));
            let doc = Doc { lines: lines.collect(), comments: range, taken: false };
            docs.insert(u32::try_from(next.start).unwrap_or(u32::MAX), doc);
        }
    }
}

/// What is checked, and attached, once the tree stands: keys given twice, documentation of entries.
struct Checks<'a> {
    problems: &'a mut Problems,
    docs: &'a mut Docs,
}

impl Checks<'_> {
    fn item(&mut self, item: &mut Item) {
        match &mut item.kind {
            ItemKind::Pipeline(_) | ItemKind::Use(_) => {}
            ItemKind::Param(param) => {
                self.expr(&mut param.value);
                param.bounds.iter_mut().for_each(|bounds| self.expr(bounds));
            }
            ItemKind::Fn(function) => {
                function.args.iter_mut().filter_map(|arg| arg.default.as_mut()).for_each(|default| self.expr(default));
                function.lets.iter_mut().for_each(|binding| self.expr(&mut binding.value));
                self.expr(&mut function.body);
            }
            ItemKind::Label(typed) | ItemKind::Modality(typed) => {
                typed.ty.args.iter_mut().for_each(|arg| self.expr(arg));
                self.expr(&mut typed.value);
            }
            ItemKind::Shared(binding) | ItemKind::Encoder(binding) => self.expr(&mut binding.value),
            ItemKind::Combine(combine) => {
                self.expr(&mut combine.strategy);
                combine.settings.iter_mut().for_each(|block| self.entries(&mut block.entries));
            }
            ItemKind::Data(block) | ItemKind::Train(block) | ItemKind::Sweep(_, block) => {
                self.entries(&mut block.entries);
            }
        }
    }

    fn entries(&mut self, entries: &mut [Entry]) {
        self.unique(entries.iter().map(|entry| &entry.key));
        for entry in entries {
            if let Some(doc) = self.docs.get_mut(&entry.key.span.start) {
                doc.taken = true;
                entry.doc = doc.lines.clone();
            }
            self.expr(&mut entry.value);
        }
    }

    fn unique<'n>(&mut self, names: impl Iterator<Item = &'n Name>) {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for name in names {
            if let Some(first) = seen.get(name.text.as_str()) {
                self.problems.push(
                    Problem::error(Code::DuplicateKey, format!("`{}` is given twice", name.text))
                        .at(name.span, "given again")
                        .also(*first, "first given here")
                        .help("remove one of the two"),
                );
            } else {
                seen.insert(&name.text, name.span);
            }
        }
    }

    fn expr(&mut self, expr: &mut Expr) {
        match &mut expr.kind {
            ExprKind::Number(_) | ExprKind::Text(_) | ExprKind::Bool(_) | ExprKind::Name(_) | ExprKind::Error => {}
            ExprKind::List(elements) => elements.iter_mut().for_each(|element| self.expr(element)),
            ExprKind::Record(entries) => self.entries(entries),
            ExprKind::Field(inner, _) | ExprKind::Negate(inner) | ExprKind::Paren(inner) => self.expr(inner),
            ExprKind::Call(callee, args) => {
                self.expr(callee);
                if args.len() > 1 {
                    self.unique(args.iter().filter_map(|arg| arg.name.as_ref()));
                }
                args.iter_mut().for_each(|arg| self.expr(&mut arg.value));
            }
            ExprKind::Repeat(left, right)
            | ExprKind::Pipe(left, right)
            | ExprKind::Binary(_, left, right)
            | ExprKind::Range { start: left, end: right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::If(condition, then, otherwise) => {
                self.expr(condition);
                self.expr(then);
                self.expr(otherwise);
            }
        }
    }
}

/// `pipeline NAME` stands first, and once.
fn check_header(ast: &Ast, problems: &mut Problems) {
    let mut first: Option<Span> = None;
    for (at, item) in ast.items.iter().enumerate() {
        let ItemKind::Pipeline(name) = &item.kind else { continue };
        if let Some(first) = first {
            problems.push(
                Problem::error(Code::PipelineHeader, "a file describes one pipeline")
                    .at(item.span, "a second `pipeline`")
                    .also(first, "the first is here")
                    .help("remove it, or move what follows to a file of its own"),
            );
        } else if at > 0
            && let Some(before) = ast.items.first()
        {
            problems.push(
                Problem::error(Code::PipelineHeader, "expected `pipeline` before every other declaration")
                    .at(item.span, "")
                    .also(before.span, "the first declaration")
                    .help(format!("move `pipeline {}` to the top of the file", name.text)),
            );
        }
        first = first.or(Some(item.span));
    }
}

/// No more problems than anyone reads; the last says how many are left out.
fn capped(problems: Problems) -> Problems {
    if problems.len() <= MAX_PROBLEMS {
        return problems;
    }
    let more = problems.len() - MAX_PROBLEMS;
    let mut shown: Vec<Problem> = problems.into_iter().take(MAX_PROBLEMS).collect();
    let place = shown.last().and_then(Problem::place).unwrap_or_default();
    shown.push(
        Problem::error(Code::UnexpectedToken, format!("{more} more problems of syntax are not shown"))
            .at(Span { start: place.end, ..place }, "after this")
            .help("mend the ones above first; is this a pipeline file?"),
    );
    shown.into_iter().collect()
}

/// Reads one declaration, mending or taking out what is wrong until the rest can be read.
struct Reader<'a> {
    file: FileId,
    text: &'a str,
    tokens: &'a [Token],
    outline: &'a Outline,
    chunk: &'a Chunk,
    rule: Rule,
    /// The text of the declaration from its first token, as mended so far, with the brackets it lacks closed.
    work: Vec<u8>,
    /// The offset in the file of the first byte of `work`; differs from the start where a keyword was respelt.
    shift: i64,
    /// The keyword it should begin with, where it begins with something like it.
    misspelt: Option<&'static str>,
    problems: Problems,
    /// The tokens at which something has been reported.
    reported: BTreeSet<usize>,
    /// How often each piece, by its first token and the bracket it stands in, has been taken out.
    steps: BTreeMap<(usize, Option<usize>), u8>,
    /// Whether everything there is to say has been said.
    silent: bool,
}

/// A piece of a declaration that can be taken out on its own.
#[derive(Clone, Copy, Debug)]
struct Region {
    /// The bracket it stands in.
    opener: Option<usize>,
    /// Its tokens.
    first: usize,
    end: usize,
    /// Where its value begins, after `key =` or `key:`.
    value: usize,
}

impl<'a> Reader<'a> {
    fn new(file: FileId, text: &'a str, lexed: &'a Lexed, outline: &'a Outline, chunk: &'a Chunk, rule: Rule) -> Self {
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

    fn token(&self, at: usize) -> Option<Token> {
        self.tokens.get(at).copied().filter(|_| self.chunk.tokens.contains(&at))
    }

    fn kind(&self, at: usize) -> Option<TokenKind> {
        self.token(at).map(|token| token.kind)
    }

    fn word(&self, at: usize) -> &'a str {
        self.token(at).map_or("", |token| &self.text[token.start..token.end])
    }

    /// First and last byte of the declaration.
    fn bounds(&self) -> Option<(usize, usize)> {
        let first = self.token(self.chunk.tokens.start)?;
        let last = self.token(self.chunk.tokens.end.checked_sub(1)?)?;
        Some((first.start, last.end))
    }

    fn keyword(&self) -> Option<&'static str> {
        let word = self.word(self.chunk.tokens.start);
        self.misspelt.or_else(|| KEYWORDS.into_iter().find(|keyword| *keyword == word))
    }

    fn report(&mut self, token: usize, problem: Problem) {
        if !self.silent {
            self.problems.push(problem);
        }
        self.reported.insert(token);
    }

    /// What is said of a declaration that begins with no keyword; respells one that is nearly one.
    fn unknown_declaration(&mut self) -> Option<Problem> {
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

    /// What can be said of a declaration that could not be read.
    fn lost(&self) -> Option<Lost> {
        let keyword = self.keyword()?.to_owned();
        let name = self.token(self.chunk.tokens.start + 1).filter(|token| token.kind == TokenKind::Word);
        let name = name.map(|token| Name {
            text: self.text[token.start..token.end].to_owned(),
            span: Span::new(self.file, token.start, token.end),
        });
        Some(Lost { keyword, name })
    }

    fn read<T>(&mut self, build: impl std::ops::Fn(pest::iterators::Pairs<'_, Rule>, Place) -> Option<T>) -> Option<T> {
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

    fn context(&self, opener: Option<usize>) -> Context {
        let Some(opener) = opener else { return Context::Declaration };
        let before = opener.checked_sub(1).and_then(|at| self.token(at));
        let after_operand = before.is_some_and(|token| ends_operand(self.text, &token));
        let in_header = self.outline.parent[opener].is_none();
        match self.kind(opener) {
            Some(TokenKind::Open(super::lexer::Bracket::Paren)) => {
                if self.keyword() == Some("fn") && opener == self.chunk.tokens.start + 2 {
                    Context::Parameters
                } else if after_operand {
                    Context::Call
                } else {
                    Context::Group
                }
            }
            Some(TokenKind::Open(super::lexer::Bracket::Square)) => Context::List,
            _ if self.keyword() == Some("fn") && in_header && after_operand => Context::Body,
            _ if after_operand => Context::Block,
            _ => Context::Record,
        }
    }

    /// Whether entries of this bracket end where a line begins anew.
    fn by_lines(&self, opener: Option<usize>) -> bool {
        matches!(self.context(opener), Context::Block | Context::Body)
    }

    fn is_separator(&self, at: usize) -> bool {
        matches!(self.kind(at), Some(TokenKind::Comma | TokenKind::Semicolon))
    }

    /// The first token of the piece in `opener` that holds or ends at `at`.
    fn region_start(&self, opener: Option<usize>, at: usize) -> usize {
        let floor = opener.map_or(self.chunk.tokens.start, |opener| opener + 1);
        let by_lines = self.by_lines(opener);
        let mut first = at.min(self.chunk.tokens.end);
        while first > floor {
            if by_lines && first < at && self.outline.fresh[first] {
                break;
            }
            if by_lines && first == at && self.token(at).is_some_and(|_| self.outline.fresh[at]) {
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
    fn region(&self, opener: Option<usize>, at: usize) -> Region {
        let first = self.region_start(opener, at);
        let limit = match opener {
            Some(opener) => {
                let last = self.outline.mate[opener];
                if matches!(self.kind(last), Some(TokenKind::Close(_))) && self.outline.mate[last] == opener {
                    last
                } else {
                    (last + 1).min(self.chunk.tokens.end)
                }
            }
            None => self.chunk.tokens.end,
        };
        let by_lines = self.by_lines(opener);
        let mut end = first;
        while end < limit && !(self.is_separator(end)) && !(by_lines && end > first && self.outline.fresh[end]) {
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
    fn header_region(&self, at: usize) -> Option<Region> {
        let range = self.chunk.tokens.clone();
        if self.rule == Rule::expression_alone {
            return Some(Region { opener: None, first: range.start, end: range.end, value: range.start });
        }
        let outside = |at: &usize| self.outline.parent[*at].is_none();
        let assign = range.clone().filter(outside).find(|at| self.kind(*at) == Some(TokenKind::Assign))?;
        let keyword = self.keyword();
        let tail = (assign + 1..range.end).filter(outside).find(|at| match keyword {
            Some("param") => self.word(*at) == "in",
            Some("combine") => {
                self.kind(*at) == Some(TokenKind::Open(super::lexer::Bracket::Brace))
                    && self.context(Some(*at)) == Context::Block
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
        let known = self.reported.range(first.min(at)..=end.max(at)).next().is_some();
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
        if failure.opener.is_none() && failure.expected.contains(&Rule::EOI) && failure.follows_operand() {
            return self.cut(at);
        }
        match region {
            Some(region) => self.take_out(region),
            None => false,
        }
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
