//! Robustness of a curve in one number, as multimodal benchmarks report it (Liang et al., MultiBench, 2021).

/// The area under the curve of accuracy by level, from level 0 to the last by the trapezoidal rule, divided by the last
/// level: a mean accuracy. `errors` begins with level 0, which `levels` does not hold. `None` without levels.
pub(crate) fn relative_robustness(levels: &[f64], errors: &[f64]) -> Option<f64> {
    let last = *levels.last()?;
    let places: Vec<f64> = std::iter::once(0.0).chain(levels.iter().copied()).collect();
    let steps = places.windows(2).zip(errors.windows(2));
    let area: f64 = steps.map(|(at, error)| (at[1] - at[0]) * (2.0 - error[0] - error[1]) / 2.0).sum();
    Some(area / last)
}

/// The sum over levels of how much more accurate a model is than late fusion, beyond its lead on the rows as they are:
/// `sum_s [f(s) - LF(s)] - [f(0) - LF(0)]`, `f` the accuracy. Both begin with level 0.
pub(crate) fn effective_robustness(errors: &[f64], late: &[f64]) -> Option<f64> {
    let lead = |at: usize| Some(late.get(at)? - errors.get(at)?);
    let clean = lead(0)?;
    (1..errors.len()).map(|at| Some(lead(at)? - clean)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_of_a_straight_line_is_its_middle() {
        // From 0.9 down to 0.5 by level 2, whatever levels are between.
        let middle = relative_robustness(&[0.5, 2.0], &[0.1, 0.2, 0.5]).unwrap();
        assert!((middle - 0.7).abs() < 1e-12);
        assert_eq!(relative_robustness(&[], &[0.1]), None);
    }

    #[test]
    fn a_constant_lead_over_late_fusion_is_no_effective_robustness() {
        let late = [0.1, 0.3, 0.5];
        let ahead = late.map(|error| error - 0.05);
        assert!(effective_robustness(&ahead, &late).unwrap().abs() < 1e-12);
        // Equal on clean rows, then 0.1 and 0.2 ahead.
        assert!((effective_robustness(&[0.1, 0.2, 0.3], &late).unwrap() - 0.3).abs() < 1e-12);
    }
}
