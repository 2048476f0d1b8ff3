//! Risk against coverage (El-Yaniv and Wiener, 2010): the error of the rows that a model decides, where it decides the surest rows
//! only.

use serde::Serialize;

/// Rows ordered by how sure they are, with the errors among them.
#[derive(Clone, Debug)]
pub struct RiskCoverage {
    /// Uncertainties, ascending.
    uncertainties: Vec<f64>,
    /// Errors among the first `k` rows, for `k` from 0; rows that are equally sure share the errors among them.
    errors: Vec<f64>,
}

/// Rows, and the wrong ones among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RowCount {
    /// Number of rows.
    pub rows: u64,
    /// Those that were decided wrongly.
    pub wrong: u64,
}

impl RowCount {
    /// Those that were decided rightly.
    pub fn right(&self) -> u64 {
        self.rows - self.wrong
    }

    /// The share of them that was decided rightly; NaN without rows.
    pub fn accuracy(&self) -> f64 {
        self.right() as f64 / self.rows as f64
    }
}

impl RiskCoverage {
    /// Of the uncertainty of rows, and whether each was decided wrongly; `None` without rows.
    pub fn of(uncertainties: &[f64], wrong: &[bool]) -> Option<Self> {
        let mut order: Vec<usize> = (0..uncertainties.len().min(wrong.len())).collect();
        order.sort_by(|a, b| uncertainties[*a].total_cmp(&uncertainties[*b]));
        let sorted: Vec<f64> = order.iter().map(|row| uncertainties[*row]).collect();
        let mut errors = vec![0.0];
        let mut before = 0u32;
        // The order of equals is chance: each has the mean error of all of them.
        for equals in order.chunk_by(|a, b| uncertainties[*a].total_cmp(&uncertainties[*b]).is_eq()) {
            let among = equals.iter().filter(|row| wrong[**row]).count() as u32;
            let share = |place: usize| f64::from(among) * (place + 1) as f64 / equals.len() as f64;
            errors.extend((0..equals.len()).map(|place| f64::from(before) + share(place)));
            before += among;
        }
        (!order.is_empty()).then_some(Self { uncertainties: sorted, errors })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.uncertainties.len()
    }

    /// The error where all rows are decided.
    pub fn error(&self) -> f64 {
        self.risk(self.rows())
    }

    /// The error of the `decided` surest rows.
    pub fn risk(&self, decided: usize) -> f64 {
        self.errors.get(decided).map_or(f64::NAN, |errors| errors / decided as f64)
    }

    /// The area below the curve: the mean error over all numbers of decided rows. Where the order says nothing it is the
    /// error of all rows.
    pub fn area(&self) -> f64 {
        (1..=self.rows()).map(|decided| self.risk(decided)).sum::<f64>() / self.rows() as f64
    }

    /// The area of an order that has every wrong row after every right one: no order has a smaller one.
    pub fn least_area(&self) -> f64 {
        let wrong = self.errors.last().map_or(0, |errors| errors.round() as usize);
        let right = self.rows() - wrong;
        let risk = |wrong: usize| wrong as f64 / (right + wrong) as f64;
        (1..=wrong).fold(0.0, |sum, wrong| sum + risk(wrong)) / self.rows() as f64
    }

    /// The rows that are at least as sure as a row of this uncertainty.
    pub fn at_least_as_sure(&self, uncertainty: f64) -> RowCount {
        self.count(0, self.uncertainties.partition_point(|other| *other <= uncertainty))
    }

    /// The rows nearest in the order, half of them surer; all of them where there are fewer.
    pub fn about_as_sure(&self, uncertainty: f64, rows: usize) -> RowCount {
        let rows = rows.min(self.rows());
        let place = self.uncertainties.partition_point(|other| *other < uncertainty);
        let first = place.saturating_sub(rows / 2).min(self.rows() - rows);
        // Whole groups of equals, so that the count does not depend on their order.
        let (low, high) = (self.uncertainties[first], self.uncertainties[first + rows - 1]);
        let from = self.uncertainties.partition_point(|other| *other < low);
        self.count(from, self.uncertainties.partition_point(|other| *other <= high))
    }

    /// The rows between two places at which groups of equals end.
    fn count(&self, from: usize, to: usize) -> RowCount {
        RowCount { rows: (to - from) as u64, wrong: (self.errors[to] - self.errors[from]).round() as u64 }
    }

    /// Points of the curve: a coverage, the number of rows it decides, and their error.
    pub fn points(&self, coverages: &[f64]) -> Vec<(f64, usize, f64)> {
        let point = |coverage: f64| {
            let decided = ((coverage * self.rows() as f64).round() as usize).clamp(1, self.rows());
            (coverage, decided, self.risk(decided))
        };
        coverages.iter().map(|coverage| point(*coverage)).collect()
    }
}
