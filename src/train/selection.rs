//! Selection of the best epoch, and early stopping. Independent of models and data.

use super::Scores;
use crate::spec::{Metric, TrainSpec};
use serde::{Deserialize, Serialize};

/// Watches one metric on the validation split.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    metric: Metric,
    patience: Option<u64>,
    best: Option<SelectedEpoch>,
}

/// The best epoch so far, with the values it was selected by.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SelectedEpoch {
    /// Counted from 1.
    pub epoch: u64,
    /// The metric. Not a number where there is no validation split or the metric is not defined.
    pub value: f64,
    /// The validation loss, which decides between equals.
    pub loss: f64,
}

impl Selection {
    /// Selects by the metric that `stop` names, else by the validation error. Where nothing is measured, every epoch
    /// is better than the one before and nothing stops early.
    pub fn new(spec: &TrainSpec) -> Self {
        let metric = spec.stop.as_ref().map_or(Metric::Error, |stop| stop.metric);
        Self { metric, patience: spec.stop.as_ref().map(|stop| stop.epochs), best: None }
    }

    /// A selection that has seen earlier epochs, of which this was the best.
    pub fn resume(spec: &TrainSpec, best: Option<SelectedEpoch>) -> Self {
        Self { best, ..Self::new(spec) }
    }

    /// The best epoch so far.
    pub fn best(&self) -> Option<SelectedEpoch> {
        self.best
    }

    /// Records an epoch, and returns whether it is the best so far. Between equals the smaller loss is better: an error
    /// over few rows has few values, and may not change while the model still improves. If both are equal, the earlier
    /// epoch is better.
    pub fn observe(&mut self, epoch: u64, valid: Option<&Scores>) -> bool {
        let value = valid.map_or(f64::NAN, |scores| scores.get(self.metric));
        let loss = valid.map_or(f64::NAN, |scores| scores.loss);
        let better = match self.best {
            None => true,
            Some(best) if best.value.is_nan() => valid.is_none() || !value.is_nan(),
            Some(best) if value == best.value => loss < best.loss,
            Some(best) if self.metric.higher_is_better() => value > best.value,
            Some(best) => value < best.value,
        };
        if better {
            self.best = Some(SelectedEpoch { epoch, value, loss });
        }
        better
    }

    /// Whether the patience has ended after `epoch`.
    pub fn exhausted(&self, epoch: u64) -> bool {
        match (self.patience, self.best) {
            (Some(patience), Some(best)) => epoch - best.epoch >= patience.max(1),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Span;
    use crate::spec::{CalibrationMethod, Curve, Init, OptimizerSpec, Patience, Schedule, SgdSpec, TrainingLength};
    use crate::train::ProbabilityScores;

    fn selection(stop: Option<(u64, Metric)>) -> Selection {
        Selection::new(&TrainSpec {
            combine: None,
            optimizer: OptimizerSpec::Sgd(SgdSpec { lr: 0.1, momentum: 0.0, nesterov: false, weight_decay: 0.0 }),
            schedule: Schedule { warmup: 0, curve: Curve::Constant },
            clip_norm: None,
            batch_size: 1,
            length: TrainingLength::Epochs(1),
            stop: stop.map(|(epochs, metric)| Patience { epochs, metric, span: Span::default() }),
            seed: 0,
            init: Init::Scaled,
            calibrate: CalibrationMethod::None,
            modality_dropout: 0.0,
            class_weights: None,
            balance: None,
            cml: None,
            span: Span::default(),
        })
    }

    fn scores(error: f64, loss: f64, auc: Option<f64>, f1: f64) -> Scores {
        let probabilities = ProbabilityScores::default();
        Scores {
            rows: 1,
            error,
            loss,
            auc,
            f1,
            probabilities,
            uncalibrated: None,
            violations: None,
            components: vec![],
        }
    }

    /// Which of these epochs are the best so far, and after which the patience ends.
    fn watch(mut selection: Selection, values: &[(f64, Option<f64>)]) -> (Vec<u64>, Option<u64>) {
        let mut best = vec![];
        for ((error, auc), epoch) in values.iter().zip(1..) {
            let (loss, f1) = (0.0, 0.0);
            let scores = scores(*error, loss, *auc, f1);
            if selection.observe(epoch, Some(&scores)) {
                best.push(epoch);
            }
            if selection.exhausted(epoch) {
                return (best, Some(epoch));
            }
        }
        (best, None)
    }

    #[test]
    fn the_least_error_is_the_best_and_ties_keep_the_earlier() {
        let values = [0.5, 0.4, 0.4, 0.6, 0.3, 0.3].map(|error| (error, None));
        assert_eq!(watch(selection(None), &values), (vec![1, 2, 5], None));
    }

    #[test]
    fn of_equals_the_one_of_smaller_loss_is_better() {
        let mut selection = selection(None);
        let mut observe = |epoch, error, loss| {
            let (auc, f1) = (None, 0.0);
            let scores = scores(error, loss, auc, f1);
            selection.observe(epoch, Some(&scores))
        };
        assert_eq!([observe(1, 0.5, 3.0), observe(2, 0.5, 2.0), observe(3, 0.5, 2.0)], [true, true, false]);
        assert_eq!([observe(4, 0.4, 9.0), observe(5, 0.5, 1.0)], [true, false]);
    }

    #[test]
    fn patience_counts_from_the_best() {
        let values = [0.5, 0.6, 0.4, 0.4, 0.5, 0.1].map(|error| (error, None));
        assert_eq!(watch(selection(Some((2, Metric::Error))), &values), (vec![1, 3], Some(5)));
        assert_eq!(watch(selection(Some((0, Metric::Error))), &values), (vec![1], Some(2)));
    }

    #[test]
    fn of_an_area_more_is_better() {
        let values = [Some(0.5), Some(0.7), Some(0.6)].map(|auc| (0.0, auc));
        assert_eq!(watch(selection(Some((9, Metric::Auc))), &values), (vec![1, 2], None));
    }

    #[test]
    fn what_is_not_defined_is_never_better() {
        let values = [None, None, Some(0.2), None].map(|auc| (0.0, auc));
        assert_eq!(watch(selection(Some((3, Metric::Auc))), &values), (vec![1, 3], None));
    }
}
