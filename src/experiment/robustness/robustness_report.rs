//! What `mmc eval --corrupt`, `--ablate` and `--permute` measure: one model on its own rows or on new ones.

use super::ablation::{AblatedSubset, ablate};
use super::corruption_curve::{CorruptionCurve, ModalityCorruption, corruption_curve};
use super::model_meter::ModelMeter;
use super::permutation_importance::{PermutationImportance, permutation_importance};
use crate::experiment::error::Error;
use crate::experiment::evaluation::EvaluatedRows;
use crate::experiment::model::Model;
use crate::experiment::options::TrainOptions;
use crate::spec::Part;
use serde::Serialize;

/// What is measured.
#[derive(Clone, Debug, Default)]
pub struct RobustnessRequest {
    /// The corruptions of which curves are made.
    pub corruptions: Vec<ModalityCorruption>,
    /// Whether the model is measured with every subset of its modalities.
    pub ablate: bool,
    /// Whether modalities and columns are permuted.
    pub permute: bool,
    /// The seed of all draws.
    pub seed: u64,
}

/// The measurements.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RobustnessReport {
    /// The combine.
    pub combine: String,
    /// The part of the run's own data; `None` for new rows.
    pub part: Option<Part>,
    /// Number of rows.
    pub rows: usize,
    /// The seed of all draws.
    pub seed: u64,
    /// The modalities of the model, in the order of the plan.
    pub modalities: Vec<String>,
    /// The error on the rows as they are.
    pub error: f64,
    /// The log loss on them.
    pub log_loss: f64,
    /// The robustness curves.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub curves: Vec<CorruptionCurve>,
    /// The subsets of the modalities, larger ones first, without that of all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subsets: Vec<AblatedSubset>,
    /// The importance of modalities, each followed by its columns.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub importance: Vec<PermutationImportance>,
    /// Sentences about the rows for the user.
    pub notes: Vec<String>,
}

impl Model {
    /// Measures the model on rows that are corrupted, lack modalities, or have them permuted. Draws are decided by the seed,
    /// the row's number in its table and the modality's name, so that every model is given the same corrupted rows.
    ///
    /// # Errors
    /// As [`Model::evaluate_with`], or if the model does not read a modality that is named.
    pub fn robustness(
        &self,
        rows: &EvaluatedRows,
        request: &RobustnessRequest,
        options: &TrainOptions,
    ) -> Result<RobustnessReport, Error> {
        let labelled = self.labelled_rows(rows, options)?;
        let meter = ModelMeter::open(self, &labelled.subset, labelled.places.clone(), request.seed, options)?;
        let clean = meter.measure(&[])?;
        let curves = request.corruptions.iter().map(|corruption| corruption_curve(&meter, corruption, &clean));
        let curves = curves.collect::<Result<_, _>>()?;
        let subsets = if request.ablate { ablate(&meter, &clean)? } else { vec![] };
        let importance = match request.permute {
            true => permutation_importance(&meter, &self.preprocessing, &clean, request.seed)?,
            false => vec![],
        };
        let mut notes = labelled.notes.clone();
        let missing = request.ablate || request.corruptions.iter().any(|one| one.levels.kind.as_str() == "missing");
        if missing && !self.plan().inputs.iter().any(|input| input.optional) {
            notes.push(
                "the model was trained on rows that have all modalities: what it makes of an absent one is \
                        extrapolated"
                    .into(),
            );
        }
        Ok(RobustnessReport {
            combine: self.plan().combine.clone(),
            part: labelled.part,
            rows: labelled.subset.rows,
            seed: request.seed,
            modalities: self.plan().inputs.iter().map(|input| input.name.clone()).collect(),
            error: clean.error,
            log_loss: clean.log_loss,
            curves,
            subsets,
            importance,
            notes,
        })
    }
}
