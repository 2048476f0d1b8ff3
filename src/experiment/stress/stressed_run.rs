//! One run measured on every level of every test.

use super::test::{StressExposure, StressTest};
use crate::data::{Dataset, Subset};
use crate::experiment::error::{Error, ErrorKind};
use crate::experiment::model::Model;
use crate::experiment::options::TrainOptions;
use crate::experiment::robustness::ablation::without;
use crate::experiment::robustness::model_meter::{ModelMeter, RowOutcomes};
use crate::experiment::saved_trials::read_trials;
use crate::experiment::study_record::{StudyKind, StudyRecord};
use crate::plan::Plan;
use crate::report::RunRecord;
use crate::spec::{Origin, Part};
use crate::train::plan_hash;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A run that is there, before it is measured.
pub(crate) struct OpenedRun {
    /// Its folder.
    pub(crate) folder: PathBuf,
    pub(crate) model: Model,
}

/// What all runs of a stress share.
#[derive(Clone, Debug)]
pub(crate) struct StressPlan {
    pub(crate) tests: Vec<StressTest>,
    pub(crate) exposure: StressExposure,
    pub(crate) part: Option<Part>,
    pub(crate) seed: u64,
    /// The modalities that corruptions are drawn for: those of all runs, sorted.
    pub(crate) modalities: Vec<String>,
}

/// The measurements of one run.
#[derive(Clone, Debug)]
pub(crate) struct StressedRun {
    pub(crate) folder: PathBuf,
    pub(crate) combine: String,
    /// What makes runs those of one method: the plan and the settings of training, without the seed.
    pub(crate) method: String,
    pub(crate) late: bool,
    pub(crate) part: Part,
    /// The seed of its training.
    pub(crate) seed: u64,
    /// The rows, by their numbers and labels.
    pub(crate) rows: String,
    pub(crate) clean: RowOutcomes,
    /// By test, and by level.
    pub(crate) tests: Vec<Vec<RowOutcomes>>,
    /// The error with each modality of the plan alone, and without it.
    pub(crate) modalities: Vec<(String, f64, f64)>,
    pub(crate) parameters: usize,
    /// Of one row, forward.
    pub(crate) flops: u64,
    pub(crate) seconds: Option<f64>,
    pub(crate) configurations: Option<usize>,
}

impl OpenedRun {
    /// Loads the model of the run in `folder`.
    ///
    /// # Errors
    /// If it cannot be loaded.
    pub(crate) fn load(folder: &Path) -> Result<Self, Error> {
        Ok(Self { folder: folder.to_owned(), model: Model::load(folder)? })
    }

    /// Reads the rows of the run and measures its model on all of them.
    ///
    /// # Errors
    /// If the data cannot be read, lacks the part, or the device fails.
    pub(crate) fn measure(&self, stress: &StressPlan, options: &TrainOptions) -> Result<StressedRun, Error> {
        let model = &self.model;
        let plan = model.plan();
        let part = stress.part.unwrap_or_else(|| model.measured_part());
        let data = model.own_data(options)?;
        let Some(subset) = data.part(part).filter(|subset| subset.rows > 0) else {
            let (run, part) = (self.folder.display(), part.as_str());
            let message = format!("error: the data of `{run}` has no `{part}` rows");
            return Err(Error::message(ErrorKind::Invalid, message));
        };
        let places = data.places(plan.inputs.iter().map(|input| input.name.as_str())).unwrap_or_default();
        let whole = matches!(model.pipeline.compiled.hir.data.origin, Origin::Whole(_));
        let mut meter = ModelMeter::open(model, subset, places.clone(), stress.seed, options)?;
        meter.rows.drawn_from.clone_from(&stress.modalities);
        meter.rows.class_examples = class_examples(&data, &places, whole);
        let clean = meter.measure(&[])?;
        let level = |test: &StressTest, level: f64| meter.measure(&test.steps(level, stress.exposure));
        let tests = stress.tests.iter().map(|test| test.levels.iter().map(|at| level(test, *at)).collect());
        let tests = tests.collect::<Result<_, Error>>()?;
        let names: Vec<&str> = plan.inputs.iter().map(|input| input.name.as_str()).collect();
        let modalities = names.iter().filter(|_| names.len() > 1).map(|name| {
            let others = names.iter().filter(|other| *other != name).copied();
            Ok(((*name).to_owned(), meter.measure(&without(others))?.error, meter.measure(&without([*name]))?.error))
        });
        let modalities = modalities.collect::<Result<_, Error>>()?;
        let record = RunRecord::read(&self.folder).map_err(|problem| model.pipeline.error(problem))?;
        Ok(StressedRun {
            folder: self.folder.clone(),
            combine: plan.combine.clone(),
            method: method_key(plan, &record),
            late: plan.loss.combination.trains_components_separately(),
            part,
            seed: record.seed().unwrap_or_default(),
            rows: rows_key(subset),
            clean,
            tests,
            modalities,
            parameters: plan.parameter_count(),
            flops: plan.steps.iter().map(|step| step.flops).sum(),
            seconds: record.entry("/seconds/train"),
            configurations: configurations(&self.folder),
        })
    }
}

/// Runs with the same key differ only in their seed and their rows.
fn method_key(plan: &Plan, record: &RunRecord) -> String {
    let mut train: serde_json::Value = record.entry("/train").unwrap_or_default();
    if let Some(train) = train.as_object_mut() {
        train.remove("seed");
        train.remove("combine");
    }
    format!("{} {} {train}", plan.combine, plan_hash(plan))
}

fn rows_key(subset: &Subset) -> String {
    let mut hasher = blake3::Hasher::new();
    subset.row_ids.iter().for_each(|row| _ = hasher.update(&row.to_le_bytes()));
    hasher.update(b" labels ");
    subset.labels.iter().for_each(|label| _ = hasher.update(&label.to_le_bytes()));
    hasher.finalize().to_hex().to_string()
}

/// The numbers of the first row of each class, for the modalities at these places; none for a class without rows, or where
/// the row lacks a modality. The first row is that of the table; of several tables, of the first with the class.
fn class_examples(data: &Dataset, places: &[usize], whole: bool) -> Vec<Vec<Option<Vec<f32>>>> {
    let parts: Vec<&Subset> = Part::ALL.into_iter().filter_map(|part| data.part(part)).collect();
    let first = |class: usize| {
        let rows = parts.iter().enumerate().flat_map(|(number, part)| {
            let of_class = part.labels.iter().enumerate().filter(move |(_, label)| **label as usize == class);
            of_class.map(move |(row, _)| (if whole { 0 } else { number }, part.row_ids[row], number, row))
        });
        rows.min()
    };
    let example = |class: usize| {
        let Some((_, _, part, row)) = first(class) else { return vec![None; places.len()] };
        let numbers = |place: &usize| {
            let modality = &parts[part].modalities[*place];
            let there = modality.present.as_ref().is_none_or(|present| present[row]);
            there.then(|| (0..modality.width).map(|at| modality.number(row, at)).collect())
        };
        places.iter().map(numbers).collect()
    };
    (0..data.label.classes.len()).map(example).collect()
}

/// How many configurations were tried for the run, where its study says: the points of a sweep, one of a comparison.
fn configurations(folder: &Path) -> Option<usize> {
    let study = folder.parent()?;
    if StudyRecord::read(study, StudyKind::Sweep).is_ok() {
        let names: BTreeSet<String> = read_trials(study).ok()?.into_iter().map(|trial| trial.name).collect();
        return Some(names.len());
    }
    StudyRecord::read(study, StudyKind::Compare).is_ok().then_some(1)
}
