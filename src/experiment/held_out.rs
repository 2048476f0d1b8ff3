//! The decisions of a model on rows that its weights were not fitted to: what its sureness was worth there.

use super::error::{Error, ErrorKind};
use super::model::Model;
use super::options::TrainOptions;
use super::rows::PlanRows;
use crate::data::{Dataset, Subset};
use crate::exec::{Decisions, Engine, engine};
use crate::spec::Part;
use crate::train::{BatchSource, FailureCause, predict};
use crate::trust::{AbstentionThreshold, fit_threshold};
use std::sync::Arc;

/// Decisions on rows of a part of a run's own data, with their labels.
#[derive(Clone, Debug)]
pub(super) struct HeldOut {
    pub(super) labels: Vec<u32>,
    pub(super) decisions: Decisions,
    /// `-log p` of the decision on each row.
    pub(super) uncertainties: Vec<f64>,
    /// Whether each decision is wrong.
    pub(super) wrong: Vec<bool>,
}

impl HeldOut {
    pub(super) fn new(labels: &[u32], decisions: Decisions) -> Self {
        Self {
            labels: labels.to_vec(),
            uncertainties: (0..decisions.rows).map(|row| decisions.uncertainty(row)).collect(),
            wrong: decisions.predicted.iter().zip(labels).map(|(predicted, label)| predicted != label).collect(),
            decisions,
        }
    }
}

impl Model {
    /// The engine of the plan.
    pub(super) fn engine(&self, options: &TrainOptions) -> Result<Box<dyn Engine>, Error> {
        let made = engine(Arc::new(self.plan().clone()), options.device, Some(options.thread_count()));
        made.map_err(|error| self.pipeline.error(FailureCause::Exec(error).problem(self.plan())))
    }

    /// The decisions on a part of the data.
    pub(super) fn held_out(&self, data: &Dataset, part: Part, engine: &dyn Engine) -> Result<HeldOut, Error> {
        let subset = part_of(data, part)?;
        let Some(rows) = PlanRows::new(data, subset, self.plan()) else {
            return Err(Error::message(ErrorKind::Invalid, "error: the data lacks a modality of the model"));
        };
        let decisions = predict(engine, &self.params, &self.plan().loss, &rows);
        let decisions =
            decisions.map_err(|error| self.pipeline.error(FailureCause::Exec(error).problem(self.plan())))?;
        Ok(HeldOut::new(rows.labels(), decisions))
    }

    /// A threshold of uncertainty that keeps the error of decided rows below `target`, fitted to the rows of `calib`, or to the
    /// validation rows where there is no such part.
    ///
    /// # Errors
    /// If the data of the run cannot be read again, has no such rows, or no threshold reaches the target.
    pub fn fit_abstention(
        &self,
        target: f64,
        confidence: f64,
        options: &TrainOptions,
    ) -> Result<(Part, AbstentionThreshold), Error> {
        let data = self.own_data(options)?;
        let Some(part) = held_out_part(&data) else {
            let message = "error: abstention needs rows that weights were not fitted to, and the run has neither a `calib` part \
                           nor validation rows";
            return Err(Error::message(ErrorKind::Invalid, message));
        };
        let held_out = self.held_out(&data, part, self.engine(options)?.as_ref())?;
        let fitted = fit_threshold(&held_out.uncertainties, &held_out.wrong, target, confidence);
        let unreachable = |best: Option<AbstentionThreshold>| {
            let best = best.map_or_else(String::new, |best| {
                let (bound, coverage) = (100.0 * best.bound, 100.0 * best.coverage());
                format!("; the least that can be promised is {bound:.1}%, on the surest {coverage:.0}% of rows")
            });
            let (rows, part) = (held_out.labels.len(), part.as_str());
            let message = format!(
                "error: on {rows} `{part}` rows no threshold keeps the error below {:.3}% with {:.0}% confidence{best}",
                100.0 * target,
                100.0 * confidence
            );
            Error::message(ErrorKind::Invalid, message)
        };
        fitted.map(|threshold| (part, threshold)).map_err(|failed| unreachable(failed.best))
    }
}

/// The rows that sureness is measured on: of `calib` where there are any, else those of validation.
pub(super) fn held_out_part(data: &Dataset) -> Option<Part> {
    [Part::Calib, Part::Valid].into_iter().find(|part| data.part(*part).is_some_and(|subset| subset.rows > 0))
}

/// A part of the data.
pub(super) fn part_of(data: &Dataset, part: Part) -> Result<&Subset, Error> {
    let message = || format!("error: the data of the run has no `{}` part", part.as_str());
    data.part(part).ok_or_else(|| Error::message(ErrorKind::Invalid, message()))
}
