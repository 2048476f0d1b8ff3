//! Sources of rows, and the file formats by extension.

use super::{Spanned, TextFormat};
use crate::diag::Span;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A source of rows with its place in the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// The kind of source.
    pub kind: SourceKind,
    /// The call in the file.
    #[serde(skip)]
    pub span: Span,
}

impl Source {
    /// A table of cells separated by commas, plain, `.gz` or `.zst`. Its first line names the columns if that of the
    /// training table did.
    pub fn csv(path: impl AsRef<Path>) -> Self {
        Self::of(|paths| SourceKind::Table { paths, format: Box::new(TextFormat::csv()) }, path.as_ref())
    }

    /// A table of cells separated by tabs. See [`Source::csv`].
    pub fn tsv(path: impl AsRef<Path>) -> Self {
        Self::of(|paths| SourceKind::Table { paths, format: Box::new(TextFormat::tsv()) }, path.as_ref())
    }

    /// A JSON object on each line, or an array of objects, plain, `.gz` or `.zst`.
    pub fn jsonl(path: impl AsRef<Path>) -> Self {
        Self::of(|paths| SourceKind::Jsonl { paths }, path.as_ref())
    }

    /// A Parquet file.
    pub fn parquet(path: impl AsRef<Path>) -> Self {
        Self::of(|paths| SourceKind::Parquet { paths }, path.as_ref())
    }

    /// Arrow IPC, a file or a stream; Feather files of the second version are such files.
    pub fn arrow(path: impl AsRef<Path>) -> Self {
        Self::of(|paths| SourceKind::Arrow { paths }, path.as_ref())
    }

    /// An archive of NumPy arrays, each a column.
    pub fn npz(path: impl AsRef<Path>) -> Self {
        Self::of(|paths| SourceKind::Npz { paths }, path.as_ref())
    }

    fn of(kind: impl FnOnce(Vec<Spanned<String>>) -> SourceKind, path: &Path) -> Self {
        let path = Spanned { value: path.to_string_lossy().into_owned(), span: Span::default() };
        Self { kind: kind(vec![path]), span: Span::default() }
    }

    pub(super) fn paths(&self) -> Vec<&str> {
        let folder = if let SourceKind::Images { folder } = &self.kind { Some(folder) } else { None };
        let own = self.kind.files().iter().chain(folder).map(|path| path.value.as_str());
        own.chain(self.kind.joined().iter().flat_map(Source::paths)).collect()
    }
}

/// The kinds of source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// `csv(...)` and `tsv(...)`: text tables, plain, `.gz` or `.zst`.
    Table {
        /// Paths or globs as written, relative to the folder of the pipeline file; together they are one table.
        paths: Vec<Spanned<String>>,
        /// How their cells are written.
        #[serde(flatten)]
        format: Box<TextFormat>,
    },
    /// `synthetic(name, rows: ..., seed: ...)`: generated from the seed.
    Synthetic {
        /// Which data set: `collider`.
        name: String,
        /// Number of rows.
        rows: usize,
        /// The seed of the rows.
        seed: u64,
    },
    /// `arrow(...)`: Arrow IPC, files or streams.
    Arrow {
        /// Paths or globs; together they are one table.
        paths: Vec<Spanned<String>>,
    },
    /// `parquet(...)`
    Parquet {
        /// Paths or globs; together they are one table.
        paths: Vec<Spanned<String>>,
    },
    /// `npz(...)`: the arrays of an archive are the columns.
    Npz {
        /// Paths or globs; together they are one table.
        paths: Vec<Spanned<String>>,
    },
    /// `npy(...)`: arrays side by side, each a column with the name of its file.
    Npy {
        /// Paths or globs; each file is a column.
        paths: Vec<Spanned<String>>,
    },
    /// `jsonl(...)`: an object on each line, or an array of objects.
    Jsonl {
        /// Paths or globs; together they are one table.
        paths: Vec<Spanned<String>>,
    },
    /// `cifar_binary(...)`: the binary files of CIFAR-10 and CIFAR-100.
    CifarBinary {
        /// Paths or globs; together they are one table.
        paths: Vec<Spanned<String>>,
        /// Label bytes before each image: 1 or 2.
        labels: usize,
    },
    /// `images(folder)`: the images of a folder, each in the sub-folder of its class.
    Images {
        /// The folder.
        folder: Spanned<String>,
    },
    /// `join(a, b, on: key)`: the rows of the first table, each with the columns of the others for the same key.
    Join {
        /// The tables; none of them is a join.
        sources: Vec<Source>,
        /// The column of the key: one name for all, or one for each.
        on: Vec<Spanned<String>>,
    },
}

impl SourceKind {
    /// The paths and globs of its files; none for a folder, a join and synthetic rows.
    pub fn files(&self) -> &[Spanned<String>] {
        match self {
            SourceKind::Table { paths, .. }
            | SourceKind::Arrow { paths }
            | SourceKind::Parquet { paths }
            | SourceKind::Npz { paths }
            | SourceKind::Npy { paths }
            | SourceKind::Jsonl { paths }
            | SourceKind::CifarBinary { paths, .. } => paths,
            SourceKind::Synthetic { .. } | SourceKind::Images { .. } | SourceKind::Join { .. } => &[],
        }
    }

    /// [`SourceKind::files`] to be changed; `None` for a source without a list of paths.
    pub fn files_mut(&mut self) -> Option<&mut Vec<Spanned<String>>> {
        match self {
            SourceKind::Table { paths, .. }
            | SourceKind::Arrow { paths }
            | SourceKind::Parquet { paths }
            | SourceKind::Npz { paths }
            | SourceKind::Npy { paths }
            | SourceKind::Jsonl { paths }
            | SourceKind::CifarBinary { paths, .. } => Some(paths),
            SourceKind::Synthetic { .. } | SourceKind::Images { .. } | SourceKind::Join { .. } => None,
        }
    }

    /// How some of its rows are read without the rest, at most `most` of them.
    pub fn first_rows(&self, most: usize) -> FirstRows {
        match self {
            SourceKind::Table { format, .. } => FirstRows::Lines((**format).clone()),
            SourceKind::Synthetic { name, rows, seed } => FirstRows::Generated {
                name: format!("synthetic(\"{name}\")"),
                source: SourceKind::Synthetic { name: name.clone(), rows: most.min(*rows), seed: *seed },
                whole: *rows <= most,
            },
            SourceKind::Jsonl { .. } => FirstRows::Lines(TextFormat { header: false, ..TextFormat::csv() }),
            SourceKind::Arrow { .. }
            | SourceKind::Parquet { .. }
            | SourceKind::Npz { .. }
            | SourceKind::Npy { .. }
            | SourceKind::CifarBinary { .. } => FirstRows::Numbered,
            SourceKind::Images { .. } | SourceKind::Join { .. } => FirstRows::Unavailable,
        }
    }

    /// The paths and globs of the files, or the folder, that its rows come from. The rows of a join are those of its
    /// first table; other joins may share the rest.
    pub fn row_files(&self) -> &[Spanned<String>] {
        match self {
            SourceKind::Images { folder } => std::slice::from_ref(folder),
            SourceKind::Join { sources, .. } => sources.first().map_or(&[], |first| first.kind.row_files()),
            SourceKind::Table { .. }
            | SourceKind::Synthetic { .. }
            | SourceKind::Arrow { .. }
            | SourceKind::Parquet { .. }
            | SourceKind::Npz { .. }
            | SourceKind::Npy { .. }
            | SourceKind::Jsonl { .. }
            | SourceKind::CifarBinary { .. } => self.files(),
        }
    }

    /// The tables that it joins; none for any other source.
    pub fn joined(&self) -> &[Source] {
        if let SourceKind::Join { sources, .. } = self { sources } else { &[] }
    }
}

/// How the first rows of a source are read without the rest.
#[derive(Clone, Debug, PartialEq)]
pub enum FirstRows {
    /// They are lines of its files, which have this format.
    Lines(TextFormat),
    /// They are generated.
    Generated {
        /// The name of the table.
        name: String,
        /// The source that generates only these.
        source: SourceKind,
        /// Whether these are all rows.
        whole: bool,
    },
    /// They are found in its files by their numbers.
    Numbered,
    /// They cannot be read separately.
    Unavailable,
}

/// A format of table files, known by extension.
#[derive(Debug)]
pub struct FileFormat {
    /// The source that reads it, as the language names it.
    pub source: &'static str,
    /// The endings of file names, without `.gz` or `.zst`.
    pub endings: &'static [&'static str],
    /// The source for paths; the second argument is whether the first line names the columns, where there are lines.
    pub kind: fn(Vec<Spanned<String>>, bool) -> SourceKind,
}

/// Every format known by extension.
pub const FILE_FORMATS: &[FileFormat] = &[
    FileFormat {
        source: "csv",
        endings: &[".csv"],
        kind: |paths, header| SourceKind::Table { paths, format: Box::new(TextFormat { header, ..TextFormat::csv() }) },
    },
    FileFormat {
        source: "tsv",
        endings: &[".tsv"],
        kind: |paths, header| SourceKind::Table { paths, format: Box::new(TextFormat { header, ..TextFormat::tsv() }) },
    },
    FileFormat {
        source: "jsonl",
        endings: &[".jsonl", ".ndjson", ".json"],
        kind: |paths, _| SourceKind::Jsonl { paths },
    },
    FileFormat { source: "parquet", endings: &[".parquet"], kind: |paths, _| SourceKind::Parquet { paths } },
    FileFormat {
        source: "arrow",
        endings: &[".arrow", ".arrows", ".feather", ".ipc"],
        kind: |paths, _| SourceKind::Arrow { paths },
    },
    FileFormat { source: "npz", endings: &[".npz"], kind: |paths, _| SourceKind::Npz { paths } },
];

impl FileFormat {
    /// The sources of files whose cells may be lists.
    pub const OF_LISTS: [&str; 3] = ["arrow", "jsonl", "parquet"];

    /// Whether its files are lines of cells, of which the first rows can be read without the rest.
    pub fn is_text_table(&self) -> bool {
        matches!((self.kind)(vec![], true), SourceKind::Table { .. })
    }

    /// The format that a source reads, by the name of the source in the language.
    pub fn named(source: &str) -> Option<&'static Self> {
        FILE_FORMATS.iter().find(|format| format.source == source)
    }

    /// The format of a file, by its extension in any case, compressed or not.
    pub fn of(path: &str) -> Option<&'static Self> {
        let name = path.to_lowercase();
        let name = name.trim_end_matches(".gz").trim_end_matches(".zst");
        FILE_FORMATS.iter().find(|format| format.endings.iter().any(|ending| name.ends_with(ending)))
    }
}
