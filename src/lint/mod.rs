//! What is valid and probably not meant. Reads what was written, what it means and what is known of the data, and
//! changes nothing.
//!
//! ```text
//! Subject [, DataProfile] --each rule--> Problems --levels, comments--> Problems
//! ```

mod allow;
mod level;
mod rule;
mod rules;
mod subject;

pub use allow::Allows;
pub use level::{Level, Levels, UnknownLint};
pub use rule::{RULES, Rule};
pub use subject::Subject;

use crate::diag::Problems;
use crate::spec::DataProfile;

/// What the lints have to say of a pipeline before any data is looked at, in source order.
///
/// `allows` remembers which of its comments were of use.
pub fn lint(subject: &Subject<'_>, levels: &Levels, allows: &mut Allows) -> Problems {
    let said = |rule: &Rule| levels.of(rule) != Level::Allow;
    let found = run(levels, |rule| rule.text.map(|check| check(subject)));
    let mut problems = allows.filter(found);
    problems.extend(levels.apply(allows.unknown()));
    problems.extend(allows.filter(levels.apply(allows.unused(|rule| rule.data.is_none() && said(rule)))));
    problems.sort();
    problems
}

/// What the lints have to say once the data has been looked at: only what [`lint`] has not said.
pub fn lint_data(subject: &Subject<'_>, profile: &DataProfile, levels: &Levels, allows: &mut Allows) -> Problems {
    let said = |rule: &Rule| levels.of(rule) != Level::Allow;
    let found = run(levels, |rule| rule.data.map(|check| check(subject, profile)));
    let mut problems = allows.filter(found);
    problems.extend(allows.filter(levels.apply(allows.unused(|rule| rule.data.is_some() && said(rule)))));
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
