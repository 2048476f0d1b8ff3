//! Levels of the lints in one run: chosen by name, else the default.

use super::rule::{Level, LintRule};
use super::rules::RULES;
use crate::diag::{Problems, Severity, nearest};
use std::collections::BTreeMap;

/// Name of all lints whose default level is [`Level::Warn`].
pub(super) const WARNINGS: &str = "warnings";

/// The level of each lint in one run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LintLevels {
    chosen: BTreeMap<&'static str, Level>,
    /// Level of all warnings.
    warnings: Option<Level>,
}

/// A name that is no lint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no lint `{name}`{}", .near.map_or_else(String::new, |near| format!("; did you mean `{near}`?")))]
pub struct UnknownLint {
    /// The name.
    pub name: String,
    /// The lint with the nearest name.
    pub near: Option<&'static str>,
}

impl LintLevels {
    /// Chooses the level of a lint by its name or code, or of all `warnings`.
    ///
    /// # Errors
    /// If there is no such lint.
    pub fn set(&mut self, name: &str, level: Level) -> Result<(), UnknownLint> {
        if name == WARNINGS {
            self.warnings = Some(level);
            return Ok(());
        }
        match LintRule::by_name(name) {
            Some(rule) => {
                self.chosen.insert(rule.name, level);
                Ok(())
            }
            None => {
                let near = nearest(name, RULES.iter().map(|rule| rule.name).chain([WARNINGS]));
                Err(UnknownLint { name: name.into(), near })
            }
        }
    }

    /// The level of a lint: chosen by its name, else its default, with what was chosen for all warnings.
    pub fn of(&self, rule: &LintRule) -> Level {
        match (self.chosen.get(rule.name), rule.level, self.warnings) {
            (Some(chosen), _, _) => *chosen,
            (None, Level::Warn, Some(instead)) => instead,
            (None, default, _) => default,
        }
    }

    /// Gives every problem the severity of its lint, and leaves out those that are allowed.
    pub fn apply(&self, problems: Problems) -> Problems {
        let levelled = problems.into_iter().filter_map(|mut problem| {
            match LintRule::by_code(problem.code).map(|rule| self.of(rule)) {
                Some(Level::Allow) => return None,
                Some(Level::Warn) => problem.severity = Severity::Warning,
                Some(Level::Deny) => problem.severity = Severity::Error,
                None => {}
            }
            Some(problem)
        });
        levelled.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Code;

    #[test]
    fn a_name_is_stronger_than_all_warnings() {
        let rule = |code| LintRule::by_code(code).unwrap();
        let mut levels = LintLevels::default();
        levels.set(WARNINGS, Level::Deny).unwrap();
        levels.set("beta_zero", Level::Warn).unwrap();
        assert_eq!(levels.of(rule(Code::BetaZero)), Level::Warn);
        assert_eq!(levels.of(rule(Code::UnusedParam)), Level::Deny);
        // A lint that is allowed by default is not a warning.
        assert_eq!(levels.of(rule(Code::MissingSeed)), Level::Allow);
    }

    #[test]
    fn a_misspelt_lint_is_told_its_neighbour() {
        let error = LintLevels::default().set("beta_zer", Level::Allow).unwrap_err();
        assert_eq!(error.to_string(), "there is no lint `beta_zer`; did you mean `beta_zero`?");
        assert_eq!(LintLevels::default().set("x", Level::Allow).unwrap_err().to_string(), "there is no lint `x`");
    }
}
