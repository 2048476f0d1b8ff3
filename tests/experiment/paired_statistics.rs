//! Tests of differences against scipy and statsmodels, by the numbers that `tests/fixtures/paired.py` made.

use mmc::experiment::{Difference, holm, mcnemar, paired_t};
use serde::Deserialize;

#[derive(Deserialize)]
struct Fixture {
    runs: Vec<Case<f64>>,
    rows: Vec<Case<bool>>,
    holm: Vec<Adjusted>,
}

#[derive(Deserialize)]
struct Case<T> {
    ours: Vec<T>,
    theirs: Vec<T>,
    mean: f64,
    low: f64,
    high: f64,
    p: f64,
}

#[derive(Deserialize)]
struct Adjusted {
    p: Vec<f64>,
    adjusted: Vec<f64>,
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("../fixtures/paired.json")).unwrap()
}

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-9 + 1e-7 * expected.abs(), "{found} instead of {expected}");
}

fn agrees<T>(found: Difference, case: &Case<T>) {
    close(found.mean, case.mean);
    close(found.low.unwrap(), case.low);
    close(found.high.unwrap(), case.high);
    close(found.p.unwrap(), case.p);
}

#[test]
fn intervals_over_runs_are_those_of_scipy() {
    for case in fixture().runs {
        agrees(paired_t(&case.ours, &case.theirs).unwrap(), &case);
    }
}

#[test]
fn intervals_over_rows_are_those_of_statsmodels() {
    for case in fixture().rows {
        agrees(mcnemar(&case.ours, &case.theirs).unwrap(), &case);
    }
}

#[test]
fn adjusted_p_values_are_those_of_statsmodels() {
    for Adjusted { p, adjusted } in fixture().holm {
        holm(&p).into_iter().zip(adjusted).for_each(|(found, expected)| close(found, expected));
    }
}
