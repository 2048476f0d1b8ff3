//! The transforms of modalities.

use super::{DateForms, DatePart, ModalitySpec};
use crate::diag::Span;
use serde::{Deserialize, Serialize};

/// One transform of a modality.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transform {
    /// The kind of transform.
    pub kind: TransformKind,
    /// The call in the file.
    #[serde(skip)]
    pub span: Span,
}

/// The transforms. Statistics are fitted on the training rows only.
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
    /// These numbers and words mark an empty cell.
    Missing {
        /// The numbers.
        values: Vec<f64>,
        /// The words.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        words: Vec<String>,
    },
    /// Fills empty cells.
    Impute(Impute),
    /// An empty cell is a value: a word beside the others, or a text without tokens.
    KeepMissing,
    /// Rare words become one.
    GroupRare {
        /// On how many training rows a word is no longer rare.
        min_count: usize,
    },
    /// Every letter of a text in its lower case (Unicode).
    Lowercase,
    /// A text as its first `max` characters.
    Chars {
        /// Largest number of tokens of a text.
        max: usize,
        /// How many ids there may be, padding and unknown included: the most frequent of the training rows have one.
        vocab: usize,
    },
    /// A text as its first `max` words; as [`TransformKind::Chars`] otherwise.
    Words {
        /// Largest number of tokens of a text.
        max: usize,
        /// How many ids there may be, padding and unknown included.
        vocab: usize,
    },
    /// Dates as numbers.
    Date {
        /// The numbers of each date, in order.
        parts: Vec<DatePart>,
        /// How dates are written.
        forms: DateForms,
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
    /// The image at another size; before all other transforms of an image.
    Size(SizeStep),
    /// In training only: a random flip, and a random crop out of a frame of zeros.
    Augment {
        /// Whether half of the images are flipped from left to right.
        flip: bool,
        /// Width of the frame; 0 for no crop.
        pad: usize,
    },
}

impl TransformKind {
    /// Whether the columns of a modality have one scale after it, whatever theirs was.
    pub fn brings_to_one_scale(&self) -> bool {
        match self {
            TransformKind::Standardize | TransformKind::MinMax => true,
            TransformKind::Log1p
            | TransformKind::Clip { .. }
            | TransformKind::Missing { .. }
            | TransformKind::Impute(_)
            | TransformKind::KeepMissing
            | TransformKind::GroupRare { .. }
            | TransformKind::Lowercase
            | TransformKind::Chars { .. }
            | TransformKind::Words { .. }
            | TransformKind::Date { .. }
            | TransformKind::OneHot
            | TransformKind::SubtractMean { .. }
            | TransformKind::NormalizePixels
            | TransformKind::Size(_)
            | TransformKind::Augment { .. } => false,
        }
    }

    /// A number after it, where that depends on no other number; the number itself after any other transform. `None` for one
    /// that marks an empty cell.
    pub fn of_number(&self, x: f64) -> Option<f64> {
        match self {
            TransformKind::Log1p => Some(x.abs().ln_1p().copysign(x)),
            TransformKind::Clip { lo, hi } => Some(x.max(*lo).min(*hi)),
            TransformKind::Missing { values, .. } => (!values.contains(&x)).then_some(x),
            TransformKind::Standardize
            | TransformKind::MinMax
            | TransformKind::Impute(_)
            | TransformKind::KeepMissing
            | TransformKind::GroupRare { .. }
            | TransformKind::Lowercase
            | TransformKind::Chars { .. }
            | TransformKind::Words { .. }
            | TransformKind::Date { .. }
            | TransformKind::OneHot
            | TransformKind::SubtractMean { .. }
            | TransformKind::NormalizePixels
            | TransformKind::Size(_)
            | TransformKind::Augment { .. } => Some(x),
        }
    }

    /// Whether it goes with words, and takes and gives them.
    pub fn is_of_words(&self) -> bool {
        matches!(
            self,
            TransformKind::Missing { .. }
                | TransformKind::KeepMissing
                | TransformKind::GroupRare { .. }
                | TransformKind::Impute(Impute::MostFrequent | Impute::Word(_))
        )
    }

    /// Whether it decides what the cells of a column are read as: dates or words, in place of numbers.
    pub fn decides_cells(&self) -> bool {
        matches!(self, TransformKind::Date { .. } | TransformKind::OneHot)
    }
}

impl ModalitySpec {
    /// Whether it is one column of words, each a 1 among zeros.
    pub fn is_one_hot(&self) -> bool {
        self.transforms.iter().any(|transform| transform.kind == TransformKind::OneHot)
    }

    /// The parts of each date and the forms of dates, where its columns hold dates.
    pub fn dates(&self) -> Option<(&[DatePart], &DateForms)> {
        self.transforms.iter().find_map(|transform| match &transform.kind {
            TransformKind::Date { parts, forms } => Some((parts.as_slice(), forms)),
            _ => None,
        })
    }
}

/// A change of the size of images: of height and width, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SizeStep {
    /// `resize(h, w)`: interpolated between the nearest pixels; of a larger image each pixel is a mean.
    Resize([usize; 2]),
    /// `crop(h, w)`: the middle of the image, at most this high and wide.
    Crop([usize; 2]),
    /// `pad(h, w)`: the image in the middle of zeros, at least this high and wide.
    Pad([usize; 2]),
}

impl SizeStep {
    /// The size of an image of a height and width after the step.
    pub fn apply(self, [height, width]: [usize; 2]) -> [usize; 2] {
        match self {
            SizeStep::Resize(size) => size,
            SizeStep::Crop([h, w]) => [height.min(h), width.min(w)],
            SizeStep::Pad([h, w]) => [height.max(h), width.max(w)],
        }
    }

    /// The call of the language.
    pub fn show(self) -> String {
        let (name, [height, width]) = match self {
            SizeStep::Resize(size) => ("resize", size),
            SizeStep::Crop(size) => ("crop", size),
            SizeStep::Pad(size) => ("pad", size),
        };
        format!("{name}({height}, {width})")
    }
}

/// The replacement of an empty cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Impute {
    /// The column's mean over the training rows.
    Mean,
    /// The column's median over the training rows.
    Median,
    /// This number.
    Constant(f64),
    /// The most frequent word of the training rows.
    MostFrequent,
    /// This word, or this text.
    Word(String),
}
