//! How well confidence tells wrong decisions from right ones. The confidence is the gap between the two least class losses:
//! probabilities saturate where the gap does not.

use crate::exec::Decisions;
use crate::train::auc;

/// The gap between the two least class losses of every row; 0 where there is one class.
pub(crate) fn confidence_gaps(decisions: &Decisions) -> Vec<f64> {
    let gap = |losses: &[f64]| {
        let (mut least, mut second) = (f64::INFINITY, f64::INFINITY);
        for loss in losses {
            if *loss < least {
                (least, second) = (*loss, least);
            } else {
                second = second.min(*loss);
            }
        }
        if second.is_finite() && least.is_finite() { second - least } else { 0.0 }
    };
    decisions.class_losses.chunks_exact(decisions.classes.max(1)).map(gap).collect()
}

/// The share of pairs of a right and a wrong row in which the right one is more confident, ties counting half; `None` where
/// no row is wrong, or none is right.
pub(crate) fn confidence_auroc(confidence: &[f64], wrong: &[bool]) -> Option<f64> {
    auc(confidence.iter().zip(wrong).map(|(confidence, wrong)| (*confidence, !wrong)))
}

/// The area under the risk-coverage curve (Geifman and El-Yaniv, 2017): the mean over `k` of the error among the `k` most
/// confident rows. Rows of equal confidence come in every order alike. Not a number without rows.
pub(crate) fn risk_coverage_area(confidence: &[f64], wrong: &[bool]) -> f64 {
    let mut rows: Vec<(f64, bool)> = confidence.iter().copied().zip(wrong.iter().copied()).collect();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut covered, mut errors, mut sum) = (0.0, 0.0, 0.0);
    for ties in rows.chunk_by(|a, b| a.0 == b.0) {
        let wrong = ties.iter().filter(|(_, wrong)| *wrong).count() as f64;
        let each = wrong / ties.len() as f64;
        for _ in ties {
            covered += 1.0;
            errors += each;
            sum += errors / covered;
        }
    }
    sum / covered
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_gap_is_that_of_the_two_least() {
        let decisions =
            Decisions { rows: 2, classes: 3, class_losses: vec![3.0, 1.0, 1.5, 2.0, 2.0, 9.0], ..Decisions::default() };
        assert_eq!(confidence_gaps(&decisions), [0.5, 0.0]);
    }

    #[test]
    fn the_area_has_its_closed_form() {
        // The only wrong row is the last of four: 0, 0, 0, 1/4.
        let area = risk_coverage_area(&[4.0, 3.0, 2.0, 1.0], &[false, false, false, true]);
        assert!((area - 1.0 / 16.0).abs() < 1e-15);
        // It is the first: 1, 1/2, 1/3, 1/4.
        let area = risk_coverage_area(&[4.0, 3.0, 2.0, 1.0], &[true, false, false, false]);
        assert!((area - 25.0 / 48.0).abs() < 1e-15);
        assert!(risk_coverage_area(&[], &[]).is_nan());
    }

    proptest! {
        #[test]
        fn rows_alike_have_the_error_at_every_coverage(wrong in prop::collection::vec(any::<bool>(), 1..60)) {
            let area = risk_coverage_area(&vec![1.0; wrong.len()], &wrong);
            let error = wrong.iter().filter(|wrong| **wrong).count() as f64 / wrong.len() as f64;
            prop_assert!((area - error).abs() < 1e-12);
        }
    }
}
