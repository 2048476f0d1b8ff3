//! Sources of table files, made without a text of the language.

use super::{Source, SourceKind, Spanned};
use crate::diag::Span;
use std::path::Path;

impl Source {
    /// A table of cells separated by commas, plain, `.gz` or `.zst`. Its first line names the columns if that of the
    /// training table did.
    pub fn csv(path: impl AsRef<Path>) -> Self {
        Self::of(|paths| SourceKind::Table { paths, separator: ',', header: true }, path.as_ref())
    }

    /// A table of cells separated by tabs. See [`Source::csv`].
    pub fn tsv(path: impl AsRef<Path>) -> Self {
        Self::of(|paths| SourceKind::Table { paths, separator: '\t', header: true }, path.as_ref())
    }

    /// A JSON object on each line, plain, `.gz` or `.zst`.
    pub fn jsonl(path: impl AsRef<Path>) -> Self {
        Self::of(|paths| SourceKind::Jsonl { paths }, path.as_ref())
    }

    /// A Parquet file.
    pub fn parquet(path: impl AsRef<Path>) -> Self {
        Self::of(|paths| SourceKind::Parquet { paths }, path.as_ref())
    }

    /// An archive of NumPy arrays, each a column.
    pub fn npz(path: impl AsRef<Path>) -> Self {
        Self::of(|paths| SourceKind::Npz { paths }, path.as_ref())
    }

    fn of(kind: impl FnOnce(Vec<Spanned<String>>) -> SourceKind, path: &Path) -> Self {
        let path = Spanned { value: path.to_string_lossy().into_owned(), span: Span::default() };
        Self { kind: kind(vec![path]), span: Span::default() }
    }
}
