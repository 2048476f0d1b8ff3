//! Wording that several errors share: the known name that is meant, counts of arguments.

use crate::diag::{Problem, Span, nearest};
use crate::ops::one_of;
use crate::sema::errors::synonym::meaning;

/// The known name that an unknown one is likely to mean: what other tools call so, else the nearest by spelling.
pub(crate) fn likely<'k>(wrong: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let known: Vec<&str> = known.into_iter().collect();
    meaning(wrong, known.iter().copied()).or_else(|| nearest(wrong, known))
}

/// Adds the likely name as help and fix, or else the list of known names after `otherwise`.
pub(crate) fn suggest(problem: Problem, wrong: &str, span: Span, known: &[&str], otherwise: &str) -> Problem {
    match likely(wrong, known.iter().copied()) {
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
