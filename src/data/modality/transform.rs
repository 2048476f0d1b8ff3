//! The fitted transforms, as plain data: statistics of the training rows, and the numeric transforms of a
//! cell. Cells are double precision, and an empty one is NaN.

use crate::data::modality::statistics::{Cells, FitError, means, medians, moments, ranges};
use crate::shape::Shape;
use crate::spec::{DateForms, DatePart, Impute, SizeStep, TransformKind};
use serde::{Deserialize, Serialize};

/// A transform with the statistics of every column of its modality.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FittedTransform {
    /// `(x - mean) / std`
    Standardize {
        /// Mean of each column over the training rows that have it.
        mean: Vec<f64>,
        /// Population standard deviation of each.
        std: Vec<f64>,
    },
    /// `(x - min) / (max - min)`
    MinMax {
        /// Least value of each column over the training rows.
        min: Vec<f64>,
        /// Greatest value of each.
        max: Vec<f64>,
    },
    /// `sign(x) * ln(1 + |x|)`
    Log1p,
    /// `min(max(x, lo), hi)`
    Clip {
        /// Least.
        lo: f64,
        /// Greatest.
        hi: f64,
    },
    /// These numbers become empty cells.
    Missing {
        /// The numbers.
        values: Vec<f64>,
    },
    /// An empty cell becomes this number.
    Impute {
        /// The number for each column.
        values: Vec<f64>,
    },
    /// An empty cell becomes this word or text.
    ImputeWord {
        /// The word.
        word: String,
    },
    /// An empty cell stays what it is, and is a value.
    KeepMissing,
    /// Rare words become one, whose id follows those of the others.
    GroupRare {
        /// The rare words of the training rows, sorted.
        rare: Vec<String>,
    },
    /// Letters become lower case.
    Lowercase,
    /// Characters become ids.
    Chars {
        /// Largest number of tokens of a text.
        max: usize,
        /// Those that have an id, the first of them 2.
        vocabulary: Vec<String>,
    },
    /// Words become ids.
    Words {
        /// Largest number of tokens of a text.
        max: usize,
        /// Those that have an id, the first of them 2.
        vocabulary: Vec<String>,
    },
    /// A value becomes an id.
    Category {
        /// Those that have one, the first of them 1.
        values: Vec<String>,
    },
    /// A date becomes numbers.
    Date {
        /// The numbers of each date, in order.
        parts: Vec<DatePart>,
        /// How dates are written.
        forms: DateForms,
    },
    /// A value becomes a 1 among zeros.
    OneHot {
        /// The values in order.
        values: Vec<String>,
    },
    /// A number for each of an image is subtracted.
    SubtractMean {
        /// The mean image.
        mean: Vec<f64>,
        /// Whether it is that of all rows.
        reference: bool,
    },
    /// Numbers are divided by 255.
    NormalizePixels,
    /// Images are brought to another size when they are read.
    Size(SizeStep),
    /// Training images are changed at random; others are not.
    Augment {
        /// Whether they may be turned from left to right.
        flip: bool,
        /// Width of the frame that they are cropped from.
        pad: usize,
    },
}

impl FittedTransform {
    /// The transform before it is fitted.
    pub(crate) fn new(kind: &TransformKind) -> Self {
        match kind {
            TransformKind::Standardize => FittedTransform::Standardize { mean: vec![], std: vec![] },
            TransformKind::MinMax => FittedTransform::MinMax { min: vec![], max: vec![] },
            TransformKind::Log1p => FittedTransform::Log1p,
            TransformKind::Clip { lo, hi } => FittedTransform::Clip { lo: *lo, hi: *hi },
            TransformKind::Missing { values, .. } => FittedTransform::Missing { values: values.clone() },
            TransformKind::Impute(Impute::Word(word)) => FittedTransform::ImputeWord { word: word.clone() },
            TransformKind::Impute(Impute::MostFrequent) => FittedTransform::ImputeWord { word: String::new() },
            TransformKind::Impute(_) => FittedTransform::Impute { values: vec![] },
            TransformKind::KeepMissing => FittedTransform::KeepMissing,
            TransformKind::GroupRare { .. } => FittedTransform::GroupRare { rare: vec![] },
            TransformKind::Lowercase => FittedTransform::Lowercase,
            TransformKind::Chars { max, .. } => FittedTransform::Chars { max: *max, vocabulary: vec![] },
            TransformKind::Words { max, .. } => FittedTransform::Words { max: *max, vocabulary: vec![] },
            TransformKind::Date { parts, forms } => {
                FittedTransform::Date { parts: parts.clone(), forms: forms.clone() }
            }
            TransformKind::OneHot => FittedTransform::OneHot { values: vec![] },
            TransformKind::SubtractMean { reference } => {
                FittedTransform::SubtractMean { mean: vec![], reference: *reference }
            }
            TransformKind::NormalizePixels => FittedTransform::NormalizePixels,
            TransformKind::Size(step) => FittedTransform::Size(*step),
            TransformKind::Augment { flip, pad } => FittedTransform::Augment { flip: *flip, pad: *pad },
        }
    }

    /// Fits every feature to its training cells. A feature that cannot be fitted keeps its place, and is returned with
    /// the error.
    pub(crate) fn fit(&mut self, kind: &TransformKind, cells: &dyn Cells) -> Vec<(usize, FitError)> {
        let mut misfits = vec![];
        let mut sound = |learned: Vec<Result<(f64, f64), FitError>>| {
            let (mut first, mut second) = (vec![], vec![]);
            for (feature, learned) in learned.into_iter().enumerate() {
                let (a, b) = learned.unwrap_or_else(|misfit| {
                    misfits.push((feature, misfit));
                    (f64::NAN, f64::NAN)
                });
                first.push(a);
                second.push(b);
            }
            (first, second)
        };
        let alone = |value: Result<f64, FitError>| value.map(|value| (value, value));
        match self {
            FittedTransform::Standardize { mean, std } => (*mean, *std) = sound(moments(cells)),
            FittedTransform::MinMax { min, max } => {
                let ranges = ranges(cells).into_iter().map(|range| match range? {
                    (low, high) if low == high => Err(FitError::Constant(low)),
                    (low, high) if !(high - low).is_finite() => Err(FitError::TooLarge),
                    range => Ok(range),
                });
                (*min, *max) = sound(ranges.collect());
            }
            FittedTransform::Impute { values } => {
                let learned = match kind {
                    TransformKind::Impute(Impute::Constant(value)) => vec![Ok(*value); cells.features()],
                    TransformKind::Impute(Impute::Median) => medians(cells),
                    _ => means(cells),
                };
                (*values, _) = sound(learned.into_iter().map(alone).collect());
            }
            // These fit no numbers; texts, categories, dates and images are converted in their own modules.
            FittedTransform::Log1p
            | FittedTransform::Clip { .. }
            | FittedTransform::Missing { .. }
            | FittedTransform::ImputeWord { .. }
            | FittedTransform::KeepMissing
            | FittedTransform::GroupRare { .. }
            | FittedTransform::Lowercase
            | FittedTransform::Chars { .. }
            | FittedTransform::Words { .. }
            | FittedTransform::Category { .. }
            | FittedTransform::Date { .. }
            | FittedTransform::OneHot { .. }
            | FittedTransform::SubtractMean { .. }
            | FittedTransform::NormalizePixels
            | FittedTransform::Size(_)
            | FittedTransform::Augment { .. } => {}
        }
        misfits
    }

    /// The lists of its statistics; each has a number for every feature it is fitted to.
    pub(crate) fn statistics(&self) -> Vec<&[f64]> {
        match self {
            FittedTransform::Standardize { mean, std } => vec![mean, std],
            FittedTransform::MinMax { min, max } => vec![min, max],
            FittedTransform::Impute { values } => vec![values],
            FittedTransform::SubtractMean { mean, .. } => vec![mean],
            FittedTransform::Log1p
            | FittedTransform::Clip { .. }
            | FittedTransform::Missing { .. }
            | FittedTransform::ImputeWord { .. }
            | FittedTransform::KeepMissing
            | FittedTransform::GroupRare { .. }
            | FittedTransform::Lowercase
            | FittedTransform::Chars { .. }
            | FittedTransform::Words { .. }
            | FittedTransform::Category { .. }
            | FittedTransform::Date { .. }
            | FittedTransform::OneHot { .. }
            | FittedTransform::NormalizePixels
            | FittedTransform::Size(_)
            | FittedTransform::Augment { .. } => vec![],
        }
    }

    /// What a column that cannot be fitted cannot be: a past participle, for messages.
    pub(crate) fn participle(&self) -> &'static str {
        match self {
            FittedTransform::Standardize { .. } => "standardized",
            FittedTransform::MinMax { .. } => "brought to a range",
            FittedTransform::Impute { .. } => "imputed",
            // These learn nothing of numbers, so that no column is unfit for them.
            FittedTransform::Log1p
            | FittedTransform::Clip { .. }
            | FittedTransform::Missing { .. }
            | FittedTransform::ImputeWord { .. }
            | FittedTransform::KeepMissing
            | FittedTransform::GroupRare { .. }
            | FittedTransform::Lowercase
            | FittedTransform::Chars { .. }
            | FittedTransform::Words { .. }
            | FittedTransform::Category { .. }
            | FittedTransform::Date { .. }
            | FittedTransform::OneHot { .. }
            | FittedTransform::SubtractMean { .. }
            | FittedTransform::NormalizePixels
            | FittedTransform::Size(_)
            | FittedTransform::Augment { .. } => "transformed",
        }
    }

    /// The results for cells of a column, in their places.
    pub(crate) fn apply_all(&self, column: usize, cells: &mut [f64]) {
        match self {
            // As [`FittedTransform::apply`], with the statistics looked up once.
            FittedTransform::Standardize { mean, std } => {
                let of = |values: &[f64]| values.get(column).copied().unwrap_or(f64::NAN);
                let (mean, std) = (of(mean), of(std));
                cells.iter_mut().for_each(|cell| *cell = (*cell - mean) / std);
            }
            other => cells.iter_mut().for_each(|cell| *cell = other.apply(column, *cell)),
        }
    }

    /// The result for a cell of a column.
    pub fn apply(&self, column: usize, cell: f64) -> f64 {
        let of = |values: &[f64]| values.get(column).copied().unwrap_or(f64::NAN);
        match self {
            FittedTransform::Standardize { mean, std } => (cell - of(mean)) / of(std),
            FittedTransform::MinMax { min, max } => (cell - of(min)) / (of(max) - of(min)),
            FittedTransform::Log1p => libm::copysign(libm::log1p(cell.abs()), cell),
            // Written out, because `max` and `min` would turn an empty cell into a bound.
            FittedTransform::Clip { lo, hi } => {
                if cell < *lo {
                    *lo
                } else if cell > *hi {
                    *hi
                } else {
                    cell
                }
            }
            FittedTransform::Missing { values } => {
                if values.contains(&cell) {
                    f64::NAN
                } else {
                    cell
                }
            }
            FittedTransform::Impute { values } => {
                if cell.is_nan() {
                    of(values)
                } else {
                    cell
                }
            }
            FittedTransform::SubtractMean { mean, .. } => cell - of(mean),
            FittedTransform::NormalizePixels => cell / 255.0,
            // Words and dates are converted elsewhere, images brought to a size as they are read and changed at random in
            // training only.
            FittedTransform::ImputeWord { .. }
            | FittedTransform::KeepMissing
            | FittedTransform::GroupRare { .. }
            | FittedTransform::Lowercase
            | FittedTransform::Chars { .. }
            | FittedTransform::Words { .. }
            | FittedTransform::Category { .. }
            | FittedTransform::Date { .. }
            | FittedTransform::OneHot { .. }
            | FittedTransform::Size(_)
            | FittedTransform::Augment { .. } => cell,
        }
    }
}

/// `x * scale + shift` for each number of an image: the result of the transforms before.
pub(crate) struct PixelAffine {
    /// The factor of each number.
    pub scale: Vec<f64>,
    /// The number added to each.
    pub shift: Vec<f64>,
    /// How many numbers a channel has.
    pub plane: usize,
}

impl PixelAffine {
    /// The identity for images of a shape: channels, height, width.
    pub(crate) fn identity(shape: &Shape) -> Self {
        let size = shape.size();
        let plane = shape.0.iter().skip(1).product::<usize>().max(1);
        Self { scale: vec![1.0; size], shift: vec![0.0; size], plane }
    }

    /// Follows a transform.
    pub(crate) fn then(&mut self, transform: &FittedTransform) {
        let plane = self.plane;
        match transform {
            FittedTransform::SubtractMean { mean, .. } => {
                for (at, mean) in mean.iter().enumerate() {
                    self.shift[at] -= self.scale[at] * mean;
                }
            }
            FittedTransform::NormalizePixels => self.divide(|_| 255.0),
            FittedTransform::Standardize { mean, std } => {
                for (at, shift) in self.shift.iter_mut().enumerate() {
                    *shift -= mean[at / plane];
                }
                self.divide(|at| std[at / plane]);
            }
            // Sizes are those of the pixels as they are read, random changes are made when a batch is filled; no other transform applies to images.
            FittedTransform::Augment { .. }
            | FittedTransform::Size(_)
            | FittedTransform::MinMax { .. }
            | FittedTransform::Log1p
            | FittedTransform::Clip { .. }
            | FittedTransform::Missing { .. }
            | FittedTransform::Impute { .. }
            | FittedTransform::ImputeWord { .. }
            | FittedTransform::KeepMissing
            | FittedTransform::GroupRare { .. }
            | FittedTransform::Lowercase
            | FittedTransform::Chars { .. }
            | FittedTransform::Words { .. }
            | FittedTransform::Category { .. }
            | FittedTransform::Date { .. }
            | FittedTransform::OneHot { .. } => {}
        }
    }

    fn divide(&mut self, by: impl Fn(usize) -> f64) {
        for (at, (scale, shift)) in self.scale.iter_mut().zip(&mut self.shift).enumerate() {
            *scale /= by(at);
            *shift /= by(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ops::Range;

    /// Cells of two features that are the same, in blocks of two: what is fitted must not depend on blocks.
    struct Pairs<'a>(&'a [f64]);

    impl Cells for Pairs<'_> {
        fn features(&self) -> usize {
            2
        }

        fn blocks(&self, features: Range<usize>, see: &(dyn Fn(usize, &[f64]) + Sync)) {
            for block in self.0.chunks(2) {
                features.clone().for_each(|feature| see(feature, block));
            }
        }
    }

    /// Fits to one feature, and asserts that another of the same cells has the same result.
    fn fit(kind: TransformKind, cells: &[f64]) -> Result<FittedTransform, FitError> {
        let mut fitted = FittedTransform::new(&kind);
        match fitted.fit(&kind, &Pairs(cells))[..] {
            [(0, misfit), (1, other)] => {
                assert_eq!(misfit, other);
                return Err(misfit);
            }
            ref misfits => assert_eq!(misfits, []),
        }
        let halve = |values: &mut Vec<f64>| {
            assert_eq!(values.pop().map(f64::to_bits), values.first().copied().map(f64::to_bits));
        };
        match &mut fitted {
            FittedTransform::Standardize { mean: first, std: second }
            | FittedTransform::MinMax { min: first, max: second } => {
                halve(first);
                halve(second);
            }
            FittedTransform::Impute { values } => halve(values),
            _ => {}
        }
        Ok(fitted)
    }

    #[test]
    fn standardize_is_the_closed_form() {
        // 2, 4, 4, 4, 5, 5, 7, 9 have mean 5 and population standard deviation 2.
        let fitted = fit(TransformKind::Standardize, &[2.0, 4.0, 4.0, f64::NAN, 4.0, 5.0, 5.0, 7.0, 9.0]).unwrap();
        assert_eq!(fitted, FittedTransform::Standardize { mean: vec![5.0], std: vec![2.0] });
        assert_eq!(fitted.apply(0, 9.0), 2.0);
        assert!(fitted.apply(0, f64::NAN).is_nan());
    }

    #[test]
    fn standardize_keeps_digits_far_from_zero() {
        let far: Vec<f64> = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0].map(|x| x + 1e12).to_vec();
        assert_eq!(fit(TransformKind::Standardize, &far).unwrap().apply(0, 1e12 + 9.0), 2.0);
    }

    #[test]
    fn a_column_without_variation_is_no_column() {
        assert_eq!(fit(TransformKind::Standardize, &[0.1; 1000]), Err(FitError::Constant(0.1)));
        assert_eq!(fit(TransformKind::MinMax, &[-3.0, f64::NAN, -3.0]), Err(FitError::Constant(-3.0)));
        let mut rounding = vec![0.1; 1000];
        rounding[7] = 0.1f64.next_up();
        assert_eq!(fit(TransformKind::Standardize, &rounding), Err(FitError::Constant(0.1)));
        assert_eq!(fit(TransformKind::Standardize, &[f64::NAN]), Err(FitError::Empty));
        assert_eq!(fit(TransformKind::Standardize, &[1e200, -1e200]), Err(FitError::TooLarge));
    }

    #[test]
    fn min_max_log_and_clip() {
        let fitted = fit(TransformKind::MinMax, &[2.0, 6.0, 4.0]).unwrap();
        assert_eq!([2.0, 3.0, 6.0, 10.0].map(|x| fitted.apply(0, x)), [0.0, 0.25, 1.0, 2.0]);
        let log = |x| FittedTransform::Log1p.apply(0, x);
        assert_eq!(log(0.0), 0.0);
        assert!((log(std::f64::consts::E - 1.0) - 1.0).abs() < 1e-15);
        assert_eq!(log(-7.5), -log(7.5));
        let clip = FittedTransform::Clip { lo: -1.0, hi: 2.0 };
        assert_eq!([-5.0, 0.5, 9.0].map(|x| clip.apply(0, x)), [-1.0, 0.5, 2.0]);
        assert!(clip.apply(0, f64::NAN).is_nan());
    }

    #[test]
    fn empty_cells_are_declared_and_filled() {
        let missing = FittedTransform::Missing { values: vec![-999.0, 0.0] };
        assert!(missing.apply(0, -999.0).is_nan() && missing.apply(0, -0.0).is_nan());
        assert_eq!(missing.apply(0, 1.0), 1.0);
        let cells = [1.0, f64::NAN, 2.0, 9.0, 100.0];
        let filled = |impute| fit(TransformKind::Impute(impute), &cells).unwrap().apply(0, f64::NAN);
        assert_eq!(filled(Impute::Mean), 28.0);
        assert_eq!(filled(Impute::Median), 5.5);
        assert_eq!(filled(Impute::Constant(-1.0)), -1.0);
        assert_eq!(fit(TransformKind::Impute(Impute::Median), &cells[..4]).unwrap().apply(0, f64::NAN), 2.0);
    }

    #[test]
    fn preprocessing_survives_yaml() {
        let fitted = fit(TransformKind::Standardize, &[0.1, 0.7, 1.0 / 3.0]).unwrap();
        let text = serde_yaml::to_string(&fitted).unwrap();
        assert_eq!(serde_yaml::from_str::<FittedTransform>(&text).unwrap(), fitted, "{text}");
    }
}
