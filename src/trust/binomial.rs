//! Confidence bounds of a share that was counted (Clopper and Pearson, 1934): at least as sure as they claim, for any
//! number of rows.

use statrs::function::beta::beta_reg;

/// Halvings of an interval: more than a double has bits.
const HALVINGS: usize = 60;

/// The greatest share that is compatible with `events` among `rows`, at a one-sided confidence; 1 without rows.
pub fn upper_bound(events: u64, rows: u64, confidence: f64) -> f64 {
    if events >= rows {
        return 1.0;
    }
    // P(X <= events) falls as the share grows: the bound is where it is what the confidence leaves.
    let at_most = |share: f64| 1.0 - beta_reg(events as f64 + 1.0, (rows - events) as f64, share);
    bisect(|share| at_most(share) > 1.0 - confidence)
}

/// The interval of a share at a two-sided confidence.
pub fn interval(events: u64, rows: u64, confidence: f64) -> (f64, f64) {
    let one_sided = 1.0 - (1.0 - confidence) / 2.0;
    (1.0 - upper_bound(rows.saturating_sub(events), rows, one_sided), upper_bound(events, rows, one_sided))
}

/// The share from which a statement that holds for small ones no longer does.
fn bisect(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}
