//! Messages of error recovery: the report for a failure, and the repair with which the rest can be parsed.

use super::failure::{Context, ParseFailure};
use super::forms::words_of;
use super::head::declaration_head;
use super::placeholder::listed_inputs;
use super::repair::Repair;
use crate::diag::{Code, Problem, Span};
use crate::syntax::grammar::Rule;
use crate::syntax::keyword::RESERVED;
use crate::syntax::lexer::{Bracket, TokenKind, shown};

/// The report for a failure, and the repair with which the rest can be parsed, if there is one.
pub(in crate::syntax) fn diagnose(failure: &ParseFailure<'_>) -> (Problem, Option<Repair>) {
    mark_of_another_kind(failure)
        .or_else(|| bare_key(failure))
        .or_else(|| declaration_head(failure))
        .or_else(|| list_in_parentheses(failure))
        .or_else(|| missing_separator(failure))
        .or_else(|| branch(failure))
        .or_else(|| listed_inputs(failure).map(|problem| (problem, None)))
        .or_else(|| missing_operand(failure))
        .unwrap_or_else(|| (plain(failure), None))
}

/// `:` for `=`, `=` for `:`, `;` for `,`.
fn mark_of_another_kind(failure: &ParseFailure<'_>) -> Option<(Problem, Option<Repair>)> {
    let found = failure.found?;
    let span = failure.span(&found);
    match (failure.context, found.kind) {
        (Context::Block, TokenKind::Colon) => {
            let key = failure.key_before()?;
            let spaced = failure.previous.is_some_and(|previous| previous.end < found.start);
            let problem = failure
                .problem(&format!("`=` after `{key}`"))
                .help("a block is written `{ key = value }`, a record `{ key: value }`")
                .edit(span, if spaced { "=" } else { " =" }, true);
            Some((problem, Repair::over(&found, "=")))
        }
        (Context::Record | Context::Call, TokenKind::Assign) => {
            let key = failure.key_before()?;
            let previous = failure.previous?;
            let spaced = previous.end < found.start;
            let what = if failure.context == Context::Call {
                "an argument is given by name as `f(key: value)`"
            } else {
                "a record is written `{ key: value }`, a block `{ key = value }`"
            };
            let problem = failure.problem(&format!("`:` after `{key}`")).help(what).edit(
                Span::new(failure.file, previous.end, found.end),
                if spaced { ":" } else { ": " },
                true,
            );
            Some((problem, Repair::over(&found, ":")))
        }
        (Context::Record | Context::Call | Context::List | Context::Parameters, TokenKind::Semicolon)
            if failure.follows_operand() =>
        {
            let problem = failure.problem("`,`").help("entries are separated by `,`").edit(span, ",", true);
            Some((problem, Repair::over(&found, ",")))
        }
        (Context::Body, TokenKind::Comma) if failure.follows_operand() => {
            let help = "in the body of a function, lines are separated by a line end or `;`";
            Some((failure.problem("`;`").help(help).edit(span, ";", true), Repair::over(&found, ";")))
        }
        _ => None,
    }
}

/// A word where a setting should be, and no `=` after it.
fn bare_key(failure: &ParseFailure<'_>) -> Option<(Problem, Option<Repair>)> {
    let (found, previous) = (failure.found?, failure.previous?);
    if failure.context != Context::Block || found.first || found.kind == TokenKind::Assign {
        return None;
    }
    let key = failure.key_before()?;
    let mut problem = failure.problem(&format!("`=` after `{key}`")).help("a setting is written `key = value`");
    if failure.begins_operand() {
        problem = problem.edit(Span::new(failure.file, previous.end, previous.end), " =", false);
    }
    Some((problem, None))
}

/// `(16, 16)` for `[16, 16]`.
fn list_in_parentheses(failure: &ParseFailure<'_>) -> Option<(Problem, Option<Repair>)> {
    failure.found.filter(|found| found.kind == TokenKind::Comma)?;
    if failure.context != Context::Group || !failure.follows_operand() {
        return None;
    }
    let problem = failure.problem("an operator or `)`").help("a list is written in brackets: `[a, b]`");
    let Some((open, close)) = failure.brackets.filter(|(_, close)| close.kind == TokenKind::Close(Bracket::Paren))
    else {
        return Some((problem, None));
    };
    let inside = failure.text.get(open.end..close.start)?;
    let problem = problem.edit(failure.span(&open), "[", false).edit(failure.span(&close), "]", false);
    let bytes = format!("[{inside}]").into_bytes();
    Some((problem, Some(Repair { at: open.start, bytes, over_blank: false })))
}

/// Two entries next to each other.
fn missing_separator(failure: &ParseFailure<'_>) -> Option<(Problem, Option<Repair>)> {
    let found = failure.found?;
    let previous = failure.previous?;
    if !failure.follows_operand() || failure.expects_operand() {
        return None;
    }
    let insert = Span::new(failure.file, previous.end, previous.end);
    match failure.context {
        Context::Call | Context::List | Context::Record | Context::Parameters if failure.begins_operand() => {
            if !failure.expects(Rule::comma) && failure.context == Context::Record {
                return None;
            }
            let before = shown(failure.slice(&found));
            let problem = Problem::error(Code::UnexpectedToken, format!("expected `,` before {before}"))
                .at(failure.span(&found), "")
                .also(failure.span(&previous), "the entry before it")
                .help("entries are separated by `,`")
                .edit(insert, ",", true);
            Some((problem, Repair::after(&previous, ",")))
        }
        Context::Block | Context::Body if found.kind == TokenKind::Word && !found.first => {
            let before = shown(failure.slice(&found));
            let (mark, help) = if failure.context == Context::Block {
                (",", "settings are separated by a line end, or by `,`")
            } else {
                (";", "lines are separated by a line end, or by `;`")
            };
            let problem =
                Problem::error(Code::UnexpectedToken, format!("expected a line end or `{mark}` before {before}"))
                    .at(failure.span(&found), "")
                    .help(help)
                    .edit(insert, mark, true);
            Some((problem, Repair::after(&previous, mark)))
        }
        _ => None,
    }
}

/// `if` without `then` or `else`.
fn branch(failure: &ParseFailure<'_>) -> Option<(Problem, Option<Repair>)> {
    if failure.expects(Rule::k_then) {
        return Some((failure.problem("`then`").help("a choice is written `if CONDITION then A else B`"), None));
    }
    if failure.expects(Rule::k_else) {
        return Some((failure.problem("`else`").help("every `if` has a value, so it needs an `else`"), None));
    }
    None
}

/// A missing value.
fn missing_operand(failure: &ParseFailure<'_>) -> Option<(Problem, Option<Repair>)> {
    if !failure.expects_operand() {
        return None;
    }
    if failure.context == Context::Body && failure.follows_operand() {
        let help = "the body of a function ends with the expression that is its result: `{ let y = EXPR; y }`";
        let problem = match failure.found {
            Some(token) => Problem::error(
                Code::UnexpectedToken,
                format!("expected the result of the function, found {}", shown(failure.slice(&token))),
            )
            .at(failure.span(&token), ""),
            None => failure.problem("the result of the function"),
        };
        return Some((problem.help(help), None));
    }
    let previous = failure.previous.map(|token| (token, failure.slice(&token)));
    let found = failure.found.map(|token| (token, failure.slice(&token)));
    let expected = match previous {
        Some((token, before))
            if !matches!(token.kind, TokenKind::Open(_) | TokenKind::Comma | TokenKind::Semicolon) =>
        {
            format!("an expression after {}", shown(before))
        }
        _ => "an expression".to_owned(),
    };
    let problem = failure.problem(&expected);
    let help = match (found, previous) {
        (Some((_, word)), _) if RESERVED.contains(&word) => {
            return Some((problem.help(format!("`{word}` is a reserved word")), None));
        }
        (Some((token, ",")), Some((before, _))) if matches!(before.kind, TokenKind::Open(_) | TokenKind::Comma) => {
            let problem = problem.help("remove this `,`, or say what stands before it");
            return Some((problem.edit(failure.span(&token), "", false), Repair::over(&token, " ")));
        }
        (Some((token, "+")), _) => {
            let problem = problem.help("a number is positive without a `+`").edit(failure.span(&token), "", true);
            return Some((problem, Repair::over(&token, " ")));
        }
        (Some((_, "*")), _) => "there is no power operator `**`",
        (Some((_, "=")), _) => "two values are compared with `==`",
        (Some((_, ":")), _) if failure.context == Context::Call => "an argument's name is one word: `f(key: value)`",
        _ => return Some((problem, None)),
    };
    Some((problem.help(help), None))
}

/// Any other failure: lists the tokens that the grammar accepts.
fn plain(failure: &ParseFailure<'_>) -> Problem {
    let closing = match failure.context {
        Context::Declaration => None,
        Context::Block | Context::Body | Context::Record => Some("`}`"),
        Context::Call | Context::Parameters | Context::Group => Some("`)`"),
        Context::List => Some("`]`"),
    };
    let mut words: Vec<&str> = vec![];
    if failure.follows_operand() && !failure.expects(Rule::name) {
        match failure.context {
            Context::Block => words.push("a line end"),
            Context::Call | Context::List | Context::Record | Context::Parameters => words.push("`,`"),
            _ => words.push("an operator"),
        }
        words.extend(closing);
    } else {
        for rule in &failure.expected {
            let word = words_of(*rule, failure.context);
            if !word.is_empty() && !words.contains(&word) {
                words.push(word);
            }
        }
    }
    let list = match words.as_slice() {
        [] => return failure.problem("something else"),
        [one] => (*one).to_owned(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    };
    let problem = failure.problem(&list);
    let reserved = failure.found.map(|token| failure.slice(&token)).filter(|word| RESERVED.contains(word));
    match (reserved, failure.context) {
        (Some(word), _) if failure.expects(Rule::name) || failure.expects(Rule::setting) => {
            problem.help(format!("`{word}` is a reserved word"))
        }
        (_, Context::Block) if !failure.follows_operand() => {
            problem.help("a block is a list of settings: `{ key = value }`")
        }
        (_, Context::Record) if !failure.follows_operand() => problem.help("a record is written `{ key: value }`"),
        (_, Context::Body) => problem.help("the body of a function is `{ let NAME = EXPR; ...; EXPR }`"),
        _ if failure.found.is_some_and(|token| token.kind == TokenKind::Open(Bracket::Square))
            && failure.follows_operand() =>
        {
            problem.help("nothing is indexed with `[ ]`; a field is reached with `.`")
        }
        _ => problem,
    }
}
