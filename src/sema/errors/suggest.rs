//! Wording that several errors share: the nearest known name, counts of arguments.

use crate::diag::{Problem, Span, nearest};
use crate::ops::one_of;

/// Adds the nearest known name as help and fix, or else the list of known names after `otherwise`.
pub(crate) fn suggest(problem: Problem, wrong: &str, span: Span, known: &[&str], otherwise: &str) -> Problem {
    match nearest(wrong, known.iter().copied()) {
        Some(near) => problem.help(format!("did you mean `{near}`?")).edit(span, near.to_string(), false),
        None if otherwise.is_empty() || known.is_empty() => problem,
        None => problem.help(format!("{otherwise} {}", one_of(known).replace(" or ", " and "))),
    }
}

/// Number of arguments in words: "no arguments", "one argument", "3 arguments".
pub(crate) fn count_of_arguments(count: usize) -> String {
    match count {
        0 => "no arguments".into(),
        1 => "one argument".into(),
        more => format!("{more} arguments"),
    }
}
