//! The transforms: what each fits to the training rows, as plain data, and what the numeric ones make of a cell.
//! Cells are double precision, and an empty one is NaN.

use crate::spec::{Impute, TransformKind};
use serde::{Deserialize, Serialize};

/// A transform and what it has learned of every column of its modality.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fitted {
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
    /// Letters become small letters.
    Lowercase,
    /// Characters become ids.
    Chars {
        /// How many are kept of a text.
        max: usize,
        /// Those that have an id, the first of them 2.
        vocabulary: Vec<String>,
    },
    /// Words become ids.
    Words {
        /// How many are kept of a text.
        max: usize,
        /// Those that have an id, the first of them 2.
        vocabulary: Vec<String>,
    },
    /// A value becomes an id.
    Category {
        /// Those that have one, the first of them 1.
        values: Vec<String>,
    },
    /// A value becomes a 1 among zeros.
    OneHot {
        /// The values in order.
        values: Vec<String>,
    },
    /// A number for each of an image is subtracted.
    SubtractMean {
        /// The mean image.
        mean: Vec<f32>,
        /// Whether it is that of all rows.
        reference: bool,
    },
    /// Numbers are divided by 255.
    NormalizePixels,
    /// Training images are changed at random; others are not.
    Augment {
        /// Whether they may be turned from left to right.
        flip: bool,
        /// How wide the frame is that they are cropped from.
        pad: usize,
    },
}

/// Why a transform cannot be fitted to a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Misfit {
    /// All its values are this one.
    Constant(f64),
    /// It has no values.
    Empty,
    /// Its values are too large to compute with.
    TooLarge,
}

impl Fitted {
    /// The transform before it has seen a column.
    pub(crate) fn new(kind: &TransformKind) -> Self {
        match kind {
            TransformKind::Standardize => Fitted::Standardize { mean: vec![], std: vec![] },
            TransformKind::MinMax => Fitted::MinMax { min: vec![], max: vec![] },
            TransformKind::Log1p => Fitted::Log1p,
            TransformKind::Clip { lo, hi } => Fitted::Clip { lo: *lo, hi: *hi },
            TransformKind::Missing { values } => Fitted::Missing { values: values.clone() },
            TransformKind::Impute(_) => Fitted::Impute { values: vec![] },
            TransformKind::Lowercase => Fitted::Lowercase,
            TransformKind::Chars { max, .. } => Fitted::Chars { max: *max, vocabulary: vec![] },
            TransformKind::Words { max, .. } => Fitted::Words { max: *max, vocabulary: vec![] },
            TransformKind::OneHot => Fitted::OneHot { values: vec![] },
            TransformKind::SubtractMean { reference } => Fitted::SubtractMean { mean: vec![], reference: *reference },
            TransformKind::NormalizePixels => Fitted::NormalizePixels,
            TransformKind::Augment { flip, pad } => Fitted::Augment { flip: *flip, pad: *pad },
        }
    }

    /// Learns the next column from its training cells.
    pub(crate) fn fit_column(&mut self, kind: &TransformKind, cells: &mut dyn Cells) -> Result<(), Misfit> {
        match self {
            Fitted::Standardize { mean, std } => {
                let (column_mean, column_std) = moments(cells)?;
                mean.push(column_mean);
                std.push(column_std);
            }
            Fitted::MinMax { min, max } => {
                let (low, high) = range(cells)?;
                if low == high {
                    return Err(Misfit::Constant(low));
                }
                if !(high - low).is_finite() {
                    return Err(Misfit::TooLarge);
                }
                min.push(low);
                max.push(high);
            }
            Fitted::Impute { values } => values.push(match kind {
                TransformKind::Impute(Impute::Constant(value)) => *value,
                TransformKind::Impute(Impute::Median) => median(cells)?,
                _ => mean(cells)?,
            }),
            _ => {}
        }
        Ok(())
    }

    /// Passes over a column that cannot be fitted, so that those after it keep their places.
    pub(crate) fn skip_column(&mut self) {
        match self {
            Fitted::Standardize { mean: first, std: second } | Fitted::MinMax { min: first, max: second } => {
                first.push(f64::NAN);
                second.push(f64::NAN);
            }
            Fitted::Impute { values } => values.push(f64::NAN),
            _ => {}
        }
    }

    /// What becomes of a cell of a column.
    pub fn apply(&self, column: usize, cell: f64) -> f64 {
        let of = |values: &[f64]| values.get(column).copied().unwrap_or(f64::NAN);
        match self {
            Fitted::Standardize { mean, std } => (cell - of(mean)) / of(std),
            Fitted::MinMax { min, max } => (cell - of(min)) / (of(max) - of(min)),
            Fitted::Log1p => libm::copysign(libm::log1p(cell.abs()), cell),
            // Written out, because `max` and `min` would turn an empty cell into a bound.
            Fitted::Clip { lo, hi } => {
                if cell < *lo {
                    *lo
                } else if cell > *hi {
                    *hi
                } else {
                    cell
                }
            }
            Fitted::Missing { values } => {
                if values.contains(&cell) {
                    f64::NAN
                } else {
                    cell
                }
            }
            Fitted::Impute { values } => {
                if cell.is_nan() {
                    of(values)
                } else {
                    cell
                }
            }
            Fitted::SubtractMean { mean, .. } => cell - mean.get(column).map_or(f64::NAN, |mean| f64::from(*mean)),
            Fitted::NormalizePixels => cell / 255.0,
            // What reads words makes numbers of its own, and images are changed in training only.
            _ => cell,
        }
    }
}

/// The cells of a column of the training rows, which need not all be in memory.
pub(crate) trait Cells {
    /// Shows all cells, block by block and always in the same order.
    fn blocks(&mut self, see: &mut dyn FnMut(&[f64]));
}

/// What comes of going over all cells that are not empty.
fn fold<T>(cells: &mut dyn Cells, from: T, step: impl Fn(&mut T, f64)) -> T {
    let mut state = from;
    cells.blocks(&mut |block| block.iter().filter(|cell| !cell.is_nan()).for_each(|cell| step(&mut state, *cell)));
    state
}

/// Least and greatest.
fn range(cells: &mut dyn Cells) -> Result<(f64, f64), Misfit> {
    let (low, high) = fold(cells, (f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
        *low = low.min(x);
        *high = high.max(x);
    });
    match (low <= high, low.is_finite() && high.is_finite()) {
        (false, _) => Err(Misfit::Empty),
        (true, false) => Err(Misfit::TooLarge),
        (true, true) => Ok((low, high)),
    }
}

/// The mean, summed from the first value on so that large offsets cost no digits.
fn mean(cells: &mut dyn Cells) -> Result<f64, Misfit> {
    let (origin, sum, count) = fold(cells, (f64::NAN, 0.0, 0u64), |(origin, sum, count), x| {
        if *count == 0 {
            *origin = x;
        }
        *sum += x - *origin;
        *count += 1;
    });
    let mean = origin + sum / count as f64;
    match count {
        0 => Err(Misfit::Empty),
        _ if mean.is_finite() => Ok(mean),
        _ => Err(Misfit::TooLarge),
    }
}

/// Mean and population standard deviation.
fn moments(cells: &mut dyn Cells) -> Result<(f64, f64), Misfit> {
    let (low, high) = range(cells)?;
    let mean = mean(cells)?;
    let (sum, count) = fold(cells, (0.0, 0u64), |(sum, count), x| {
        *sum += (x - mean) * (x - mean);
        *count += 1;
    });
    let std = (sum / count as f64).sqrt();
    // Below the spacing of doubles of this size there is no variation, only rounding.
    if low == high || std <= f64::EPSILON * low.abs().max(high.abs()) {
        Err(Misfit::Constant(low))
    } else if std.is_finite() {
        Ok((mean, std))
    } else {
        Err(Misfit::TooLarge)
    }
}

/// The middle value, or the mean of the two middle ones. Unlike all others it takes all cells of a column at once.
fn median(cells: &mut dyn Cells) -> Result<f64, Misfit> {
    let mut sorted: Vec<f64> = fold(cells, vec![], |sorted, x| sorted.push(x));
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle).ok_or(Misfit::Empty)?;
    if sorted.len() % 2 == 1 {
        return Ok(upper);
    }
    let lower = sorted[middle - 1];
    Ok(lower / 2.0 + upper / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cells in blocks of two, so that what is fitted must not depend on blocks.
    struct Pairs<'a>(&'a [f64]);

    impl Cells for Pairs<'_> {
        fn blocks(&mut self, see: &mut dyn FnMut(&[f64])) {
            self.0.chunks(2).for_each(see);
        }
    }

    fn fit(kind: TransformKind, cells: &[f64]) -> Result<Fitted, Misfit> {
        let mut fitted = Fitted::new(&kind);
        fitted.fit_column(&kind, &mut Pairs(cells)).map(|()| fitted)
    }

    #[test]
    fn standardize_is_the_closed_form() {
        // 2, 4, 4, 4, 5, 5, 7, 9 have mean 5 and population standard deviation 2.
        let fitted = fit(TransformKind::Standardize, &[2.0, 4.0, 4.0, f64::NAN, 4.0, 5.0, 5.0, 7.0, 9.0]).unwrap();
        assert_eq!(fitted, Fitted::Standardize { mean: vec![5.0], std: vec![2.0] });
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
        assert_eq!(fit(TransformKind::Standardize, &[0.1; 1000]), Err(Misfit::Constant(0.1)));
        assert_eq!(fit(TransformKind::MinMax, &[-3.0, f64::NAN, -3.0]), Err(Misfit::Constant(-3.0)));
        let mut rounding = vec![0.1; 1000];
        rounding[7] = 0.1f64.next_up();
        assert_eq!(fit(TransformKind::Standardize, &rounding), Err(Misfit::Constant(0.1)));
        assert_eq!(fit(TransformKind::Standardize, &[f64::NAN]), Err(Misfit::Empty));
        assert_eq!(fit(TransformKind::Standardize, &[1e200, -1e200]), Err(Misfit::TooLarge));
    }

    #[test]
    fn min_max_log_and_clip() {
        let fitted = fit(TransformKind::MinMax, &[2.0, 6.0, 4.0]).unwrap();
        assert_eq!([2.0, 3.0, 6.0, 10.0].map(|x| fitted.apply(0, x)), [0.0, 0.25, 1.0, 2.0]);
        let log = |x| Fitted::Log1p.apply(0, x);
        assert_eq!(log(0.0), 0.0);
        assert!((log(std::f64::consts::E - 1.0) - 1.0).abs() < 1e-15);
        assert_eq!(log(-7.5), -log(7.5));
        let clip = Fitted::Clip { lo: -1.0, hi: 2.0 };
        assert_eq!([-5.0, 0.5, 9.0].map(|x| clip.apply(0, x)), [-1.0, 0.5, 2.0]);
        assert!(clip.apply(0, f64::NAN).is_nan());
    }

    #[test]
    fn empty_cells_are_declared_and_filled() {
        let missing = Fitted::Missing { values: vec![-999.0, 0.0] };
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
    fn what_was_fitted_survives_yaml() {
        let fitted = fit(TransformKind::Standardize, &[0.1, 0.7, 1.0 / 3.0]).unwrap();
        let text = serde_yaml::to_string(&fitted).unwrap();
        assert_eq!(serde_yaml::from_str::<Fitted>(&text).unwrap(), fitted, "{text}");
    }
}
