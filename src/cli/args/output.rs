//! Arguments that decide how output looks.

use clap::{Args, ValueEnum};

/// Colours and characters of the output.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Look")]
pub(in crate::cli) struct OutputArgs {
    /// When to colour; auto: on a terminal, unless NO_COLOR is set
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub(in crate::cli) color: When,
    /// Draw with ASCII only
    #[arg(long, global = true)]
    pub(in crate::cli) ascii: bool,
    /// Do not fit tables and texts to the width of the terminal
    #[arg(long, global = true)]
    pub(in crate::cli) wide: bool,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum When {
    Auto,
    Always,
    Never,
}
