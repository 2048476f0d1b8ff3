//! The arguments of `mmc lint`.

use super::model::SettingArg;
use crate::diag::Fixes;
use crate::lint::{Level, LintLevels, UnknownLint};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct LintArgs {
    /// The pipelines
    #[arg(required = true, value_name = "FILE")]
    pub(in crate::cli) files: Vec<PathBuf>,
    /// How problems are shown
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) format: ProblemFormat,
    /// Apply the changes that certainly keep what was meant
    #[arg(long)]
    pub(in crate::cli) fix: bool,
    /// Apply the changes that are likely to be meant, too
    #[arg(long)]
    pub(in crate::cli) unsafe_fixes: bool,
    /// Change nothing; show what would change, and exit with 1 if anything would
    #[arg(long, conflicts_with = "format")]
    pub(in crate::cli) diff: bool,
    /// Give a `param` of the files another value; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub(in crate::cli) set: Vec<SettingArg>,
    /// Check the text alone, without reading its data
    #[arg(long)]
    pub(in crate::cli) no_data: bool,
    #[command(flatten)]
    pub(in crate::cli) lints: LintLevelArgs,
}

impl LintArgs {
    /// The changes to apply, if any.
    pub(in crate::cli) fn fixes(&self) -> Option<Fixes> {
        match (self.fix || self.diff, self.unsafe_fixes) {
            (_, true) => Some(Fixes::All),
            (true, false) => Some(Fixes::Safe),
            (false, false) => None,
        }
    }
}

/// Levels of lints, by name or code.
#[derive(Debug, Args)]
#[command(next_help_heading = "Lints")]
pub(in crate::cli) struct LintLevelArgs {
    /// Make a lint an error, or all `warnings`; may be repeated
    #[arg(long, value_name = "LINT", value_parser = lint_name)]
    pub(in crate::cli) deny: Vec<String>,
    /// Make a lint a warning; may be repeated
    #[arg(long, value_name = "LINT", value_parser = lint_name)]
    pub(in crate::cli) warn: Vec<String>,
    /// Turn a lint off; may be repeated
    #[arg(long, value_name = "LINT", value_parser = lint_name)]
    pub(in crate::cli) allow: Vec<String>,
}

impl LintLevelArgs {
    /// The chosen levels; for a lint given at several levels the strictest applies.
    pub(in crate::cli) fn levels(&self) -> LintLevels {
        let mut levels = LintLevels::default();
        let chosen = [(&self.allow, Level::Allow), (&self.warn, Level::Warn), (&self.deny, Level::Deny)];
        for (names, level) in chosen {
            // The argument parser has checked that each is the name of a lint.
            names.iter().for_each(|name| levels.set(name, level).unwrap_or_default());
        }
        levels
    }
}

fn lint_name(text: &str) -> Result<String, UnknownLint> {
    LintLevels::default().set(text, Level::Warn).map(|()| text.to_owned())
}

/// How problems are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ProblemFormat {
    /// With the source, drawn
    Text,
    /// In words alone, without drawing, for screen readers
    Plain,
    /// A line for each
    Short,
    /// One array of objects
    Json,
    /// A SARIF 2.1.0 log
    Sarif,
    /// GitHub workflow commands
    Github,
}
