//! Lints: constructs that are valid and probably not intended. Reads the syntax tree, the HIR and statistics of the data.
//!
//! ```text
//! Subject [, DataProfile] --each rule--> Problems --levels, comments--> Problems
//! ```

mod levels;
mod rule;
mod rules;
mod subject;
mod suppression;

pub use levels::{LintLevels, UnknownLint};
pub use rule::{Level, LintRule};
pub use rules::RULES;
pub use subject::Subject;
pub use suppression::Suppressions;

use crate::diag::Problems;
use crate::spec::DataProfile;

/// Problems of the lints that need no data, in source order.
///
/// `suppressions` records which of its comments took effect.
pub fn lint(subject: &Subject<'_>, levels: &LintLevels, suppressions: &mut Suppressions) -> Problems {
    let enabled = |rule: &LintRule| levels.of(rule) != Level::Allow;
    let found = run(levels, |rule| rule.text.map(|check| check(subject)));
    let mut problems = suppressions.filter(found);
    problems.extend(levels.apply(suppressions.unknown()));
    problems
        .extend(suppressions.filter(levels.apply(suppressions.unused(|rule| rule.data.is_none() && enabled(rule)))));
    problems.sort();
    problems
}

/// Problems of the lints that need statistics of the data, without those of [`lint`].
pub fn lint_data(
    subject: &Subject<'_>,
    profile: &DataProfile,
    levels: &LintLevels,
    suppressions: &mut Suppressions,
) -> Problems {
    let enabled = |rule: &LintRule| levels.of(rule) != Level::Allow;
    let found = run(levels, |rule| rule.data.map(|check| check(subject, profile)));
    let mut problems = suppressions.filter(found);
    problems
        .extend(suppressions.filter(levels.apply(suppressions.unused(|rule| rule.data.is_some() && enabled(rule)))));
    problems.sort();
    problems
}

fn run(levels: &LintLevels, check: impl Fn(&LintRule) -> Option<Problems>) -> Problems {
    let mut found = Problems::new();
    for rule in RULES.iter().filter(|rule| levels.of(rule) != Level::Allow) {
        found.extend(check(rule).unwrap_or_default());
    }
    levels.apply(found)
}
