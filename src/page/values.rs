//! Numbers and texts of a page, and lookups in the JSON of a run.

use crate::diag::visible;
use crate::thousands::grouped;
use serde_json::Value;

/// Points that a curve has at most.
pub(super) const MOST_POINTS: usize = 200;

/// The number at a path such as `/test/error`; not a number where there is none.
pub(super) fn number(value: &Value, path: &str) -> f64 {
    value.pointer(path).and_then(Value::as_f64).unwrap_or(f64::NAN)
}

/// The text at a path, made visible; empty where there is none.
pub(super) fn text(value: &Value, path: &str) -> String {
    match value.pointer(path) {
        Some(Value::String(text)) => visible(text.as_str()),
        Some(Value::Null) | None => String::new(),
        Some(other) => visible(other.to_string()),
    }
}

/// `12.34 %` of 0.1234; a dash where it is not a number.
pub(super) fn percent(share: f64) -> String {
    if share.is_finite() { format!("{:.2}\u{a0}%", 100.0 * share) } else { "–".into() }
}

/// Letters of a name that are shown.
const MOST_LETTERS: usize = 60;

/// A name made visible; of a long one its beginning and its end.
pub(super) fn name(name: &str) -> String {
    let shown = visible(name);
    let letters: Vec<char> = shown.chars().collect();
    if letters.len() <= MOST_LETTERS {
        return shown;
    }
    let half = MOST_LETTERS / 2;
    let (begin, end) = (&letters[..half], &letters[letters.len() - half..]);
    begin.iter().chain(&['…']).chain(end).collect()
}

/// A number with some decimals; a dash where it is not a number.
pub(super) fn decimal(value: f64, decimals: usize) -> String {
    if value.is_finite() { format!("{value:.decimals$}") } else { "–".into() }
}

/// A count with thousands separators.
pub(super) fn count(rows: usize) -> String {
    grouped(rows as u64)
}

/// `2.10 % to 3.40 %`
pub(super) fn range((low, high): (f64, f64)) -> String {
    format!("{} to {}", percent(low), percent(high))
}

/// Evenly chosen items, the first and the last among them: at most `most`.
pub(super) fn thinned<T: Clone>(items: &[T], most: usize) -> Vec<T> {
    if items.len() <= most {
        return items.to_vec();
    }
    (0..most).map(|at| items[at * (items.len() - 1) / (most - 1)].clone()).collect()
}

/// Names joined as in a sentence: `a, b and c`.
pub(super) fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
