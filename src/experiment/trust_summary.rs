//! Explained rows together: which modality decides how often, who is right in conflicts, whether sets of classes keep their
//! promise, and how errors fall as fewer rows are decided.

use super::model::Model;
use super::row_trust::{ConflictRecord, RowTrust};
use super::trust_reference::HeldOutTrust;
use crate::spec::Part;
use crate::trust::{RiskCoverage, RowCount};
use serde::Serialize;
use std::collections::BTreeMap;

/// The coverages at which the error is shown.
const COVERAGES: [f64; 6] = [0.25, 0.5, 0.7, 0.8, 0.9, 1.0];

/// Explained rows together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrustSummary {
    /// The combine.
    pub combine: String,
    /// The part of the run's own data that the rows are in; `None` for new rows.
    pub part: Option<Part>,
    /// Number of rows.
    pub rows: u64,
    /// The rows with a label, and those decided wrongly.
    pub labelled: RowCount,
    /// The part that sureness is compared with, and its number of rows.
    pub held_out: Option<(Part, u64)>,
    /// The modalities, in the order of the plan's inputs.
    pub modalities: Vec<ModalitySummary>,
    /// Rows on which two modalities decide differently, most frequent first.
    pub conflicts: Vec<ConflictSummary>,
    /// The sets of classes; `None` without held-out rows.
    pub sets: Option<SetSummary>,
    /// The error by how many rows are decided; of the held-out rows where the rows have no labels.
    pub risk: Option<RiskSummary>,
}

/// One modality on all rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ModalitySummary {
    /// Its name.
    pub name: String,
    /// The rows that have it.
    pub present: u64,
    /// The rows on which its Shapley value is the greatest and positive.
    pub leads: u64,
    /// The rows on which it alone decides what all do.
    pub agrees: u64,
    /// The rows that are decided otherwise without it.
    pub changes: u64,
    /// The mean of its Shapley values, over the rows that have it.
    pub mean_shapley: Option<f64>,
    /// The mean of its weight, over the rows that have it.
    pub mean_q: Option<f64>,
    /// The rows with something unlike the training rows in it.
    pub atypical: u64,
}

/// Two modalities that decide differently.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConflictSummary {
    /// The modalities.
    pub modalities: [String; 2],
    /// The rows on which they do.
    pub rows: u64,
    /// Who was right on held-out rows.
    pub before: Option<ConflictRecord>,
}

/// The sets of classes of all rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SetSummary {
    /// The frequency with which they are to hold the label.
    pub coverage: f64,
    /// The mean number of classes in them.
    pub mean_size: f64,
    /// The rows with one class.
    pub single: u64,
    /// The rows with a class that was not judged by its class and the same modalities.
    pub fallbacks: u64,
    /// The rows whose set held the label, by class, with all rows of it.
    pub classes: BTreeMap<String, SetCount>,
    /// As `classes`, by the modalities that are present.
    pub patterns: BTreeMap<String, SetCount>,
}

/// Sets that held the label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SetCount {
    /// Rows with a label.
    pub rows: u64,
    /// Those whose set holds it.
    pub held: u64,
}

/// The error by how many rows are decided.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RiskSummary {
    /// The part that it was measured on; `None` for new rows.
    pub part: Option<Part>,
    /// The number of rows.
    pub rows: usize,
    /// The mean error over all coverages.
    pub area: f64,
    /// The least area that an order of the same rows can have.
    pub least_area: f64,
    /// The error of all rows: the area of an order that says nothing.
    pub error: f64,
    /// Points of the curve: coverage, rows decided, error.
    pub points: Vec<(f64, usize, f64)>,
}

impl TrustSummary {
    pub(super) fn new(model: &Model, rows: &[RowTrust], held_out: Option<&HeldOutTrust>) -> Self {
        let part = rows.first().and_then(|row| row.part);
        let labelled = || rows.iter().filter(|row| row.label.is_some());
        let wrong = |row: &RowTrust| row.label.as_ref() != Some(&row.decision.class);
        let count = |rows: usize| rows as u64;
        let (own, errors): (Vec<f64>, Vec<bool>) = labelled().map(|row| (row.uncertainty, wrong(row))).unzip();
        let of_rows = RiskCoverage::of(&own, &errors).map(|curve| RiskSummary::of(&curve, part));
        Self {
            combine: model.plan().combine.clone(),
            part,
            rows: count(rows.len()),
            labelled: RowCount { rows: count(own.len()), wrong: count(errors.iter().filter(|wrong| **wrong).count()) },
            held_out: held_out.map(|held_out| (held_out.part, count(held_out.sureness.rows()))),
            modalities: modalities(rows),
            conflicts: conflicts(rows),
            sets: held_out.map(|held_out| SetSummary::of(rows, held_out.conformal.coverage())),
            risk: of_rows.or_else(|| held_out.map(|of| RiskSummary::of(&of.sureness, Some(of.part)))),
        }
    }
}

impl RiskSummary {
    fn of(curve: &RiskCoverage, part: Option<Part>) -> Self {
        Self {
            part,
            rows: curve.rows(),
            area: curve.area(),
            least_area: curve.least_area(),
            error: curve.error(),
            points: curve.points(&COVERAGES),
        }
    }
}

impl SetSummary {
    fn of(rows: &[RowTrust], coverage: f64) -> Self {
        let sets = || rows.iter().filter_map(|row| row.set.as_ref().map(|set| (row, set)));
        let sizes: usize = sets().map(|(_, set)| set.classes.len()).sum();
        let mut found = Self {
            coverage,
            mean_size: sizes as f64 / sets().count() as f64,
            single: sets().filter(|(_, set)| set.classes.len() == 1).count() as u64,
            fallbacks: sets().filter(|(_, set)| !set.fallbacks.is_empty()).count() as u64,
            classes: BTreeMap::new(),
            patterns: BTreeMap::new(),
        };
        for (row, set) in sets() {
            let Some(label) = &row.label else { continue };
            let held = u64::from(set.classes.contains(label));
            let pattern: Vec<&str> = row
                .modalities
                .iter()
                .filter(|modality| modality.present)
                .map(|modality| modality.name.as_str())
                .collect();
            let of_class = found.classes.entry(label.clone()).or_default();
            (of_class.rows, of_class.held) = (of_class.rows + 1, of_class.held + held);
            let of_pattern = found.patterns.entry(pattern.join("+")).or_default();
            (of_pattern.rows, of_pattern.held) = (of_pattern.rows + 1, of_pattern.held + held);
        }
        found
    }

    /// All rows with a label.
    pub fn all(&self) -> SetCount {
        self.classes
            .values()
            .fold(SetCount::default(), |sum, of| SetCount { rows: sum.rows + of.rows, held: sum.held + of.held })
    }
}

fn modalities(rows: &[RowTrust]) -> Vec<ModalitySummary> {
    let Some(first) = rows.first() else { return vec![] };
    let of_modality = |at: usize| {
        let present = || rows.iter().map(move |row| (row, &row.modalities[at])).filter(|(_, of)| of.present);
        let mean =
            |numbers: Vec<f64>| (!numbers.is_empty()).then(|| numbers.iter().sum::<f64>() / numbers.len() as f64);
        let leads = |row: &RowTrust, own: f64| {
            own > 0.0 && row.modalities.iter().filter_map(|other| other.shapley).all(|other| other <= own)
        };
        ModalitySummary {
            name: first.modalities[at].name.clone(),
            present: present().count() as u64,
            leads: present().filter(|(row, of)| of.shapley.is_some_and(|own| leads(row, own))).count() as u64,
            agrees: present()
                .filter(|(row, of)| of.alone.as_ref().is_some_and(|alone| alone.class == row.decision.class))
                .count() as u64,
            changes: present()
                .filter(|(row, of)| of.without.as_ref().is_some_and(|without| without.class != row.decision.class))
                .count() as u64,
            mean_shapley: mean(present().filter_map(|(_, of)| of.shapley).collect()),
            mean_q: mean(present().filter_map(|(_, of)| of.q).collect()),
            atypical: present().filter(|(_, of)| !of.atypical.is_empty()).count() as u64,
        }
    };
    (0..first.modalities.len()).map(of_modality).collect()
}

fn conflicts(rows: &[RowTrust]) -> Vec<ConflictSummary> {
    let mut found: Vec<ConflictSummary> = vec![];
    for conflict in rows.iter().flat_map(|row| &row.conflicts) {
        match found.iter_mut().find(|known| known.modalities == conflict.modalities) {
            Some(known) => known.rows += 1,
            None => found.push(ConflictSummary {
                modalities: conflict.modalities.clone(),
                rows: 1,
                before: conflict.before,
            }),
        }
    }
    found.sort_by_key(|conflict| std::cmp::Reverse(conflict.rows));
    found
}
