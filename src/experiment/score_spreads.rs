//! Every metric on one split over the seeds of a configuration.

use super::statistics::Spread;
use crate::spec::Metric;
use crate::train::{ProbabilityScores, SplitScores};
use serde::Serialize;

/// Each metric over the trials of a configuration; `None` where a trial does not define it, or there is none.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ScoreSpreads {
    /// See [`Metric`].
    pub error: Option<Spread>,
    /// See [`Metric`].
    pub loss: Option<Spread>,
    /// See [`Metric`].
    pub auc: Option<Spread>,
    /// See [`Metric`].
    pub f1: Option<Spread>,
    /// Of the reported probabilities.
    #[serde(flatten)]
    pub probabilities: ProbabilitySpreads,
    /// Of the probabilities before calibration; those reported where they are not calibrated.
    pub uncalibrated: ProbabilitySpreads,
}

/// How good probabilities are, over the trials of a configuration.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ProbabilitySpreads {
    /// See [`Metric`].
    pub log_loss: Option<Spread>,
    /// See [`Metric`].
    pub brier: Option<Spread>,
    /// See [`Metric`].
    pub calibration_error: Option<Spread>,
}

impl ScoreSpreads {
    /// Those of trials with these scores.
    pub fn of(scores: &[SplitScores]) -> Self {
        let of = |metric: Metric| spread(scores.iter().map(|scores| scores.get(metric)));
        let before = |scores: &SplitScores| scores.uncalibrated.unwrap_or(scores.probabilities);
        Self {
            error: of(Metric::Error),
            loss: of(Metric::Loss),
            auc: of(Metric::Auc),
            f1: of(Metric::F1),
            probabilities: ProbabilitySpreads::of(scores.iter().map(|scores| scores.probabilities)),
            uncalibrated: ProbabilitySpreads::of(scores.iter().map(before)),
        }
    }

    /// One of the metrics.
    pub fn get(&self, metric: Metric) -> Option<&Spread> {
        match metric {
            Metric::Error => self.error.as_ref(),
            Metric::Loss => self.loss.as_ref(),
            Metric::Auc => self.auc.as_ref(),
            Metric::F1 => self.f1.as_ref(),
            Metric::LogLoss => self.probabilities.log_loss.as_ref(),
            Metric::Brier => self.probabilities.brier.as_ref(),
            Metric::CalibrationError => self.probabilities.calibration_error.as_ref(),
        }
    }
}

impl ProbabilitySpreads {
    fn of(scores: impl Iterator<Item = ProbabilityScores> + Clone) -> Self {
        Self {
            log_loss: spread(scores.clone().map(|scores| scores.log_loss)),
            brier: spread(scores.clone().map(|scores| scores.brier)),
            calibration_error: spread(scores.map(|scores| scores.calibration_error)),
        }
    }
}

fn spread(values: impl Iterator<Item = f64>) -> Option<Spread> {
    Spread::of(values.collect()).filter(|spread| !spread.mean.is_nan())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(auc: Option<f64>, log_loss: f64, before: Option<f64>) -> SplitScores {
        let of = |log_loss| ProbabilityScores { log_loss, ..ProbabilityScores::default() };
        SplitScores { error: 0.5, loss: 1.0, auc, f1: 0.5, probabilities: of(log_loss), uncalibrated: before.map(of) }
    }

    #[test]
    fn a_metric_that_a_trial_does_not_define_has_no_spread() {
        let found = ScoreSpreads::of(&[scores(Some(0.5), 0.25, None), scores(None, 0.75, None)]);
        assert_eq!((found.auc, found.probabilities.log_loss.map(|spread| spread.mean)), (None, Some(0.5)));
        assert_eq!(ScoreSpreads::of(&[]), ScoreSpreads::default());
    }

    #[test]
    fn probabilities_that_are_not_calibrated_are_the_same_before() {
        let found = ScoreSpreads::of(&[scores(None, 0.25, Some(1.0)), scores(None, 0.5, None)]);
        assert_eq!(found.uncalibrated.log_loss.unwrap().values, [1.0, 0.5]);
        assert_eq!(found.probabilities.log_loss.unwrap().values, [0.25, 0.5]);
    }

    #[test]
    fn every_metric_is_found_by_its_name() {
        let json = serde_json::to_value(ScoreSpreads::of(&[scores(Some(0.75), 0.25, None)])).unwrap();
        let found = ScoreSpreads::of(&[scores(Some(0.75), 0.25, None)]);
        for metric in Metric::ALL {
            let expected = found.get(metric).unwrap().mean;
            assert_eq!(json[metric.as_str()]["mean"].as_f64(), Some(expected), "{}", metric.as_str());
        }
    }
}
