//! Thresholds of uncertainty that keep the error of decided rows below a target, with a stated confidence.
//!
//! Twenty coverages are tried, 5% to 100% of the held-out rows. Given the uncertainty of the row at which such a part ends, the rows
//! that are surer than it are independent draws, so that the number of errors among them is binomial. Each coverage is
//! tested at a twentieth of what the confidence leaves (Bonferroni), so that the one that is chosen, the largest that
//! passes, holds at the confidence as a whole, for rows drawn as the held-out ones.

use super::binomial::upper_bound;
use serde::Serialize;

/// Coverages that are tried.
const LEVELS: usize = 20;

/// A threshold: rows whose uncertainty is below it are decided.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AbstentionThreshold {
    /// Rows with a smaller uncertainty are decided; infinite where all are.
    pub uncertainty: f64,
    /// The error that decided rows are to have at most.
    pub target: f64,
    /// The confidence with which they have.
    pub confidence: f64,
    /// The error that they have at most at this confidence.
    pub bound: f64,
    /// Held-out rows that it was fitted to.
    pub rows: u64,
    /// Those of them that are decided.
    pub decided: u64,
    /// Those of these that are wrong.
    pub wrong: u64,
}

/// The reason that there is no threshold: even the best one may have more errors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UnreachableTarget {
    /// The threshold with the least bound; `None` without held-out rows.
    pub best: Option<AbstentionThreshold>,
}

impl AbstentionThreshold {
    /// Whether a row is decided.
    pub fn decides(&self, uncertainty: f64) -> bool {
        uncertainty < self.uncertainty
    }

    /// The share of held-out rows that are decided.
    pub fn coverage(&self) -> f64 {
        self.decided as f64 / self.rows as f64
    }
}

/// The threshold that decides most rows with an error below `target`, at a confidence such as 0.95.
///
/// # Errors
/// If no threshold does.
pub fn fit_threshold(
    uncertainties: &[f64],
    wrong: &[bool],
    target: f64,
    confidence: f64,
) -> Result<AbstentionThreshold, UnreachableTarget> {
    let mut order: Vec<usize> = (0..uncertainties.len().min(wrong.len())).collect();
    order.sort_by(|a, b| uncertainties[*a].total_cmp(&uncertainties[*b]));
    let level = 1.0 - (1.0 - confidence) / LEVELS as f64;
    let tried = (1..=LEVELS).rev().filter_map(|part| {
        let end = (order.len() * part).div_ceil(LEVELS);
        let threshold = order.get(end).map_or(f64::INFINITY, |row| uncertainties[*row]);
        let decided = || order.iter().take_while(|row| uncertainties[**row] < threshold);
        let (count, errors) = (decided().count() as u64, decided().filter(|row| wrong[**row]).count() as u64);
        (count > 0).then(|| AbstentionThreshold {
            uncertainty: threshold,
            target,
            confidence,
            bound: upper_bound(errors, count, level),
            rows: order.len() as u64,
            decided: count,
            wrong: errors,
        })
    });
    let mut best: Option<AbstentionThreshold> = None;
    for threshold in tried {
        if threshold.bound <= target {
            return Ok(threshold);
        }
        if best.is_none_or(|best| threshold.bound < best.bound) {
            best = Some(threshold);
        }
    }
    Err(UnreachableTarget { best })
}
