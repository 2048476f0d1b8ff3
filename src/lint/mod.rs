//! What is valid and probably not meant. Reads what was written, what it means and what is known of the data, and
//! changes nothing.
//!
//! ```text
//! Subject [, Facts] --each rule--> Problems --levels, comments--> Problems
//! ```

mod levels;
mod rule;
mod rules;
mod subject;
mod suppression;

pub use levels::{Levels, UnknownLint};
pub use rule::{Level, Rule};
pub use rules::RULES;
pub use subject::Subject;
pub use suppression::Suppressions;

use crate::diag::Problems;
use crate::spec::Facts;

/// What the lints have to say of a pipeline before any data is looked at, in source order.
///
/// `suppressions` remembers which of its comments were of use.
pub fn lint(subject: &Subject<'_>, levels: &Levels, suppressions: &mut Suppressions) -> Problems {
    let said = |rule: &Rule| levels.of(rule) != Level::Allow;
    let found = run(levels, |rule| rule.text.map(|check| check(subject)));
    let mut problems = suppressions.filter(found);
    problems.extend(levels.apply(suppressions.unknown()));
    problems.extend(suppressions.filter(levels.apply(suppressions.unused(|rule| rule.data.is_none() && said(rule)))));
    problems.sort();
    problems
}

/// What the lints have to say once the data has been looked at: only what [`lint`] has not said.
pub fn lint_data(subject: &Subject<'_>, facts: &Facts, levels: &Levels, suppressions: &mut Suppressions) -> Problems {
    let said = |rule: &Rule| levels.of(rule) != Level::Allow;
    let found = run(levels, |rule| rule.data.map(|check| check(subject, facts)));
    let mut problems = suppressions.filter(found);
    problems.extend(suppressions.filter(levels.apply(suppressions.unused(|rule| rule.data.is_some() && said(rule)))));
    problems.sort();
    problems
}

fn run(levels: &Levels, check: impl Fn(&Rule) -> Option<Problems>) -> Problems {
    let mut found = Problems::new();
    for rule in RULES.iter().filter(|rule| levels.of(rule) != Level::Allow) {
        found.extend(check(rule).unwrap_or_default());
    }
    levels.apply(found)
}
