//! What the decisions on a row are compared with: held-out rows, on which sureness, sets of classes and conflicts are
//! known to be right or wrong, and the training rows.

use super::error::Error;
use super::held_out::{HeldOut, held_out_part, part_of};
use super::model::Model;
use super::row_trust::ConflictRecord;
use super::rows::PlanRows;
use super::subset_verdicts::{SubsetDecider, Subsets};
use super::training_rows::TrainingRows;
use crate::data::Dataset;
use crate::exec::Decisions;
use crate::plan::Batch;
use crate::spec::Part;
use crate::train::{BatchSource, FailureCause};
use crate::trust::{MondrianConformal, RiskCoverage};
use std::collections::BTreeMap;

/// Rows that are decided at a time.
const ROWS: usize = 2048;

/// Held-out and training rows.
pub(super) struct TrustReference {
    /// The part of the held-out rows, and what they say; `None` where a run has none.
    pub(super) held_out: Option<HeldOutTrust>,
    /// The training rows of each input.
    pub(super) training: Vec<TrainingRows>,
}

/// What held-out rows say.
pub(super) struct HeldOutTrust {
    pub(super) part: Part,
    pub(super) sureness: RiskCoverage,
    pub(super) conformal: MondrianConformal,
    /// Who was right where two inputs of the plan disagreed, the first one first.
    pub(super) conflicts: BTreeMap<(usize, usize), ConflictRecord>,
}

impl TrustReference {
    /// Of a run's own data. `wanted` is the part of the held-out rows, if one was named.
    pub(super) fn new(
        model: &Model,
        data: &Dataset,
        decider: &SubsetDecider<'_>,
        wanted: Option<Part>,
        coverage: f64,
    ) -> Result<Self, Error> {
        let training = TrainingRows::of(data, model.plan());
        let Some(part) = wanted.or_else(|| held_out_part(data)) else { return Ok(Self { held_out: None, training }) };
        let held_out = HeldOutTrust::new(model, data, decider, part, coverage)?;
        Ok(Self { held_out, training })
    }
}

impl HeldOutTrust {
    fn new(
        model: &Model,
        data: &Dataset,
        decider: &SubsetDecider<'_>,
        part: Part,
        coverage: f64,
    ) -> Result<Option<Self>, Error> {
        let plan = model.plan();
        let Some(rows) = PlanRows::new(data, part_of(data, part)?, plan) else { return Ok(None) };
        let failed = |error| model.error(FailureCause::Exec(error).problem(plan).into());
        let inputs = plan.inputs.len();
        let subsets = Subsets::singles((0..inputs).collect());
        let (mut uncertainties, mut wrong, mut scored) = (vec![], vec![], vec![]);
        let mut conflicts: BTreeMap<(usize, usize), ConflictRecord> = BTreeMap::new();
        let places: Vec<u32> = (0..u32::try_from(rows.len()).unwrap_or(u32::MAX)).collect();
        let mut batch = Batch::default();
        for places in places.chunks(ROWS) {
            rows.fill(places, &mut batch);
            let found = decider.verdicts(&batch, &subsets).map_err(failed)?;
            let held_out = HeldOut::new(&batch.labels, found.decisions.clone());
            for (row, label) in held_out.labels.iter().enumerate() {
                let label = *label as usize;
                scored.push((label, pattern(&batch, row), held_out.decisions.neg_log_probability(row, label)));
                let verdicts: Vec<_> = (0..inputs).map(|input| found.verdict(input, row)).collect();
                for (first, one) in verdicts.iter().enumerate() {
                    for (second, other) in verdicts.iter().enumerate().skip(first + 1) {
                        let (Some(one), Some(other)) = (one, other) else { continue };
                        if one.class == other.class {
                            continue;
                        }
                        let record = conflicts.entry((first, second)).or_default();
                        record.rows += 1;
                        record.first += u64::from(one.class as usize == label);
                        record.second += u64::from(other.class as usize == label);
                        record.model += u64::from(!held_out.wrong[row]);
                    }
                }
            }
            uncertainties.extend(held_out.uncertainties);
            wrong.extend(held_out.wrong);
        }
        let conformal = MondrianConformal::new(plan.loss.classes.len(), coverage, scored);
        let sureness = RiskCoverage::of(&uncertainties, &wrong);
        Ok(sureness.map(|sureness| Self { part, sureness, conformal, conflicts }))
    }
}

/// Which modalities a row has.
pub(super) fn pattern(batch: &Batch, row: usize) -> Vec<bool> {
    batch.present.iter().map(|present| present.as_ref().is_none_or(|present| present[row])).collect()
}

/// The scores of all classes of a row: `-log p`.
pub(super) fn scores(decisions: &Decisions, row: usize) -> Vec<f64> {
    (0..decisions.classes).map(|class| decisions.neg_log_probability(row, class)).collect()
}
