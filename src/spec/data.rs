//! The data set: sources, split, and the columns of the label and the modalities.

#[cfg(doc)]
use super::pattern_matches;
use super::{MissingMarkers, Source, Spanned, Transform, TransformKind};
use crate::diag::{Span, string_literal};
use crate::shape::Shape;
use serde::{Deserialize, Serialize};

/// The `data { ... }` block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataSpec {
    /// Where rows come from.
    pub origin: Origin,
    /// The split into train, valid and test.
    pub split: Split,
    /// The column of the weights of rows in the loss; every row weighs 1 without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<ColumnRef>,
    /// What marks an empty cell, in every column.
    #[serde(default, skip_serializing_if = "MissingMarkers::is_empty")]
    pub missing: MissingMarkers,
    /// What becomes of rows without a label.
    #[serde(default, skip_serializing_if = "Unlabeled::is_error")]
    pub unlabeled: Unlabeled,
    /// The whole block.
    #[serde(skip)]
    pub span: Span,
}

impl DataSpec {
    /// Every path, glob and folder that is read, as the pipeline names it.
    pub fn paths(&self) -> Vec<&str> {
        self.origin.sources().into_iter().flat_map(Source::paths).collect()
    }
}

/// What becomes of rows whose label is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unlabeled {
    /// They are an error.
    #[default]
    Error,
    /// They are left out, and counted.
    Drop,
}

impl Unlabeled {
    /// The words of the language.
    pub const WORDS: &'static [&'static str] = &["error", "drop"];

    /// As the language writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Unlabeled::Error => "error",
            Unlabeled::Drop => "drop",
        }
    }

    /// The meaning of a word of the language.
    pub fn of(word: &str) -> Self {
        if word == "drop" { Unlabeled::Drop } else { Unlabeled::Error }
    }

    fn is_error(&self) -> bool {
        *self == Unlabeled::Error
    }
}

/// One table that is split, or one table for each part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// `source = ...`
    Whole(Source),
    /// `train = ...`, `valid = ...`, `calib = ...`, `test = ...`
    Parts {
        /// Rows to train on; `split` may take the validation rows from them.
        train: Source,
        /// Rows to select on.
        valid: Option<Source>,
        /// Rows to calibrate probabilities on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        calib: Option<Source>,
        /// Rows to report on.
        test: Option<Source>,
    },
}

impl Origin {
    /// Its tables in the order train, valid, calib, test; or the one table that is split.
    pub fn sources(&self) -> Vec<&Source> {
        match self {
            Origin::Whole(source) => vec![source],
            Origin::Parts { train, valid, calib, test } => {
                [Some(train), valid.as_ref(), calib.as_ref(), test.as_ref()].into_iter().flatten().collect()
            }
        }
    }
}

/// The split of rows. Portions are taken in the order written, each from what the one before left; the rest is
/// train.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Split {
    /// The portions that are taken.
    pub portions: Vec<Portion>,
    /// `by_column("split")`: a column with the values `train`, `valid` (or `validation`, `val`, `dev`), `calib` or `test`.
    pub by_column: Option<Spanned<String>>,
    /// The words of that column in place of these, where the pipeline names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<PartWords>,
    /// Whether `fraction` takes the same share of every class.
    pub stratify: bool,
    /// Columns of whose values `fraction` takes the same share of each; with the class, of each combination.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stratify_by: Vec<Spanned<String>>,
    /// Columns whose rows of equal values stay on one side of a `fraction`.
    #[serde(with = "super::one_or_many")]
    pub group: Vec<Spanned<String>>,
    /// The seed of `fraction`.
    pub seed: u64,
    /// The whole setting.
    #[serde(skip)]
    pub span: Span,
}

/// The words that a column has on the rows of a part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartWords {
    /// The part.
    pub part: Part,
    /// Its words.
    pub words: Vec<Spanned<String>>,
}

/// One portion of a split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Portion {
    /// Which part it becomes.
    pub part: Part,
    /// Which rows it takes.
    pub rule: PortionRule,
    /// `test: last(4_000)`
    #[serde(skip)]
    pub span: Span,
}

/// The parts of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Rows that weights and transforms are fitted on.
    Train,
    /// Rows that models are selected on.
    Valid,
    /// Rows that probabilities are calibrated on.
    Calib,
    /// Rows that are evaluated once, at the end.
    Test,
}

impl Part {
    /// Every part, in the order of tables.
    pub const ALL: [Part; 4] = [Part::Train, Part::Valid, Part::Calib, Part::Test];

    /// `train`, `valid`, `calib`, `test`
    pub fn as_str(self) -> &'static str {
        match self {
            Part::Train => "train",
            Part::Valid => "valid",
            Part::Calib => "calib",
            Part::Test => "test",
        }
    }
}

/// Which rows a portion takes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PortionRule {
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
    /// Its classes.
    pub classes: Classes,
    /// The column with the class.
    pub column: ColumnRef,
    /// Its type, `class[..]`.
    #[serde(skip)]
    pub type_span: Span,
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
    /// Their number.
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
    /// The text that selects it.
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
    /// All whose names match, `*` for any letters and `?` for one, in the order of the table; see [`pattern_matches`].
    Glob(String),
    /// None of those whose names match, of all that the list selects.
    Except(String),
}

impl ModalitySpec {
    /// The cells of its columns that its own transforms declare to be empty, beside those that the data block declares. In
    /// a modality of numbers these are words only: numbers become empty at the place of their transform.
    pub fn missing(&self) -> MissingMarkers {
        let numeric = matches!(self.kind, ModalityKind::Dense | ModalityKind::Sequence) && !self.is_one_hot();
        self.transforms.iter().fold(MissingMarkers::default(), |markers, transform| match &transform.kind {
            TransformKind::Missing { values, words } => {
                markers.and(&MissingMarkers::new(words, if numeric { &[] } else { values }))
            }
            _ => markers,
        })
    }
}

impl Select {
    /// The call of the language that selects it.
    pub fn show(&self) -> String {
        match self {
            Select::Position(position) => format!("column({position})"),
            Select::Name(name) => format!("column({})", string_literal(name)),
            Select::Glob(pattern) => format!("columns({})", string_literal(pattern)),
            Select::Except(pattern) => format!("columns({})", string_literal(&format!("!{pattern}"))),
        }
    }
}

/// `modality NAME: TYPE = COLUMNS |> TRANSFORM ...`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModalitySpec {
    /// Its name.
    pub name: String,
    /// The lines of its doc comment.
    pub doc: Vec<String>,
    /// The kind of signal.
    pub kind: ModalityKind,
    /// The shape of one row of it.
    pub shape: Shape,
    /// Whether it may be missing on a row (`NAME?`).
    pub optional: bool,
    /// The columns it is made of, in order.
    pub columns: Vec<ColumnRef>,
    /// Whether rows whose image cannot be read are left out of the training data.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub skip_unreadable: bool,
    /// The transforms, in order.
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
    /// `sequence[t, d]` of a column of lists: as many steps as the list has, at most t, then steps of not-a-number.
    PaddedSequence,
    /// `text[n]`: the ids of n tokens, in shape `[n]`. 0 is padding, after the last token only; 1 is any
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
