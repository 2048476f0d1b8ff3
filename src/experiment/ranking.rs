//! Ranking of configurations by a metric on the validation rows.

use super::statistics::Spread;
use crate::spec::Metric;
use std::cmp::Ordering;

/// A configuration and its metric on the validation rows over the trials that are done.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedConfiguration {
    /// The number of the configuration.
    pub configuration: usize,
    /// Number of trials that are done.
    pub runs: usize,
    /// The metric; `None` where it is not defined.
    pub valid: Option<Spread>,
}

/// Sorts the best first: by the mean over the seeds, equals in their order. Configurations that lack a trial are behind
/// those that have more, and those without the metric are last.
pub fn rank(configurations: &mut [RankedConfiguration], metric: Metric) {
    configurations.sort_by(|one, other| match (&one.valid, &other.valid) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(a), Some(b)) => other.runs.cmp(&one.runs).then(by_metric(metric, a.mean, b.mean)),
    });
}

/// The index of the best of some values, the first of equals; `None` where none is defined.
pub fn best_of(values: &[Option<f64>], metric: Metric) -> Option<usize> {
    let defined = values.iter().enumerate().filter_map(|(index, value)| Some((index, (*value)?)));
    defined
        .filter(|(_, value)| !value.is_nan())
        .min_by(|(_, a), (_, b)| by_metric(metric, *a, *b))
        .map(|(index, _)| index)
}

/// The better value is less.
fn by_metric(metric: Metric, a: f64, b: f64) -> Ordering {
    if metric.higher_is_better() { b.total_cmp(&a) } else { a.total_cmp(&b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranked(metric: Metric, values: &[(usize, Option<f64>)]) -> Vec<usize> {
        let mut all: Vec<RankedConfiguration> = values
            .iter()
            .enumerate()
            .map(|(configuration, (runs, mean))| RankedConfiguration {
                configuration,
                runs: *runs,
                valid: mean.map(|mean| Spread { mean, deviation: None, values: vec![mean] }),
            })
            .collect();
        rank(&mut all, metric);
        all.iter().map(|one| one.configuration).collect()
    }

    #[test]
    fn the_best_mean_is_first_and_equals_keep_their_order() {
        let values = [(2, Some(0.5)), (2, Some(0.25)), (2, None), (2, Some(0.25))];
        assert_eq!(ranked(Metric::Error, &values), [1, 3, 0, 2]);
        assert_eq!(ranked(Metric::Auc, &values), [0, 1, 3, 2]);
    }

    #[test]
    fn one_that_lacks_a_trial_is_behind_those_that_have_all() {
        assert_eq!(ranked(Metric::Error, &[(1, Some(0.1)), (2, Some(0.4)), (0, None)]), [1, 0, 2]);
    }

    #[test]
    fn the_best_seed_is_the_first_of_equals() {
        assert_eq!(best_of(&[Some(0.5), Some(0.25), None, Some(0.25)], Metric::LogLoss), Some(1));
        assert_eq!(best_of(&[Some(0.5), Some(f64::NAN)], Metric::F1), Some(0));
        assert_eq!(best_of(&[None, Some(f64::NAN)], Metric::F1), None);
    }
}
