//! Statistics over several runs: means, deviations, and tests of differences.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use statrs::distribution::{Binomial, ContinuousCDF, DiscreteCDF, StudentsT};

/// Confidence level of intervals.
const CONFIDENCE: f64 = 0.95;

/// A measurement over several runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Their mean.
    pub mean: f64,
    /// Their sample standard deviation; `None` for a single run.
    pub deviation: Option<f64>,
    /// Each of them, in the order of the seeds.
    pub values: Vec<f64>,
}

impl Spread {
    /// Of these values; `None` if there are none.
    pub fn of(values: Vec<f64>) -> Option<Self> {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let deviation = (values.len() > 1).then(|| (squares / (count - 1.0)).sqrt());
        (!values.is_empty()).then_some(Self { mean, deviation, values })
    }

    /// The 95% interval of the mean, by Student's distribution; `None` for a single run.
    pub fn interval(&self) -> Option<(f64, f64)> {
        let count = self.values.len() as f64;
        let error = self.deviation? / count.sqrt();
        let reach = error * StudentsT::new(0.0, 1.0, count - 1.0).ok()?.inverse_cdf(0.5 + CONFIDENCE / 2.0);
        Some((self.mean - reach, self.mean + reach))
    }
}

/// A difference between two models that were measured on the same rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// The mean difference.
    pub mean: f64,
    /// Lower end of the 95% confidence interval. `None`, as the other end and the p-value, where all runs differ by the same
    /// number: without a variance the statistic of Student's test is undefined.
    pub low: Option<f64>,
    /// Upper end of the interval.
    pub high: Option<f64>,
    /// The p-value, not adjusted for several comparisons.
    pub p: Option<f64>,
    /// The test.
    pub test: SignificanceTest,
}

/// The test behind a [`Difference`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignificanceTest {
    /// Student's test on the differences of runs with equal seeds.
    PairedT,
    /// McNemar's exact test on the rows that one of two runs is wrong on.
    McNemar,
}

/// The difference of two measurements over the same seeds; `None` for fewer than two.
pub fn paired_t(ours: &[f64], theirs: &[f64]) -> Option<Difference> {
    let differences: Vec<f64> = ours.iter().zip(theirs).map(|(a, b)| a - b).collect();
    let count = differences.len() as f64;
    let (least, most) = (
        differences.iter().copied().fold(f64::INFINITY, f64::min),
        differences.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    );
    let Spread { mean, deviation, .. } = Spread::of(differences)?;
    let error = deviation? / count.sqrt();
    // Each difference is rounded by at most half a unit in the last place of the larger number: below that they are equal.
    let largest = ours.iter().chain(theirs).fold(0.0, |largest: f64, value| largest.max(value.abs()));
    if most - least <= 2.0 * f64::EPSILON * largest {
        return Some(Difference { mean, low: None, high: None, p: None, test: SignificanceTest::PairedT });
    }
    let t = StudentsT::new(0.0, 1.0, count - 1.0).ok()?;
    let reach = error * t.inverse_cdf(0.5 + CONFIDENCE / 2.0);
    let p = 2.0 * t.cdf(-(mean / error).abs());
    let (low, high) = (Some(mean - reach), Some(mean + reach));
    Some(Difference { mean, low, high, p: Some(p), test: SignificanceTest::PairedT })
}

/// The difference of two error rates on the same rows, `true` where a model is wrong; `None` without rows.
pub fn mcnemar(ours: &[bool], theirs: &[bool]) -> Option<Difference> {
    let rows = ours.len().min(theirs.len()) as f64;
    let only = |a: &[bool], b: &[bool]| a.iter().zip(b).filter(|(a, b)| **a && !**b).count() as u64;
    let (mine, other) = (only(ours, theirs), only(theirs, ours));
    if rows == 0.0 {
        return None;
    }
    let (b, c) = (mine as f64, other as f64);
    let mean = (b - c) / rows;
    // The variance of a difference of two shares of the same rows.
    let error = (b + c - (b - c).powi(2) / rows).max(0.0).sqrt() / rows;
    let reach = 1.959_963_984_540_054 * error;
    let p = match mine + other {
        0 => 1.0,
        both => (2.0 * Binomial::new(0.5, both).ok()?.cdf(mine.min(other))).min(1.0),
    };
    let (low, high) = (Some(mean - reach), Some(mean + reach));
    Some(Difference { mean, low, high, p: Some(p), test: SignificanceTest::McNemar })
}

/// P-values adjusted for their number by Holm's step-down procedure (1979), in their order: below 0.05 all hypotheses that
/// are rejected are false with a probability of 95%.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let mut adjusted = vec![0.0; p.len()];
    let mut largest = 0.0f64;
    for (rank, place) in order.into_iter().enumerate() {
        largest = largest.max(((p.len() - rank) as f64 * p[place]).min(1.0));
        adjusted[place] = largest;
    }
    adjusted
}

/// A mean with a confidence interval of 95%.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The mean.
    pub mean: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Samples of a bootstrap.
const RESAMPLES: usize = 1000;

/// The mean of `values` with the interval between the quantiles of the means of resampled values; the same values have
/// the same interval. `None` without values, or where one is not finite.
pub(crate) fn bootstrap_mean(values: &[f64]) -> Option<Interval> {
    if values.is_empty() || values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let count = values.len() as f64;
    let mut random = ChaCha8Rng::seed_from_u64(0);
    let mut resampled = || values.iter().map(|_| values[random.random_range(0..values.len())]).sum::<f64>() / count;
    let mut means: Vec<f64> = (0..RESAMPLES).map(|_| resampled()).collect();
    means.sort_by(f64::total_cmp);
    let tail = ((1.0 - CONFIDENCE) / 2.0 * RESAMPLES as f64) as usize;
    let mean = values.iter().sum::<f64>() / count;
    Some(Interval { mean, low: means[tail], high: means[RESAMPLES - 1 - tail] })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-6, "{found} instead of {expected}");
    }

    #[test]
    fn means_and_deviations() {
        let spread = Spread::of(vec![1.0, 2.0, 4.0]).unwrap();
        close(spread.mean, 7.0 / 3.0);
        close(spread.deviation.unwrap(), (7.0f64 / 3.0).sqrt());
        assert_eq!(Spread::of(vec![3.0]).unwrap().deviation, None);
        // The quantile of 0.975 with two degrees of freedom: t = 0.95 sqrt(2 / (1 - 0.95^2)).
        let reach = 0.95 * (2.0f64 / (1.0 - 0.95 * 0.95)).sqrt() * (7.0f64 / 9.0).sqrt();
        let (low, high) = spread.interval().unwrap();
        close(low, 7.0 / 3.0 - reach);
        close(high, 7.0 / 3.0 + reach);
        assert_eq!(Spread::of(vec![3.0]).unwrap().interval(), None);
        assert!(Spread::of(vec![]).is_none());
    }

    /// For two degrees of freedom Student's distribution has a closed form: P(T > t) = 1/2 - t / (2 sqrt(2 + t^2)).
    #[test]
    fn the_paired_test_has_its_closed_form_for_three_runs() {
        let found = paired_t(&[3.0, 5.0, 4.0], &[1.0, 2.0, 3.0]).unwrap();
        close(found.mean, 2.0);
        let t = 2.0 / (1.0 / 3.0f64.sqrt());
        close(found.p.unwrap(), 1.0 - t / (2.0 + t * t).sqrt());
        // The quantile of 0.975: t = 0.95 sqrt(2 / (1 - 0.95^2)).
        let reach = 0.95 * (2.0f64 / (1.0 - 0.95 * 0.95)).sqrt() / 3.0f64.sqrt();
        close(found.high.unwrap() - found.mean, reach);
        close(found.mean - found.low.unwrap(), reach);
    }

    #[test]
    fn equal_differences_have_no_interval_and_no_p_value() {
        let undefined = |ours: &[f64], theirs: &[f64]| {
            let found = paired_t(ours, theirs).unwrap();
            assert_eq!((found.low, found.high, found.p), (None, None, None));
            found.mean
        };
        assert_eq!(undefined(&[0.5, 0.25], &[0.5, 0.25]), 0.0);
        assert_eq!(undefined(&[0.5, 0.25, 1.0], &[0.25, 0.0, 0.75]), 0.25);
        // Equal but for rounding: 0.3 - 0.2 is not 0.2 - 0.1 in double precision.
        close(undefined(&[0.3, 0.2, 0.9], &[0.2, 0.1, 0.8]), 0.1);
        let differs = paired_t(&[0.3, 0.2, 0.9], &[0.2, 0.1, 0.8 + 1e-12]).unwrap();
        assert!(differs.p.is_some() && differs.low < differs.high);
        assert!(paired_t(&[0.5], &[0.4]).is_none());
    }

    #[test]
    fn rows_on_which_one_is_wrong_are_counted() {
        // Nine rows on which only the first is wrong, one on which only the second is: 2 (1 + 10) / 2^10.
        let ours: Vec<bool> = (0..40).map(|row| !(9..30).contains(&row)).collect();
        let theirs: Vec<bool> = (0..40).map(|row| row == 9 || row >= 30).collect();
        let found = mcnemar(&ours, &theirs).unwrap();
        close(found.mean, 8.0 / 40.0);
        close(found.p.unwrap(), 22.0 / 1024.0);
        close(found.high.unwrap() - found.mean, 1.959_963_985 * (10.0f64 - 64.0 / 40.0).sqrt() / 40.0);
        assert_eq!(mcnemar(&ours, &ours).unwrap().p, Some(1.0));
        assert!(mcnemar(&[], &[]).is_none());
    }

    /// The numbers of `statsmodels.stats.multitest.multipletests(p, method="holm")`, version 0.14.
    #[test]
    fn adjusted_p_values_are_those_of_statsmodels() {
        let found = holm(&[0.01, 0.04, 0.03, 0.005, 0.9]);
        for (found, expected) in found.into_iter().zip([0.04, 0.09, 0.09, 0.025, 0.9]) {
            close(found, expected);
        }
        assert_eq!(holm(&[0.7, 0.6]), [1.0, 1.0]);
        assert!(holm(&[]).is_empty());
    }

    #[test]
    fn a_bootstrap_interval_is_near_that_of_the_normal_distribution() {
        let values: Vec<f64> = (0..400).map(|at| f64::from(at % 20) / 19.0).collect();
        let found = bootstrap_mean(&values).unwrap();
        close(found.mean, 0.5);
        // The deviation of 0, 1/19, ..., 1 and of a mean over 400 of them.
        let deviation = ((20.0f64 * 20.0 - 1.0) / 12.0).sqrt() / 19.0;
        let reach = 1.96 * deviation / 20.0;
        for end in [found.mean - found.low, found.high - found.mean] {
            assert!((end / reach - 1.0).abs() < 0.15, "{end} instead of {reach}");
        }
        assert_eq!(bootstrap_mean(&[0.5; 9]), Some(Interval { mean: 0.5, low: 0.5, high: 0.5 }));
        assert!(bootstrap_mean(&[]).is_none() && bootstrap_mean(&[f64::NAN]).is_none());
    }
}
