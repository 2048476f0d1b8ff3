//! `parse`: text to tree, whatever the text. Declarations are found first and read one by one.

use super::ast::{Ast, Comment, Expr, Item};
use super::docs::{collect_docs, doc_line, docs_before};
use super::grammar::Rule;
use super::lexer::{CommentToken, Lexed, Token, lex};
use super::recovery::{Chunk, Outline, Recovery, outline, poison};
use super::tree;
use super::validate::{Checks, check_header};
use crate::diag::{Code, FileId, Problem, Problems, Span};
use std::collections::{BTreeMap, BTreeSet};

/// After how many problems the rest is only counted.
const MAX_PROBLEMS: usize = 100;

/// The tree of `text` and every problem of its syntax, in source order.
///
/// Never fails: what could not be read is left out of the tree, or is an [`ExprKind::Error`](super::ast::ExprKind::Error) in it, and is reported.
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
    let mut reader = Recovery::new(file, text, &lexed, &outline, &chunk, Rule::expression_alone);
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
        let mut reader = Recovery::new(file, text, &lexed, &outline, chunk, Rule::declaration);
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
                ast.lost.extend(reader.lost());
                problems.extend(reader.problems);
                pieces.push(piece);
                continue;
            }
            reader.silent = true;
        }
        for (token, problem) in of_chunk {
            reader.report_own(token, problem);
        }
        match reader.read(tree::declaration) {
            Some((mut kind, span)) => {
                // What follows a declaration with a mistake in it and begins with no keyword is likely a part of it.
                in_unknown = !reader.problems.is_empty();
                let poisoned = match in_unknown && reader.misspelt.is_none() {
                    true => poison(&mut kind, &reader.problems, text),
                    false => None,
                };
                if let Some(lost) = poisoned {
                    ast.lost.push(lost);
                    problems.extend(reader.problems);
                    pieces.push(piece);
                    continue;
                }
                if reader.problems.is_empty() {
                    piece.item = Some(ast.items.len());
                    doc_comments.extend(docs.clone());
                }
                let doc = docs.filter_map(|at| lexed.comments.get(at)).map(|comment| doc_line(text, comment)).collect();
                ast.items.push(Item { doc, kind, span });
            }
            None => {
                in_unknown = true;
                ast.lost.extend(reader.lost());
            }
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
