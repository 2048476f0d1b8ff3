//! Statistics of the training cells of every feature, computed in passes over blocks of rows. Cells are double
//! precision, and an empty one is NaN.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// The reason that a statistic of a column cannot be used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum FitError {
    /// All its values are this one.
    Constant(f64),
    /// It has no values.
    Empty,
    /// Its values are too large to compute with.
    TooLarge,
}

/// The cells of the training rows, which need not all be in memory.
pub(crate) trait Cells: Sync {
    /// Number of features.
    fn features(&self) -> usize;

    /// Visits the cells of some features, block by block: several features at the same time, each always in the same
    /// order.
    fn blocks(&self, features: Range<usize>, see: &(dyn Fn(usize, &[f64]) + Sync));
}

/// For every feature the fold over the blocks of its cells, without those that are empty.
fn fold<T: Clone + Send>(cells: &dyn Cells, from: T, step: impl Fn(usize, &mut T, &[f64]) + Sync) -> Vec<T> {
    fold_blocks(cells, 0..cells.features(), from, |feature, state, block| {
        without_empty(block, |block| step(feature, state, block));
    })
}

/// For each of these features the fold over its blocks.
fn fold_blocks<T: Clone + Send>(
    cells: &dyn Cells,
    features: Range<usize>,
    from: T,
    step: impl Fn(usize, &mut T, &[f64]) + Sync,
) -> Vec<T> {
    // No feature is visited twice at the same time: the locks are never waited for.
    let states: Vec<Mutex<T>> = features.clone().map(|_| Mutex::new(from.clone())).collect();
    cells.blocks(features.clone(), &|feature, block| {
        let mut state = states[feature - features.start].lock().unwrap_or_else(PoisonError::into_inner);
        step(feature, &mut state, block);
    });
    states.into_iter().map(|state| state.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
}

/// Cells that are folded next to each other, so that no step waits for the one before.
const LANES: usize = 8;

/// The fold over a block without empty cells: each lane takes every eighth cell, and `join` adds the lanes up in their order.
fn in_lanes<T: Copy>(block: &[f64], from: T, step: impl Fn(T, f64) -> T, join: impl Fn(T, T) -> T) -> T {
    let (whole, rest) = block.as_chunks::<LANES>();
    let mut lanes = [from; LANES];
    for cells in whole {
        for (lane, cell) in lanes.iter_mut().zip(cells) {
            *lane = step(*lane, *cell);
        }
    }
    for (lane, cell) in lanes.iter_mut().zip(rest) {
        *lane = step(*lane, *cell);
    }
    lanes.into_iter().reduce(join).unwrap_or(from)
}

/// Visits a block as one without empty cells.
fn without_empty(block: &[f64], see: impl FnOnce(&[f64])) {
    // Without an exit, a comparison of many cells at once.
    if block.iter().fold(false, |some, cell| some | cell.is_nan()) {
        see(&block.iter().copied().filter(|cell| !cell.is_nan()).collect::<Vec<_>>());
    } else {
        see(block);
    }
}

/// Least and greatest of cells.
#[derive(Clone, Copy)]
struct Extent {
    low: f64,
    high: f64,
}

impl Extent {
    const NONE: Self = Self { low: f64::INFINITY, high: f64::NEG_INFINITY };

    fn add(&mut self, cells: &[f64]) {
        let wider = |a: Self, b: Self| Self {
            low: if b.low < a.low { b.low } else { a.low },
            high: if b.high > a.high { b.high } else { a.high },
        };
        *self = in_lanes(cells, *self, |extent, x| wider(extent, Self { low: x, high: x }), wider);
    }

    fn finish(self) -> Result<(f64, f64), FitError> {
        let Self { low, high } = self;
        match (low <= high, low.is_finite() && high.is_finite()) {
            (false, _) => Err(FitError::Empty),
            (true, false) => Err(FitError::TooLarge),
            (true, true) => Ok((low, high)),
        }
    }
}

/// The sum of cells relative to the first one, so that large offsets cost no precision.
#[derive(Clone)]
struct RelativeSum {
    origin: f64,
    sum: f64,
    count: u64,
}

impl RelativeSum {
    const NONE: Self = Self { origin: f64::NAN, sum: 0.0, count: 0 };

    fn add(&mut self, cells: &[f64]) {
        let Some(first) = cells.first() else { return };
        if self.count == 0 {
            self.origin = *first;
        }
        self.sum += in_lanes(cells, 0.0, |sum, x| sum + (x - self.origin), |a, b| a + b);
        self.count += cells.len() as u64;
    }

    fn mean(self) -> Result<f64, FitError> {
        let mean = self.origin + self.sum / self.count as f64;
        match self.count {
            0 => Err(FitError::Empty),
            _ if mean.is_finite() => Ok(mean),
            _ => Err(FitError::TooLarge),
        }
    }
}

/// Least and greatest.
pub(super) fn ranges(cells: &dyn Cells) -> Vec<Result<(f64, f64), FitError>> {
    fold(cells, Extent::NONE, |_, extent, block| extent.add(block)).into_iter().map(Extent::finish).collect()
}

/// The mean.
pub(super) fn means(cells: &dyn Cells) -> Vec<Result<f64, FitError>> {
    fold(cells, RelativeSum::NONE, |_, sum, block| sum.add(block)).into_iter().map(RelativeSum::mean).collect()
}

/// Mean and population standard deviation.
pub(super) fn moments(cells: &dyn Cells) -> Vec<Result<(f64, f64), FitError>> {
    // Both in one pass.
    let sums = fold(cells, (Extent::NONE, RelativeSum::NONE), |_, (extent, sum), block| {
        extent.add(block);
        sum.add(block);
    });
    let (ranges, means): (Vec<_>, Vec<_>) = sums.into_iter().map(|(extent, sum)| (extent.finish(), sum.mean())).unzip();
    let squares = fold(cells, (0.0, 0u64), |feature, (sum, count), block| {
        let mean = means[feature].unwrap_or(f64::NAN);
        *sum += in_lanes(block, 0.0, |sum, x| sum + (x - mean) * (x - mean), |a, b| a + b);
        *count += block.len() as u64;
    });
    let judge = |((range, mean), (sum, count)): ((Result<_, _>, Result<f64, _>), (f64, u64))| {
        let ((low, high), mean): ((f64, f64), f64) = (range?, mean?);
        let std = (sum / count as f64).sqrt();
        // Below the spacing of doubles of this size there is no variation, only rounding.
        if low == high || std <= f64::EPSILON * low.abs().max(high.abs()) {
            Err(FitError::Constant(low))
        } else if std.is_finite() {
            Ok((mean, std))
        } else {
            Err(FitError::TooLarge)
        }
    };
    ranges.into_iter().zip(means.iter().copied()).zip(squares).map(judge).collect()
}

/// Largest number of cells held at once for a median, unless one feature has more.
const SORTED: usize = 1 << 23;

/// The median. Unlike the other statistics it holds all cells of a feature at once.
pub(super) fn medians(cells: &dyn Cells) -> Vec<Result<f64, FitError>> {
    let rows = fold(cells, 0usize, |_, count, block| *count += block.len()).into_iter().max().unwrap_or(0);
    let at_once = (SORTED / rows.max(1)).max(1);
    let mut medians = vec![];
    while medians.len() < cells.features() {
        let first = medians.len();
        let last = (first + at_once).min(cells.features());
        let mut sorted = fold_blocks(cells, first..last, vec![], |_, sorted: &mut Vec<f64>, block| {
            sorted.extend(block.iter().filter(|cell| !cell.is_nan()));
        });
        medians.extend(sorted.iter_mut().map(|cells| median(cells)));
    }
    medians
}

fn median(cells: &mut [f64]) -> Result<f64, FitError> {
    cells.sort_by(f64::total_cmp);
    let middle = cells.len() / 2;
    let upper = *cells.get(middle).ok_or(FitError::Empty)?;
    if cells.len() % 2 == 1 {
        return Ok(upper);
    }
    let lower = cells[middle - 1];
    Ok(lower / 2.0 + upper / 2.0)
}
