//! Robustness curves: the error of a model by how strongly one modality is corrupted.

use super::corrupted_rows::{CorruptionStep, CorruptionTarget};
use super::model_meter::{ModelMeter, RowOutcomes};
use crate::data::{CorruptionKind, CorruptionLevels};
use crate::experiment::error::{Error, ErrorKind};
use crate::experiment::statistics::{Difference, mcnemar};
use serde::Serialize;

/// A modality, and the kind and levels it is corrupted by.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ModalityCorruption {
    /// Its name.
    pub modality: String,
    /// The kind and the levels.
    pub levels: CorruptionLevels,
}

/// The measurements of a model by the level of one corruption.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CorruptionCurve {
    /// The modality that is corrupted.
    pub modality: String,
    /// The kind.
    pub kind: CorruptionKind,
    /// By level, ascending; the first is 0, which changes nothing.
    pub points: Vec<CorruptionPoint>,
}

/// The measurements at one level.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CorruptionPoint {
    /// The level, in the unit of the kind.
    pub level: f64,
    /// Share of rows decided wrongly.
    pub error: f64,
    /// The error less that of the rows as they are, over the same rows; `None` at level 0.
    pub difference: Option<Difference>,
    /// Mean log loss of the reported probabilities.
    pub log_loss: f64,
    /// AUROC of the gap between the two least class losses for right decisions; `None` where all are right or all wrong.
    pub gap_auroc: Option<f64>,
    /// Area under the risk-coverage curve of that gap.
    pub risk_coverage: f64,
    /// Rows on which a missing modality had its neutral content, because no component is left without it.
    pub replaced: usize,
}

impl CorruptionPoint {
    fn of(level: f64, found: &RowOutcomes, clean: Option<&RowOutcomes>) -> Self {
        Self {
            level,
            error: found.error,
            difference: clean.and_then(|clean| mcnemar(&found.wrong, &clean.wrong)),
            log_loss: found.log_loss,
            gap_auroc: found.gap_auroc,
            risk_coverage: found.risk_coverage,
            replaced: found.replaced,
        }
    }
}

/// Measures a model at every level of a corruption.
///
/// # Errors
/// If the model does not read the modality, the kind does not fit it, or the device fails.
pub(crate) fn corruption_curve(
    meter: &ModelMeter<'_>,
    corruption: &ModalityCorruption,
    clean: &RowOutcomes,
) -> Result<CorruptionCurve, Error> {
    let (name, kind) = (&corruption.modality, corruption.levels.kind);
    let invalid = |message: String| Error::message(ErrorKind::Invalid, format!("error: {message}"));
    let Some(input) = meter.rows.plan.inputs.iter().find(|input| input.name == *name) else {
        let names: Vec<String> = meter.rows.drawn_from.iter().map(|name| format!("`{name}`")).collect();
        return Err(invalid(format!("the model reads no modality `{name}`, but {}", names.join(", "))));
    };
    if !kind.applies_to(input.kind) {
        let fitting = CorruptionKind::ALL.into_iter().filter(|kind| kind.applies_to(input.kind));
        let fitting: Vec<&str> = fitting.map(CorruptionKind::as_str).collect();
        let message = format!("`{}` does not fit the modality `{name}`", kind.as_str());
        return Err(invalid(format!("{message}: {} do", fitting.join(", "))));
    }
    let mut points = vec![CorruptionPoint::of(0.0, clean, None)];
    for level in &corruption.levels.levels {
        let rows = if kind.counts_rows() { *level } else { 1.0 };
        let target = CorruptionTarget::Modality { name: name.clone(), rows, numbers: None };
        let found = meter.measure(&[CorruptionStep { kind, level: *level, target }])?;
        points.push(CorruptionPoint::of(*level, &found, Some(clean)));
    }
    Ok(CorruptionCurve { modality: name.clone(), kind, points })
}
