//! The format of a table, which `mmc compare` and `mmc sweep` share.

use clap::ValueEnum;

/// How a table is shown: for a terminal, for a document, or for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum TableFormatArg {
    Text,
    Markdown,
    Csv,
    Json,
}
