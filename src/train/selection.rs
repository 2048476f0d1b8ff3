//! Which epoch is the best, and when to stop waiting for a better one. Knows numbers only.

use super::Scores;
use crate::spec::{Metric, TrainSpec};

/// Watches one metric on the validation split.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    metric: Metric,
    patience: Option<u64>,
    best: Option<Best>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Best {
    epoch: u64,
    /// Not a number where there is no validation split or the metric is not defined.
    value: f64,
}

impl Selection {
    /// Selects by the metric that `stop` names, else by the validation error. Where nothing is measured, every epoch
    /// is better than the one before and nothing stops early.
    pub fn new(spec: &TrainSpec) -> Self {
        let metric = spec.stop.as_ref().map_or(Metric::Error, |stop| stop.metric);
        Self { metric, patience: spec.stop.as_ref().map(|stop| stop.epochs), best: None }
    }

    /// Takes note of an epoch, and says whether it is the best so far. Ties keep the earlier.
    pub fn observe(&mut self, epoch: u64, valid: Option<&Scores>) -> bool {
        let value = valid.map_or(f64::NAN, |scores| scores.get(self.metric));
        let better = match self.best {
            None => true,
            Some(best) if best.value.is_nan() => valid.is_none() || !value.is_nan(),
            Some(best) if self.metric.higher_is_better() => value > best.value,
            Some(best) => value < best.value,
        };
        if better {
            self.best = Some(Best { epoch, value });
        }
        better
    }

    /// Whether after `epoch` the patience is at an end.
    pub fn exhausted(&self, epoch: u64) -> bool {
        match (self.patience, self.best) {
            (Some(patience), Some(best)) => epoch - best.epoch >= patience.max(1),
            _ => false,
        }
    }
}
