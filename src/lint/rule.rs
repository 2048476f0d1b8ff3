//! One lint as plain data: name, code, default level and checks.

use super::subject::Subject;
use crate::diag::{Code, Problems};
use crate::spec::DataProfile;

/// The effect of a lint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Reports nothing.
    Allow,
    /// Reports a warning, which stops nothing.
    Warn,
    /// Reports an error.
    Deny,
}

impl Level {
    /// `allow`, `warn`, `deny`
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Allow => "allow",
            Level::Warn => "warn",
            Level::Deny => "deny",
        }
    }
}

/// One lint.
pub struct LintRule {
    /// Name, as in `allow(NAME)`.
    pub name: &'static str,
    /// Code of its problems; unique to the lint.
    pub code: Code,
    /// Default level.
    pub level: Level,
    /// Check of the pipeline alone.
    pub text: Option<fn(&Subject<'_>) -> Problems>,
    /// Check that needs statistics of the data.
    pub data: Option<fn(&Subject<'_>, &DataProfile) -> Problems>,
}

impl LintRule {
    pub(super) const fn silent(mut self) -> Self {
        self.level = Level::Allow;
        self
    }

    pub(super) const fn denied(mut self) -> Self {
        self.level = Level::Deny;
        self
    }

    pub(super) const fn and_data(mut self, check: fn(&Subject<'_>, &DataProfile) -> Problems) -> Self {
        self.data = Some(check);
        self
    }
}

pub(super) const fn text(name: &'static str, code: Code, check: fn(&Subject<'_>) -> Problems) -> LintRule {
    LintRule { name, code, level: Level::Warn, text: Some(check), data: None }
}

pub(super) const fn data(
    name: &'static str,
    code: Code,
    check: fn(&Subject<'_>, &DataProfile) -> Problems,
) -> LintRule {
    LintRule { name, code, level: Level::Warn, text: None, data: Some(check) }
}

/// A lint of the comments that suppress lints, which `Suppressions` reports.
pub(super) const fn comment(name: &'static str, code: Code) -> LintRule {
    LintRule { name, code, level: Level::Warn, text: None, data: None }
}
