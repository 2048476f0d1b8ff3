//! `parse`: text to tree, whatever the text. Declarations are found first and read one by one.

use super::ast::{Ast, Comment, Expr, Item};
use super::docs::{collect_docs, doc_line, docs_before};
use super::grammar::Rule;
use super::lexer::{CommentToken, LexerOutput, Token, lex};
use super::recovery::{Outline, RawDeclaration, Recovery, outline, poison};
use super::tree;
use super::validate::{Checks, check_header};
use crate::diag::{Code, FileId, Problem, Problems, Span};
use std::collections::{BTreeMap, BTreeSet};

/// Number of problems reported; the rest is only counted.
const MAX_PROBLEMS: usize = 100;

/// The tree of `text` and every problem of its syntax, in source order.
///
/// Never fails: what could not be read is left out of the tree, or is an
/// [`ExprKind::Error`](super::ast::ExprKind::Error) in it, and is reported. Errors are `MMC0101` to `MMC0107`. A
/// missing `pipeline NAME` is not reported here, because files brought in with `use` have none.
pub fn parse(file: FileId, text: &str) -> (Ast, Problems) {
    let parsed = read(file, text);
    (parsed.ast, parsed.problems)
}

/// The expression that is all of `text`, as in `--set NAME=VALUE`; none where there is a problem.
pub fn parse_expr(file: FileId, text: &str) -> (Option<Expr>, Problems) {
    let mut lexed = lex(file, text);
    let mut outline = outline(file, text, &mut lexed);
    let count = lexed.tokens.len();
    // Lines do not begin declarations here: the whole text is one expression.
    let closers = outline.declarations.iter().map(|declaration| declaration.closers.as_str()).collect();
    let broken = outline.declarations.iter().flat_map(|declaration| declaration.broken.clone()).collect();
    let deep = outline.declarations.iter().flat_map(|declaration| declaration.deep.clone()).collect();
    let declaration = RawDeclaration { tokens: 0..count, closers, broken, deep };
    let own = own_problems(&lexed, &mut outline);
    let mut recovery = Recovery::new(file, text, &lexed, &outline, &declaration, Rule::expression_alone);
    for (token, problem) in own {
        recovery.report(token, problem);
    }
    let expr = recovery.read(tree::alone);
    let mut problems = recovery.problems;
    problems.extend(lexed.loose.iter().cloned().collect());
    if let Some(expr) = &expr {
        let mut checks = Checks { problems: &mut problems, docs: &mut BTreeMap::new() };
        checks.expr(&mut expr.clone());
    }
    problems.sort();
    (expr.filter(|_| !problems.has_errors()), problems)
}

/// Parse result for the formatter: the tree, and the text range of each declaration.
pub(super) struct Parsed {
    pub(super) ast: Ast,
    pub(super) problems: Problems,
    pub(super) pieces: Vec<DeclarationText>,
    pub(super) tokens: Vec<Token>,
    pub(super) comments: Vec<CommentToken>,
}

/// One declaration in the text.
pub(super) struct DeclarationText {
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
    let mut ast = Ast { file, items: vec![], comments: vec![], unparsed: vec![] };
    let mut problems = Problems::new();
    let mut pieces = vec![];
    let mut after_unparsed = false;
    let mut doc_comments = BTreeSet::new();
    for declaration in &outline.declarations {
        let mut recovery = Recovery::new(file, text, &lexed, &outline, declaration, Rule::declaration);
        let mut own_of_declaration = vec![];
        while let Some((token, problem)) = own.next_if(|(token, _)| *token < declaration.tokens.end) {
            own_of_declaration.push((token, problem));
        }
        let Some((start, end)) = recovery.bounds() else { continue };
        let docs = docs_before(text, &lexed.comments, start);
        let mut piece = DeclarationText { item: None, start, end, docs: docs.clone() };
        let keyword = recovery.keyword();
        let known = keyword.is_some();
        if !known && let Some(problem) = recovery.unknown_declaration() {
            if !after_unparsed || recovery.misspelt.is_some() {
                recovery.problems.push(problem);
            }
            after_unparsed = recovery.misspelt.is_none();
            if after_unparsed {
                ast.unparsed.extend(recovery.unparsed());
                problems.extend(recovery.problems);
                pieces.push(piece);
                continue;
            }
            recovery.silent = true;
        }
        for (token, problem) in own_of_declaration {
            recovery.report_own(token, problem);
        }
        match recovery.read(tree::declaration) {
            Some((mut kind, span)) => {
                // Text without a keyword after a declaration with an error is probably part of it.
                after_unparsed = !recovery.problems.is_empty();
                let poisoned = match after_unparsed && recovery.misspelt.is_none() {
                    true => poison(&mut kind, &recovery.problems, text),
                    false => None,
                };
                if let Some(unparsed) = poisoned {
                    ast.unparsed.push(unparsed);
                    problems.extend(recovery.problems);
                    pieces.push(piece);
                    continue;
                }
                if recovery.problems.is_empty() {
                    piece.item = Some(ast.items.len());
                    doc_comments.extend(docs.clone());
                }
                let doc = docs.filter_map(|at| lexed.comments.get(at)).map(|comment| doc_line(text, comment)).collect();
                ast.items.push(Item { doc, kind, span });
            }
            None => {
                after_unparsed = true;
                ast.unparsed.extend(recovery.unparsed());
            }
        }
        problems.extend(recovery.problems);
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
fn own_problems(lexed: &LexerOutput, outline: &mut Outline) -> Vec<(usize, Problem)> {
    let mut own = lexed.problems.clone();
    own.append(&mut outline.problems);
    own.sort_by_key(|(token, problem)| (*token, problem.place()));
    own
}

/// Limits the number of problems; the last gives the number left out.
fn capped(problems: Problems) -> Problems {
    if problems.len() <= MAX_PROBLEMS {
        return problems;
    }
    let more = problems.len() - MAX_PROBLEMS;
    let mut shown: Vec<Problem> = problems.into_iter().take(MAX_PROBLEMS).collect();
    let place = shown.last().and_then(Problem::place).unwrap_or_default();
    shown.push(
        Problem::error(Code::UnexpectedToken, format!("{more} more problems of syntax are not shown"))
            .at(Span { start: place.end, ..place }, "from here on")
            .help("fix the problems above first; is this a pipeline file?"),
    );
    shown.into_iter().collect()
}
