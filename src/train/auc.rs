//! The area under the receiver operating characteristic as an exact rank statistic. Independent of models and data.

/// The share of pairs of a positive and a negative row in which the positive one has the larger score, ties counting
/// half (the Mann-Whitney statistic with average ranks).
///
/// `None` where one of the two is absent or a score is not a number. Exact up to one rounding.
pub fn auc(rows: impl IntoIterator<Item = (f64, bool)>) -> Option<f64> {
    let mut rows: Vec<(f64, bool)> = rows.into_iter().collect();
    if rows.iter().any(|(score, _)| score.is_nan()) {
        return None;
    }
    rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let positive = rows.iter().filter(|(_, positive)| *positive).count() as u64;
    let negative = rows.len() as u64 - positive;
    if positive == 0 || negative == 0 {
        return None;
    }
    // The rows at places `i..j` tie at the average rank (i + 1 + j) / 2; twice that is whole, and so are the sums.
    let mut before = 0u64;
    let mut twice_ranks = 0u64;
    for ties in rows.chunk_by(|a, b| a.0 == b.0) {
        let after = before + ties.len() as u64;
        let hits = ties.iter().filter(|(_, positive)| *positive).count() as u64;
        twice_ranks += hits * (before + 1 + after);
        before = after;
    }
    let twice_wins = twice_ranks - positive * (positive + 1);
    Some(twice_wins as f64 / (2.0 * positive as f64 * negative as f64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Counts pairs one by one, which is the definition.
    fn by_pairs(rows: &[(f64, bool)]) -> Option<f64> {
        let (mut wins, mut pairs) = (0.0, 0.0);
        for (high, _) in rows.iter().filter(|row| row.1) {
            for (low, _) in rows.iter().filter(|row| !row.1) {
                pairs += 1.0;
                wins += if high > low { 1.0 } else { 0.5 * f64::from(u8::from(high == low)) };
            }
        }
        (pairs > 0.0).then_some(wins / pairs)
    }

    fn scored() -> impl Strategy<Value = Vec<(f64, bool)>> {
        // Scores from few values, so that ties are common.
        prop::collection::vec(((-6i32..6).prop_map(|n| f64::from(n) / 4.0), any::<bool>()), 0..40)
    }

    fn close(a: Option<f64>, b: Option<f64>) -> bool {
        match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() < 1e-12,
            (a, b) => a == b,
        }
    }

    #[test]
    fn closed_forms() {
        assert_eq!(auc([(0.1, false), (0.9, true)]), Some(1.0));
        assert_eq!(auc([(0.9, false), (0.1, true)]), Some(0.0));
        assert_eq!(auc([(0.5, false), (0.5, true)]), Some(0.5));
        assert_eq!(auc([(0.0, false), (-0.0, true)]), Some(0.5));
        assert_eq!(auc([(1.0, false), (2.0, true), (3.0, false), (4.0, true)]), Some(0.75));
    }

    #[test]
    fn undefined_without_both_kinds_or_with_what_is_not_a_number() {
        assert_eq!(auc([]), None);
        assert_eq!(auc([(0.1, true), (0.2, true)]), None);
        assert_eq!(auc([(0.1, false)]), None);
        assert_eq!(auc([(f64::NAN, false), (0.5, true)]), None);
    }

    proptest! {
        #[test]
        fn equals_counting_pairs(rows in scored()) {
            prop_assert!(close(auc(rows.iter().copied()), by_pairs(&rows)));
        }

        #[test]
        fn does_not_change_under_monotone_maps(rows in scored()) {
            let mapped = rows.iter().map(|(score, positive)| (score.exp() * 3.0 - 1.0, *positive));
            prop_assert_eq!(auc(mapped), auc(rows.iter().copied()));
        }

        #[test]
        fn adds_up_to_one_with_the_opposite_scores(rows in scored()) {
            let opposite = auc(rows.iter().map(|(score, positive)| (-score, *positive)));
            prop_assert!(close(opposite, auc(rows).map(|area| 1.0 - area)));
        }
    }
}
