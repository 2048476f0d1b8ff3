//! The curve of risk against coverage in closed forms.

use mmc::trust::{RiskCoverage, RowCount, interval, upper_bound};

#[test]
fn the_curve_and_its_area_by_hand() {
    // In order of uncertainty: right, wrong, right, wrong.
    let curve = RiskCoverage::of(&[0.3, 0.1, 0.4, 0.2], &[false, false, true, true]).unwrap();
    let risks: Vec<f64> = (1..=4).map(|rows| curve.risk(rows)).collect();
    assert_eq!(risks, [0.0, 0.5, 1.0 / 3.0, 0.5]);
    assert!((curve.area() - (0.0 + 0.5 + 1.0 / 3.0 + 0.5) / 4.0).abs() < 1e-15);
    assert!((curve.least_area() - (1.0 / 3.0 + 0.5) / 4.0).abs() < 1e-15);
    assert_eq!(curve.at_least_as_sure(0.2), RowCount { rows: 2, wrong: 1 });
    assert_eq!(curve.at_least_as_sure(0.05), RowCount { rows: 0, wrong: 0 });
    assert_eq!(curve.points(&[0.5, 1.0]), [(0.5, 2, 0.5), (1.0, 4, 0.5)]);
}

#[test]
fn of_a_perfect_order_the_area_is_the_least_and_goes_to_its_limit() {
    // The area of a perfect order goes to e + (1 - e) ln(1 - e) for many rows with error e.
    let rows = 20_000;
    let wrong: Vec<bool> = (0..rows).map(|row| row >= rows * 7 / 10).collect();
    let uncertainties: Vec<f64> = (0..rows).map(|row| row as f64).collect();
    let curve = RiskCoverage::of(&uncertainties, &wrong).unwrap();
    assert!((curve.area() - curve.least_area()).abs() < 1e-12);
    assert!((curve.area() - (0.3 + 0.7 * 0.7f64.ln())).abs() < 1e-4);
    assert_eq!(curve.error(), 0.3);
}

#[test]
fn rows_that_are_equally_sure_have_no_order() {
    let uncertainties = [1.0; 10];
    let wrong: Vec<bool> = (0..10).map(|row| row % 5 == 0).collect();
    let curve = RiskCoverage::of(&uncertainties, &wrong).unwrap();
    let other = RiskCoverage::of(&uncertainties, &(0..10).map(|row| row > 7).collect::<Vec<_>>()).unwrap();
    for rows in 1..=10 {
        assert!((curve.risk(rows) - 0.2).abs() < 1e-15 && (other.risk(rows) - 0.2).abs() < 1e-15);
    }
    assert!((curve.area() - 0.2).abs() < 1e-15);
    assert_eq!(curve.about_as_sure(1.0, 3), RowCount { rows: 10, wrong: 2 });
}

#[test]
fn the_nearest_rows_lie_on_both_sides() {
    let uncertainties: Vec<f64> = (0..100).map(f64::from).collect();
    let wrong: Vec<bool> = (0..100).map(|row| row >= 50).collect();
    let curve = RiskCoverage::of(&uncertainties, &wrong).unwrap();
    assert_eq!(curve.about_as_sure(50.0, 20), RowCount { rows: 20, wrong: 10 });
    assert_eq!(curve.about_as_sure(-3.0, 20), RowCount { rows: 20, wrong: 0 });
    assert_eq!(curve.about_as_sure(1e9, 20), RowCount { rows: 20, wrong: 20 });
    assert_eq!(curve.about_as_sure(1.0, 1000), RowCount { rows: 100, wrong: 50 });
    assert!(RiskCoverage::of(&[], &[]).is_none());
}

/// The numbers of scipy: `scipy.stats.binomtest(k, n).proportion_ci(0.95, "exact")`.
#[test]
fn intervals_are_those_of_clopper_and_pearson() {
    for (events, rows, low, high) in [
        (0, 10, 0.0, 0.308_497_107_818_764),
        (10, 10, 0.691_502_892_181_236, 1.0),
        (71, 93, 0.664_038_857_419_817_3, 0.845_424_754_225_653_4),
        (312, 320, 0.951_336_157_647_473_1, 0.989_146_352_871_590_9),
        (1, 2000, 1.265882387067635e-05, 0.002_782_639_834_672_444),
    ] {
        let found = interval(events, rows, 0.95);
        assert!((found.0 - low).abs() < 1e-9 && (found.1 - high).abs() < 1e-9, "{events} of {rows}: {found:?}");
    }
    // Without errors the bound is 1 - (1 - confidence)^(1 / n).
    assert!((upper_bound(0, 59, 0.95) - (1.0 - 0.05f64.powf(1.0 / 59.0))).abs() < 1e-12);
    assert_eq!((upper_bound(0, 0, 0.95), upper_bound(7, 7, 0.95)), (1.0, 1.0));
}
