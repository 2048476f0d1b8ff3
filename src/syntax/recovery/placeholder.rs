//! `..` in place of the inputs of a combine, as descriptions of a strategy have it.

use super::failure::{Context, ParseFailure};
use crate::diag::{Problem, Span};

/// The most inputs of a combine.
const MOST: usize = 16;

/// The report for `mulmix(modality, ..)`: the encoders that the text declares are to be listed.
pub(super) fn listed_inputs(failure: &ParseFailure<'_>) -> Option<Problem> {
    let found = failure.found.filter(|found| failure.slice(found).starts_with(".."))?;
    let (open, close) = failure.brackets.filter(|_| failure.context == Context::Call)?;
    if failure.keyword != Some("combine") {
        return None;
    }
    // Of the strategy, not of a layer within it.
    let called =
        failure.text.get(..open.start)?.trim_end_matches(|letter: char| letter.is_alphanumeric() || letter == '_');
    if !called.trim_end().ends_with('=') {
        return None;
    }
    let encoders = declared(failure.text, "encoder");
    let inputs = if encoders.is_empty() { declared(failure.text, "modality") } else { encoders };
    let problem = failure.problem("the name of an input");
    if inputs.is_empty() || inputs.len() > MOST {
        return Some(problem.help("the inputs are listed by their names: `mulmix(a, b)`"));
    }
    let inputs = inputs.join(", ");
    let inside = Span::new(failure.file, open.end, if close.start < open.end { found.end } else { close.start });
    Some(problem.help(format!("list the inputs: `{inputs}`")).edit(inside, inputs, false))
}

/// The names of declarations that begin with a keyword, each on a line of its own.
fn declared<'t>(text: &'t str, keyword: &str) -> Vec<&'t str> {
    let name = |line: &'t str| {
        let rest = line.strip_prefix(keyword)?.strip_prefix([' ', '\t'])?.trim_start();
        let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(rest.len());
        rest.get(..end).filter(|name| !name.is_empty())
    };
    text.lines().filter_map(name).collect()
}
