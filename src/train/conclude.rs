//! The end of a training: the probabilities of the selected model are calibrated, and it is measured on held-out rows.

use super::fit_calibration::fit_calibration;
use super::{BatchSource, CalibrationRecord, Evaluation, Scores, Training, evaluate, predict};
use crate::exec::{Engine, ExecError, Params};
use crate::fusion::Calibration;
use crate::spec::{CalibrationMethod, Part};
use std::sync::Arc;

/// A selected model with its measurements.
pub(super) struct Concluded {
    /// The model, with its calibration.
    pub(super) params: Arc<Params>,
    /// How the calibration was fitted; `None` where there are no rows to fit one to, or none is wanted.
    pub(super) calibration: Option<CalibrationRecord>,
    /// The model on the validation split, if there is one.
    pub(super) valid: Option<Scores>,
    /// The model on the test split, if there is one.
    pub(super) test: Option<Evaluation>,
}

/// Calibrates the model on the `calib` rows, else on the validation rows, and measures it on the validation and the test
/// rows. `measured` are the scores on the validation rows without a calibration, where they are known.
pub(super) fn conclude(
    engine: &dyn Engine,
    mut params: Arc<Params>,
    training: &Training<'_>,
    measured: Option<Scores>,
) -> Result<Concluded, ExecError> {
    let Training { plan, spec, valid, calib, test, .. } = *training;
    let rows = [(Part::Calib, calib), (Part::Valid, valid)];
    let rows = rows.into_iter().find_map(|(part, rows)| rows.filter(|rows| !rows.is_empty()).map(|rows| (part, rows)));
    let calibration = match rows.filter(|_| spec.calibrate != CalibrationMethod::None) {
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
    let valid = match measured.filter(|_| params.calibration.is_identity()) {
        Some(measured) => Some(measured),
        None => valid.map(measure).transpose()?.map(|found| found.scores),
    };
    let test = test.map(measure).transpose()?;
    Ok(Concluded { params, calibration, valid, test })
}
