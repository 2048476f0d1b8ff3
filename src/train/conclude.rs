//! The end of a training: the decisions of the selected model are fitted and its probabilities calibrated, where that is
//! wanted, and it is measured on held-out rows.

use super::fit_calibration::fit_calibration;
use super::{BatchSource, CalibrationRecord, DecisionRecord, Evaluation, Scores, Training, evaluate, predict};
use crate::exec::{Decisions, Engine, ExecError, Params};
use crate::fusion::{Calibration, DecisionFit, DecisionRows, fit_decision};
use crate::plan::LossSpec;
use crate::spec::{CalibrationMethod, Part};
use std::sync::Arc;

/// A selected model with its measurements.
pub(super) struct Concluded {
    /// The model, with its decision and its calibration.
    pub(super) params: Arc<Params>,
    /// How the decision was fitted; `None` where there are no rows to fit one to, or none is wanted.
    pub(super) decision: Option<DecisionRecord>,
    /// How the calibration was fitted; `None` where there are no rows to fit one to, or none is wanted.
    pub(super) calibration: Option<CalibrationRecord>,
    /// The model on the validation split, if there is one.
    pub(super) valid: Option<Scores>,
    /// The model on the test split, if there is one.
    pub(super) test: Option<Evaluation>,
}

/// Fits the decision and then the calibration of the model to the `calib` rows, else to the validation rows, and measures it
/// on the validation and the test rows. `measured` are the scores on the validation rows without either, where they are
/// known.
pub(super) fn conclude(
    engine: &dyn Engine,
    mut params: Arc<Params>,
    training: &Training<'_>,
    measured: Option<Scores>,
) -> Result<Concluded, ExecError> {
    let Training { plan, spec, valid, calib, test, .. } = *training;
    let rows = [(Part::Calib, calib), (Part::Valid, valid)];
    let rows = rows.into_iter().find_map(|(part, rows)| rows.filter(|rows| !rows.is_empty()).map(|rows| (part, rows)));
    let calibrated = spec.calibrate != CalibrationMethod::None;
    let decision = match rows.filter(|_| plan.loss.combination.decision_to_fit().is_some()) {
        Some((part, rows)) => {
            let fit = decision_of(engine, &mut params, &plan.loss, rows, calibrated)?;
            fit.map(|fit| DecisionRecord { part, fit })
        }
        None => None,
    };
    let calibration = match rows.filter(|_| calibrated) {
        Some((part, rows)) => {
            Arc::make_mut(&mut params).calibration = Calibration::default();
            let decisions = predict(engine, &params, &plan.loss, rows)?;
            let fit = fit_calibration(spec.calibrate, &plan.loss, &decisions, rows.labels());
            Arc::make_mut(&mut params).calibration = fit.calibration.clone();
            Some(CalibrationRecord { part, fit })
        }
        None => None,
    };
    let measure = |rows: &dyn BatchSource| evaluate(engine, &params, &plan.loss, rows);
    let valid = match measured.filter(|_| params.calibration.is_identity() && !params.decision.is_fitted()) {
        Some(measured) => Some(measured),
        None => valid.map(measure).transpose()?.map(|found| found.scores),
    };
    let test = test.map(measure).transpose()?;
    Ok(Concluded { params, decision, calibration, valid, test })
}

/// Fits the decision of the model to these rows and gives it to the model; `None` where its rule has nothing to fit.
fn decision_of(
    engine: &dyn Engine,
    params: &mut Arc<Params>,
    loss: &LossSpec,
    rows: &dyn BatchSource,
    calibrated: bool,
) -> Result<Option<DecisionFit>, ExecError> {
    let Some(rule) = loss.combination.decision_to_fit() else { return Ok(None) };
    let own = Arc::make_mut(params);
    own.calibration = Calibration::default();
    own.decision.beta = None;
    own.decision.temperatures.clear();
    let Decisions { classes, components, .. } = predict(engine, params, loss, rows)?;
    let held_out = DecisionRows {
        classes,
        neg_log_p: components.iter().map(|component| component.neg_log_p.as_slice()).collect(),
        present: components.iter().map(|component| component.present.as_deref()).collect(),
        labels: rows.labels(),
        log_prior: &params.decision.log_prior,
    };
    let weights: Vec<f64> = loss.components.iter().map(|component| component.weight).collect();
    let fit = fit_decision(&held_out, &rule, &weights, calibrated);
    Arc::make_mut(params).decision = fit.decision.clone();
    Ok(Some(fit))
}
