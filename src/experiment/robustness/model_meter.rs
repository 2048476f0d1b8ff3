//! A model measured on the same rows under many corruptions: its engine is opened once.

use super::corrupted_rows::{CorruptibleRows, CorruptionStep};
use super::selective_risk::{confidence_auroc, confidence_gaps, risk_coverage_area};
use crate::data::Subset;
use crate::exec::{Engine, engine};
use crate::experiment::error::Error;
use crate::experiment::model::Model;
use crate::experiment::options::TrainOptions;
use crate::train::{FailureCause, evaluate_logits, logits};
use std::sync::Arc;

/// A model and the rows it is measured on.
pub(crate) struct ModelMeter<'a> {
    model: &'a Model,
    engine: Box<dyn Engine>,
    pub(crate) rows: CorruptibleRows<'a>,
    seed: u64,
}

/// The measurements on corrupted rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RowOutcomes {
    /// The rows that are decided wrongly.
    pub(crate) wrong: Vec<bool>,
    /// The share of them.
    pub(crate) error: f64,
    /// Mean log loss of the reported probabilities.
    pub(crate) log_loss: f64,
    /// AUROC of the gap between the two least class losses for right decisions.
    pub(crate) gap_auroc: Option<f64>,
    /// Area under the risk-coverage curve of the gap.
    pub(crate) risk_coverage: f64,
    /// Rows on which a missing modality was replaced, because no component is left without it.
    pub(crate) replaced: usize,
}

impl<'a> ModelMeter<'a> {
    /// Opens the engine for rows whose modalities for the plan's inputs are at these places.
    ///
    /// # Errors
    /// If the device is missing.
    pub(crate) fn open(
        model: &'a Model,
        subset: &'a Subset,
        places: Vec<usize>,
        seed: u64,
        options: &TrainOptions,
    ) -> Result<Self, Error> {
        let plan = model.plan();
        let opened = engine(Arc::new(plan.clone()), options.device, Some(options.thread_count()));
        let engine = opened.map_err(|error| model.pipeline.error(FailureCause::Exec(error).problem(plan)))?;
        let words = |name: &str| model.preprocessing.modality(name).is_some_and(|modality| modality.has_words());
        Ok(Self { model, engine, rows: CorruptibleRows::new(plan, subset, places, &words), seed })
    }

    /// Measures the model on the rows with these corruptions. Without any the numbers are those of the evaluation.
    ///
    /// # Errors
    /// If the device fails.
    pub(crate) fn measure(&self, steps: &[CorruptionStep]) -> Result<RowOutcomes, Error> {
        self.measure_seeded(steps, self.seed)
    }

    /// As [`ModelMeter::measure`], by the draws of another seed.
    ///
    /// # Errors
    /// If the device fails.
    pub(crate) fn measure_seeded(&self, steps: &[CorruptionStep], seed: u64) -> Result<RowOutcomes, Error> {
        let plan = self.model.plan();
        let rows = self.rows.corrupted(steps, seed);
        let found = logits(self.engine.as_ref(), &self.model.params, &plan.loss, &rows).map(|mut logits| {
            rows.hide(&mut logits);
            evaluate_logits(self.engine.as_ref(), &self.model.params, &plan.loss, &logits, &rows)
        });
        let found = found.map_err(|error| self.model.pipeline.error(FailureCause::Exec(error).problem(plan)))?;
        let predicted = found.decisions.predicted.iter();
        let wrong: Vec<bool> = predicted.zip(&self.rows.subset.labels).map(|(a, b)| a != b).collect();
        let gaps = confidence_gaps(&found.decisions);
        Ok(RowOutcomes {
            error: found.scores.error,
            log_loss: found.scores.probabilities.log_loss,
            gap_auroc: confidence_auroc(&gaps, &wrong),
            risk_coverage: risk_coverage_area(&gaps, &wrong),
            replaced: rows.replaced_rows(),
            wrong,
        })
    }
}
