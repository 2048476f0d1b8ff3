//! Thresholds of abstention keep what they promise.

use mmc::trust::fit_threshold;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Rows whose uncertainty `u` is uniform and which are wrong with probability `0.4 u^2`: the error of those below `t` is
/// `0.4 t^2 / 3`.
fn rows(random: &mut ChaCha8Rng, count: usize) -> (Vec<f64>, Vec<bool>) {
    (0..count)
        .map(|_| {
            let uncertainty: f64 = random.random();
            (uncertainty, random.random_bool(0.4 * uncertainty * uncertainty))
        })
        .unzip()
}

#[test]
fn the_promise_is_broken_no_more_often_than_it_says() {
    let mut random = ChaCha8Rng::seed_from_u64(3);
    const DRAWS: usize = 1000;
    let (mut broken, mut coverage) = (0, 0.0);
    for _ in 0..DRAWS {
        let (uncertainties, wrong) = rows(&mut random, 1000);
        // Where errors come early nothing is promised, and nothing broken.
        let Ok(threshold) = fit_threshold(&uncertainties, &wrong, 0.05, 0.9) else { continue };
        let error = 0.4 * threshold.uncertainty.min(1.0).powi(2) / 3.0;
        broken += usize::from(error > 0.05);
        coverage += threshold.coverage() / DRAWS as f64;
    }
    // 10% at most, and 3 deviations of their number; the whole of what can be decided is sqrt(0.375) = 61%.
    assert!(broken as f64 <= 0.1 * DRAWS as f64 + 3.0 * (0.09 * DRAWS as f64).sqrt(), "{broken} of {DRAWS}");
    assert!(coverage > 0.25 && coverage < 0.62, "{coverage}");
}

#[test]
fn all_rows_are_decided_where_the_target_is_met_by_all() {
    let uncertainties: Vec<f64> = (0..1000).map(f64::from).collect();
    let wrong: Vec<bool> = (0..1000).map(|row| row % 100 == 0).collect();
    let threshold = fit_threshold(&uncertainties, &wrong, 0.05, 0.95).unwrap();
    assert_eq!((threshold.uncertainty, threshold.decided, threshold.wrong), (f64::INFINITY, 1000, 10));
    assert!(threshold.bound > 0.01 && threshold.bound <= 0.05);
}

#[test]
fn what_cannot_be_promised_is_refused_with_the_best_there_is() {
    let wrong: Vec<bool> = (0..200).map(|row| row % 4 == 0).collect();
    let uncertainties: Vec<f64> = (0..200).map(f64::from).collect();
    let best = fit_threshold(&uncertainties, &wrong, 0.01, 0.95).unwrap_err().best.unwrap();
    assert!(best.bound > 0.25 && best.bound < 0.5, "{best:?}");
    // Ten rows without an error promise nothing at 5%.
    assert!(fit_threshold(&[0.1; 10], &[false; 10], 0.05, 0.95).is_err());
    assert!(fit_threshold(&[], &[], 0.5, 0.95).unwrap_err().best.is_none());
}

#[test]
fn rows_as_unsure_as_the_threshold_are_not_decided() {
    // Ties cannot be cut: half of the rows are equally sure, and as wrong as not.
    let uncertainties: Vec<f64> = (0..400).map(|row| if row < 200 { 0.1 } else { 0.9 }).collect();
    let wrong: Vec<bool> = (0..400).map(|row| row >= 200 && row % 2 == 0).collect();
    let threshold = fit_threshold(&uncertainties, &wrong, 0.05, 0.95).unwrap();
    assert_eq!((threshold.decided, threshold.wrong, threshold.uncertainty), (200, 0, 0.9));
    assert!(threshold.decides(0.1) && !threshold.decides(0.9));
}
