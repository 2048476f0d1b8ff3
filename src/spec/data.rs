//! The data set: where it is read, how it is split, what the label and the modalities are made of.

use crate::diag::Span;
use crate::shape::Shape;
use serde::{Deserialize, Serialize};

/// A value and the text that asked for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// The text.
    #[serde(skip)]
    pub span: Span,
}

/// The `data { ... }` block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataSpec {
    /// Where rows come from.
    pub origin: Origin,
    /// How they are divided into train, valid and test.
    pub split: Split,
    /// The whole block.
    #[serde(skip)]
    pub span: Span,
}

impl DataSpec {
    /// Every path, glob and folder that is read, as the pipeline names it.
    pub fn paths(&self) -> Vec<&str> {
        match &self.origin {
            Origin::Whole(source) => source.paths(),
            Origin::Parts { train, valid, test } => {
                [Some(train), valid.as_ref(), test.as_ref()].into_iter().flatten().flat_map(Source::paths).collect()
            }
        }
    }
}

/// One table that is split, or one table for each part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// `source = ...`
    Whole(Source),
    /// `train = ...`, `valid = ...`, `test = ...`
    Parts {
        /// Rows to train on; `split` may take the validation rows from them.
        train: Source,
        /// Rows to select on.
        valid: Option<Source>,
        /// Rows to report on.
        test: Option<Source>,
    },
}

/// A reader and what it reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// What is read, and how.
    pub kind: SourceKind,
    /// The call in the file.
    #[serde(skip)]
    pub span: Span,
}

impl Source {
    fn paths(&self) -> Vec<&str> {
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
        /// What separates the cells of a row: `,` or a tab.
        separator: char,
        /// Whether the first line names the columns.
        header: bool,
    },
    /// `synthetic(name, rows: ..., seed: ...)`: made here, from nothing but the seed.
    Synthetic {
        /// Which data set: `collider`.
        name: String,
        /// How many rows.
        rows: usize,
        /// The seed that decides every one of them.
        seed: u64,
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
    /// `jsonl(...)`: an object on each line.
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
    /// `join(a, b, on: key)`: the rows of the first table, and beside each what the others have for the same key.
    Join {
        /// The tables; none of them is a join.
        sources: Vec<Source>,
        /// The column of the key: one name for all, or one for each.
        on: Vec<Spanned<String>>,
    },
}

impl SourceKind {
    /// The paths and globs of its files; none for a folder, a join and rows that are made.
    pub fn files(&self) -> &[Spanned<String>] {
        match self {
            SourceKind::Table { paths, .. }
            | SourceKind::Parquet { paths }
            | SourceKind::Npz { paths }
            | SourceKind::Npy { paths }
            | SourceKind::Jsonl { paths }
            | SourceKind::CifarBinary { paths, .. } => paths,
            SourceKind::Synthetic { .. } | SourceKind::Images { .. } | SourceKind::Join { .. } => &[],
        }
    }

    /// The tables that it joins; none for any other source.
    pub fn joined(&self) -> &[Source] {
        if let SourceKind::Join { sources, .. } = self { sources } else { &[] }
    }
}

/// A format of table files that the ending of a file's name tells.
#[derive(Debug)]
pub struct FileFormat {
    /// The source that reads it, as the language names it.
    pub source: &'static str,
    /// The endings of file names, without `.gz` or `.zst`.
    pub endings: &'static [&'static str],
    /// The source for paths; the second argument is whether the first line names the columns, where there are lines.
    pub kind: fn(Vec<Spanned<String>>, bool) -> SourceKind,
}

/// Every format that the ending of a file's name tells.
pub const FILE_FORMATS: &[FileFormat] = &[
    FileFormat {
        source: "csv",
        endings: &[".csv"],
        kind: |paths, header| SourceKind::Table { paths, separator: ',', header },
    },
    FileFormat {
        source: "tsv",
        endings: &[".tsv"],
        kind: |paths, header| SourceKind::Table { paths, separator: '\t', header },
    },
    FileFormat { source: "jsonl", endings: &[".jsonl", ".ndjson"], kind: |paths, _| SourceKind::Jsonl { paths } },
    FileFormat { source: "parquet", endings: &[".parquet"], kind: |paths, _| SourceKind::Parquet { paths } },
    FileFormat { source: "npz", endings: &[".npz"], kind: |paths, _| SourceKind::Npz { paths } },
];

impl FileFormat {
    /// The format of a file, by the ending of its name in any case, packed or not.
    pub fn of(path: &str) -> Option<&'static Self> {
        let name = path.to_lowercase();
        let name = name.trim_end_matches(".gz").trim_end_matches(".zst");
        FILE_FORMATS.iter().find(|format| format.endings.iter().any(|ending| name.ends_with(ending)))
    }
}

/// How rows are divided. Portions are taken in the order written, each from what the one before left; the rest is train.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Split {
    /// The portions that are taken.
    pub portions: Vec<Portion>,
    /// `by_column("split")`: a column that says `train`, `valid` (or `validation`, `val`, `dev`) or `test`.
    pub by_column: Option<Spanned<String>>,
    /// Whether `fraction` takes the same share of every class.
    pub stratify: bool,
    /// A column whose equal values stay on one side of a `fraction`.
    pub group: Option<Spanned<String>>,
    /// What `fraction` draws with.
    pub seed: u64,
    /// The whole setting.
    #[serde(skip)]
    pub span: Span,
}

/// One portion of a split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Portion {
    /// Which part it becomes.
    pub part: Part,
    /// Which rows it takes.
    pub rule: Rule,
    /// `test: last(4_000)`
    #[serde(skip)]
    pub span: Span,
}

/// The three parts of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Rows that weights and transforms are fitted on.
    Train,
    /// Rows that models are selected on.
    Valid,
    /// Rows that are looked at once, at the end.
    Test,
}

impl Part {
    /// `train`, `valid`, `test`
    pub fn as_str(self) -> &'static str {
        match self {
            Part::Train => "train",
            Part::Valid => "valid",
            Part::Test => "test",
        }
    }
}

/// Which rows a portion takes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The last `n` of what is left.
    Last(usize),
    /// The first `n` of what is left.
    First(usize),
    /// A seeded random share, of *all* rows of the table, in (0, 1). At least one row of a non-empty table.
    Fraction(f64),
}

/// `label NAME: class[...] = column(...)`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelSpec {
    /// Its name.
    pub name: String,
    /// What it can be.
    pub classes: Classes,
    /// The cell that says which it is.
    pub column: ColumnRef,
    /// The declaration.
    #[serde(skip)]
    pub span: Span,
}

/// The classes of a label. A cell is a class's name, or its index when the cells are integers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Classes {
    /// `class["background", "signal"]`, in order.
    Named(Vec<String>),
    /// `class[10]`: indices 0 to 9, or ten distinct cell values in sorted order where the cells are not integers.
    Count(usize),
}

impl Classes {
    /// How many there are.
    pub fn count(&self) -> usize {
        match self {
            Classes::Named(names) => names.len(),
            Classes::Count(count) => *count,
        }
    }
}

/// One or several columns of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnRef {
    /// Which.
    pub select: Select,
    /// The text that asks for it.
    #[serde(skip)]
    pub span: Span,
}

/// How a column is selected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Select {
    /// By position, counted from 0.
    Position(usize),
    /// By its name in the header.
    Name(String),
    /// All whose names match, `*` for any letters and `?` for one, in the order of the table.
    Glob(String),
}

/// `modality NAME: TYPE = COLUMNS |> TRANSFORM ...`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModalitySpec {
    /// Its name.
    pub name: String,
    /// The lines of its doc comment.
    pub doc: Vec<String>,
    /// What kind of signal it is.
    pub kind: ModalityKind,
    /// The shape of one row of it.
    pub shape: Shape,
    /// Whether it may be missing on a row (`NAME?`).
    pub optional: bool,
    /// The columns it is made of, in order.
    pub columns: Vec<ColumnRef>,
    /// What is done to them, in order.
    pub transforms: Vec<Transform>,
    /// The declaration.
    #[serde(skip)]
    pub span: Span,
    /// Its type, such as `dense[21]`.
    #[serde(skip)]
    pub type_span: Span,
}

/// The kinds of signal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModalityKind {
    /// `dense[n]`: n numbers.
    #[default]
    Dense,
    /// `image[c, h, w]`: numbers, channel by channel and line by line.
    Image,
    /// `sequence[t, d]`: numbers, t steps of d each, one step after the other.
    Sequence,
    /// `text[n]`: the ids of n tokens, in shape `[n]`. 0 is padding and stands behind the last token only, 1 is any
    /// token outside of the vocabulary, and those inside are counted from 2 on.
    Text {
        /// How many ids there may be, padding and unknown included.
        vocabulary: usize,
    },
    /// `category[n]`: one id, in shape `[1]`. 0 is a value that no training row has, the others are 1 to n.
    Category {
        /// How many values there may be, n.
        count: usize,
    },
}

/// One transform of a modality.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transform {
    /// What it does.
    pub kind: TransformKind,
    /// The call in the file.
    #[serde(skip)]
    pub span: Span,
}

/// The transforms. Whatever is fitted is fitted on the training rows only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransformKind {
    /// `(x - mean) / std` per column, population std of the training rows.
    Standardize,
    /// `(x - min) / (max - min)` per column, of the training rows.
    MinMax,
    /// `sign(x) * ln(1 + |x|)`
    Log1p,
    /// `min(max(x, lo), hi)`
    Clip {
        /// Least.
        lo: f64,
        /// Greatest.
        hi: f64,
    },
    /// These numbers stand for an empty cell.
    Missing {
        /// The numbers.
        values: Vec<f64>,
    },
    /// Fills empty cells.
    Impute(Impute),
    /// Every letter of a text in its lower case (Unicode).
    Lowercase,
    /// A text as its first `max` characters.
    Chars {
        /// How many tokens are kept of a text.
        max: usize,
        /// How many ids there may be, padding and unknown included: the most frequent of the training rows have one.
        vocab: usize,
    },
    /// A text as its first `max` words; as [`TransformKind::Chars`] otherwise.
    Words {
        /// How many tokens are kept of a text.
        max: usize,
        /// How many ids there may be, padding and unknown included.
        vocab: usize,
    },
    /// One column as n numbers, one for each value the training rows have: 1 at the cell's own, 0 elsewhere. All are 0
    /// for a value that no training row has.
    OneHot,
    /// Minus the mean image of the training rows.
    SubtractMean {
        /// Whether it is that of all rows, the test rows too, as in the authors' code.
        reference: bool,
    },
    /// Pixels from 0 to 1 instead of 0 to 255.
    NormalizePixels,
    /// In training only: a random flip, and a random crop out of a frame of zeros.
    Augment {
        /// Whether half of the images are turned from left to right.
        flip: bool,
        /// How wide the frame is; 0 for no crop.
        pad: usize,
    },
}

/// What an empty cell is filled with.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Impute {
    /// The column's mean over the training rows.
    Mean,
    /// The column's median over the training rows.
    Median,
    /// This number.
    Constant(f64),
}
