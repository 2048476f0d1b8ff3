//! The test rows as sections read them: names made visible, probabilities before calibration computed back.

use super::values::name;
use crate::fusion::EvidenceScale;
use crate::plan::Plan;
use crate::report::SavedPredictions;
use serde_json::Value;

/// The test rows of a run.
pub(super) struct TestTable<'a> {
    /// What was decided on them.
    pub(super) saved: &'a SavedPredictions,
    /// The classes.
    pub(super) classes: Vec<String>,
    /// The components.
    pub(super) components: Vec<String>,
    /// The components of a single modality, by their places.
    pub(super) single: Vec<usize>,
    weights: Vec<f64>,
    calibration: Option<(EvidenceScale, f64)>,
}

impl<'a> TestTable<'a> {
    pub(super) fn new(plan: &Plan, classes: &[String], summary: &Value, saved: &'a SavedPredictions) -> Self {
        let components = &plan.loss.components;
        let single = (0..components.len()).filter(|at| components[*at].inputs.len() == 1);
        let scale = summary.pointer("/calibration/scale").and_then(|scale| serde_json::from_value(scale.clone()).ok());
        let temperature = summary.pointer("/calibration/temperature").and_then(Value::as_f64);
        Self {
            saved,
            classes: classes.iter().map(|class| name(class)).collect(),
            components: components.iter().map(|component| name(&component.name)).collect(),
            single: single.collect(),
            weights: components.iter().map(|component| component.weight).collect(),
            calibration: scale.zip(temperature).filter(|found| *found != (EvidenceScale::One, 1.0)),
        }
    }

    /// The probability of the predicted class of a row.
    pub(super) fn confidence(&self, row: usize) -> f64 {
        f64::from(self.saved.probabilities_of(row)[self.saved.predicted[row] as usize])
    }

    /// The probability of all other classes together: it tells rows apart whose confidence rounds to 1.
    pub(super) fn uncertainty(&self, row: usize) -> f64 {
        let predicted = self.saved.predicted[row] as usize;
        let others = self.saved.probabilities_of(row).iter().enumerate().filter(|(class, _)| *class != predicted);
        others.map(|(_, probability)| f64::from(*probability)).sum()
    }

    /// Whether reported probabilities are not `softmax(-l)`.
    pub(super) fn is_calibrated(&self) -> bool {
        self.calibration.is_some()
    }

    /// The probability of the predicted class before calibration: `p^(s T)`, divided by the sum over the classes.
    pub(super) fn confidence_before(&self, row: usize) -> f64 {
        let Some((scale, temperature)) = self.calibration else { return self.confidence(row) };
        let present = |at: usize| self.saved.components.get(at).is_none_or(|decided| decided[row].is_some());
        let present: Vec<bool> = (0..self.weights.len()).map(present).collect();
        let exponent = scale.of_row(&self.weights, &present) * temperature;
        let own = self.confidence(row);
        let relative = |p: &f32| (exponent * (f64::from(*p) / own).ln()).exp();
        1.0 / self.saved.probabilities_of(row).iter().map(relative).sum::<f64>()
    }

    /// The sentence that not all rows were read, where that is so.
    pub(super) fn sampled(&self) -> Option<String> {
        let every = self.saved.every;
        (every > 1).then(|| format!("The plots of rows are made of every {every}th test row."))
    }
}
