//! The format of a table, which `mmc compare` and `mmc sweep` share.

use clap::ValueEnum;

/// How a table is shown: for people, to be put into a text, or to be read by programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum TableFormatArg {
    Text,
    Markdown,
    Csv,
    Json,
}
