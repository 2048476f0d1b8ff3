//! Messages for mistakes between a declaration's keyword and its value.

use super::failure::{Context, ParseFailure};
use super::forms::form_of;
use super::repair::Repair;
use crate::diag::{Code, Problem, Span};
use crate::syntax::grammar::Rule;
use crate::syntax::keyword::RESERVED;
use crate::syntax::lexer::{Bracket, TokenKind, shown};

/// A name with hyphens, `my-title`.
fn hyphenated_name(failure: &ParseFailure<'_>) -> Option<(Problem, Option<Repair>)> {
    let (found, previous) = (failure.found?, failure.previous?);
    let is_name = previous.kind == TokenKind::Word && failure.at == failure.start + 2;
    if !is_name || failure.slice(&found) != "-" || previous.end != found.start {
        return None;
    }
    let part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    let rest = failure.text.get(previous.start..)?;
    let written = &rest[..rest.find(|letter| !part(letter)).unwrap_or(rest.len())];
    let written = written.trim_end_matches('-');
    if written.len() <= previous.end - previous.start {
        return None;
    }
    let right = written.replace('-', "_");
    let span = Span::new(failure.file, previous.start, previous.start + written.len());
    let problem = Problem::error(Code::UnexpectedToken, format!("`{written}` is not a name"))
        .at(span, "`-` is the sign of a difference")
        .help(format!("names are made of letters, digits and `_`: `{right}`"))
        .edit(span, right.as_str(), false);
    Some((problem, Some(Repair { at: previous.start, bytes: right.into_bytes(), over_blank: false })))
}

/// Mistakes between a declaration's keyword and its value.
pub(super) fn declaration_head(failure: &ParseFailure<'_>) -> Option<(Problem, Option<Repair>)> {
    if failure.context != Context::Declaration {
        return None;
    }
    let keyword = failure.keyword?;
    if let Some(found) = hyphenated_name(failure) {
        return Some(found);
    }
    let previous = failure.previous;
    let before = previous.map(|token| shown(failure.slice(&token))).unwrap_or_default();
    let found = failure.found;
    let kind = found.map(|token| token.kind);
    let follows_keyword = failure.at == failure.start + 1;
    let form = form_of(keyword);
    if failure.expects(Rule::text) && keyword == "use" {
        return Some((failure.problem("a path in quotes after `use`").help(form), None));
    }
    if follows_keyword && failure.expects(Rule::name) {
        let problem = match found {
            Some(token) if token.kind == TokenKind::Word && RESERVED.contains(&failure.slice(&token)) => {
                let word = shown(failure.slice(&token));
                failure.problem(&format!("a name after `{keyword}`")).help(format!("{word} is a reserved word"))
            }
            _ => failure.problem(&format!("a name after `{keyword}`")).help(form),
        };
        return Some((problem, None));
    }
    if failure.expects(Rule::colon) && !failure.expects(Rule::comma) {
        return Some(match (found, kind) {
            (Some(token), Some(TokenKind::Assign)) => {
                let _ = token;
                (failure.problem(&format!("`: TYPE` after {before}")).help(form), None)
            }
            (Some(token), Some(TokenKind::Question)) => {
                let span = failure.span(&token);
                let problem = failure.problem(&format!("`:` after {before}"));
                let problem = if keyword == "label" {
                    problem
                        .help("a label is present on every row; only a modality may be missing (`modality NAME?: ...`)")
                } else {
                    problem.help("one `?` says that the modality may be missing")
                };
                (problem.edit(span, "", false), Repair::over(&token, " "))
            }
            (Some(_), Some(TokenKind::Word)) if previous.is_some() => {
                let at = previous.map_or(0, |token| token.end);
                let problem = failure.problem(&format!("`:` after {before}")).help(form);
                let problem = problem.edit(Span::new(failure.file, at, at), ":", true);
                (problem, previous.as_ref().and_then(|token| Repair::after(token, ":")))
            }
            _ => (failure.problem(&format!("`: TYPE` after {before}")).help(form), None),
        });
    }
    if failure.expects(Rule::type_ref) {
        return Some((failure.problem(&format!("a type after {before}")).help(form), None));
    }
    let has_block = matches!(keyword, "data" | "train" | "sweep");
    if has_block && (failure.expects(Rule::block) || failure.expects(Rule::open_brace)) {
        let what = failure.problem(&format!("`{{` after {before}"));
        return Some(match (found, kind) {
            (Some(token), Some(TokenKind::Assign | TokenKind::Colon)) => {
                let help = format!("the block follows directly: `{keyword} {{ ... }}`");
                (what.help(help).edit(failure.span(&token), "", true), Repair::over(&token, " "))
            }
            _ => (what.help(form), None),
        });
    }
    if failure.expects(Rule::fn_args)
        || failure.expects(Rule::open_paren) && keyword == "fn" && failure.at == failure.start + 2
    {
        return Some((failure.problem(&format!("`(` after {before}")).help(form), None));
    }
    if failure.expects(Rule::assign) || (failure.expects(Rule::fn_body) && keyword == "fn") {
        let problem = failure.problem(&format!("`=` after {before}"));
        return Some(match (found, kind) {
            (Some(_), Some(TokenKind::Colon)) => {
                let help = "only `modality` and `label` say a type; the others take it from their value";
                (problem.help(help), None)
            }
            _ => (problem.help(form), None),
        });
    }
    if failure.expects(Rule::EOI) && failure.follows_operand() {
        let problem = failure.problem("the end of the declaration");
        return Some(match kind {
            Some(TokenKind::Semicolon) => {
                let token = found?;
                let problem = problem.help("a declaration ends with its line").edit(failure.span(&token), "", true);
                (problem, Repair::over(&token, " "))
            }
            Some(TokenKind::Open(Bracket::Brace)) => {
                (problem.help("only `combine` takes settings in braces after its value"), None)
            }
            Some(TokenKind::Word)
                if keyword == "param"
                    && failure.found.is_some_and(|t| matches!(failure.slice(&t), "within" | "of" | "from")) =>
            {
                (problem.help("the bounds of a param follow `in`: `param beta = 0.5 in 0.0..=1.0`"), None)
            }
            Some(TokenKind::Open(Bracket::Square)) => {
                (problem.help("nothing is indexed with `[ ]`; a field is reached with `.`"), None)
            }
            _ => (problem.help("an operator or a pipe `|>` may be missing, or a line end"), None),
        });
    }
    None
}
