//! Why a file is not read as a text table, as errors that pass through a reader.

/// A file of another kind than a text.
#[derive(Debug, thiserror::Error)]
#[error("it is {what}")]
pub(crate) struct NotText {
    /// What it is, by its first bytes.
    pub what: &'static str,
}

/// A record that is longer than memory may be taken for one.
#[derive(Debug, thiserror::Error)]
#[error("line {line} is longer than {} MiB", most >> 20)]
pub(crate) struct TooLong {
    /// The line that it begins on, counted from 1.
    pub line: u64,
    /// The bound in bytes.
    pub most: usize,
}

/// A quote that opens a cell of several lines, and does not close it before a separator or the end of a line.
#[derive(Debug, thiserror::Error)]
#[error("a quote that is opened on line {line} is not closed at the end of a cell")]
pub(crate) struct OpenQuote {
    /// The line of the quote, counted from 1.
    pub line: u64,
}
