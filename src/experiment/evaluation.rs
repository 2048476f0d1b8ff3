//! A saved model measured again: on the rows of its run, or on new ones with labels, as a whole, by class and by group.

use super::error::{Error, ErrorKind};
use super::model::Model;
use super::options::TrainOptions;
use super::rows::{PlanRows, load_or_fail};
use crate::data::{ApplyRequest, Dataset, LabelUse, RequiredComponents, Subset, apply, column_values};
use crate::diag::{Checked, Code, Problem, Problems, nearest};
use crate::exec::engine;
use crate::spec::{Origin, Part, Source, Unlabeled};
use crate::train::{ClassScores, Evaluation, FailureCause, Scores, class_scores, evaluate, scores, suspect_labels};
use indexmap::IndexMap;
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;

/// What a model is measured on, and how.
#[derive(Clone, Debug)]
pub struct EvaluationRequest {
    /// The rows.
    pub rows: EvaluatedRows,
    /// Of two classes, the probability from which the second is predicted; the class of least loss for `None`.
    pub threshold: Option<f64>,
    /// A column of the table: the measurements are repeated for the rows of each of its values.
    pub by: Option<String>,
    /// Whether rows whose label the components agree against are listed.
    pub label_errors: bool,
}

/// The rows a model is measured on.
#[derive(Clone, Debug)]
pub enum EvaluatedRows {
    /// A part of the data that the run was trained on.
    Own(Part),
    /// New rows with labels.
    New(Source),
}

/// The measurements of a model on some rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ModelEvaluation {
    /// The combine.
    pub combine: String,
    /// The part of the run's own data; `None` for new rows.
    pub part: Option<Part>,
    /// The probability from which the second class was predicted, if one was given.
    pub threshold: Option<f64>,
    /// The measurements of the whole and of its components.
    pub scores: Scores,
    /// The measurements by class.
    #[serde(flatten)]
    pub classes: ClassScores,
    /// The measurements by group, the largest group first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<RowGroups>,
    /// Rows whose label all components contradict by the same class, the clearest first; `None` where they are not wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label_errors: Option<Vec<LabelError>>,
    /// Hexadecimal hash of the content of the data.
    pub fingerprint: String,
    /// Sentences about the rows for the user.
    pub notes: Vec<String>,
}

/// A row whose label may be wrong: every component that is present, two or more, finds the same other class most probable.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LabelError {
    /// Its row in the table, counted from 0 without the header.
    pub row: u64,
    /// Its label.
    pub label: String,
    /// What the components find.
    pub found: String,
    /// Number of components present.
    pub components: usize,
    /// The class loss of the label less that of the class found.
    pub gap: f64,
}

/// Measurements of groups of rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RowGroups {
    /// The column whose values make the groups.
    pub column: String,
    /// The measurements of each value.
    pub values: IndexMap<String, Scores>,
}

/// More values than this are no groups.
const MOST_GROUPS: usize = 100;

/// Bytes of the rows that may be in memory.
const MEMORY: usize = 2 << 30;

impl Model {
    /// Measures the model on a table with labels. The rows are prepared as for [`Model::predict`].
    ///
    /// ```no_run
    /// let evaluation = mmc::Model::load("runs/x")?.evaluate(mmc::Source::csv("labelled.csv"))?;
    /// println!("error {:.3}, balanced accuracy {:.3}", evaluation.scores.error, evaluation.classes.balanced_accuracy);
    /// # Ok::<(), mmc::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Model::predict`], or if a row has no label.
    pub fn evaluate(&self, source: Source) -> Result<ModelEvaluation, Error> {
        let request =
            EvaluationRequest { rows: EvaluatedRows::New(source), threshold: None, by: None, label_errors: false };
        self.evaluate_with(&request, &TrainOptions::default())
    }

    /// Measures the model on its own rows or on new ones, by class and by group.
    ///
    /// # Errors
    /// If the rows cannot be read or do not fit the model, the part or the column does not exist, or a threshold is given
    /// for other than two classes.
    pub fn evaluate_with(&self, request: &EvaluationRequest, options: &TrainOptions) -> Result<ModelEvaluation, Error> {
        let plan = self.plan();
        if request.threshold.is_some() && plan.loss.classes.len() != 2 {
            let message =
                format!("error: a threshold decides between 2 classes, and there are {}", self.classes().len());
            return Err(Error::message(ErrorKind::Invalid, message));
        }
        if request.label_errors && matches!(request.rows, EvaluatedRows::Own(Part::Train)) {
            let message = "error: the model has learned the labels of the training rows, wrong ones too: label errors are \
                           found among rows that it was not trained on";
            return Err(Error::message(ErrorKind::Invalid, message));
        }
        let rows = self.labelled_rows(&request.rows, options)?;
        let measured = engine(Arc::new(plan.clone()), options.device, Some(options.thread_count()))
            .and_then(|engine| evaluate(engine.as_ref(), &self.params, &plan.loss, &rows.plan_rows()));
        let mut found = measured.map_err(|error| self.pipeline.error(FailureCause::Exec(error).problem(plan)))?;
        let labels = &rows.subset.labels;
        if let Some(threshold) = request.threshold {
            found.decisions.decide_by_threshold(threshold);
            found.scores = scores(&plan.loss, &found.decisions, &found.losses, labels, &rows.subset.weights);
        }
        let groups = match &request.by {
            Some(column) => Some(self.groups(column, &rows, &found, options)?),
            None => None,
        };
        let name = |class: u32| plan.loss.classes.get(class as usize).cloned().unwrap_or_default();
        let label_errors = request.label_errors.then(|| {
            let suspects = suspect_labels(&found.decisions, labels).into_iter().map(|suspect| LabelError {
                row: rows.subset.row_ids[suspect.row],
                label: name(labels[suspect.row]),
                found: name(suspect.found),
                components: suspect.components,
                gap: suspect.gap,
            });
            suspects.collect()
        });
        Ok(ModelEvaluation {
            combine: plan.combine.clone(),
            part: rows.part,
            threshold: request.threshold,
            classes: class_scores(&plan.loss.classes, &found.decisions.predicted, labels),
            scores: found.scores,
            groups,
            label_errors,
            fingerprint: rows.fingerprint,
            notes: rows.notes,
        })
    }

    /// The part that a run reports: the test rows, or the validation rows where the pipeline has no test rows.
    pub(crate) fn measured_part(&self) -> Part {
        let data = &self.pipeline.compiled.hir.data;
        let of_origin = matches!(data.origin, Origin::Parts { test: Some(_), .. });
        let of_split = data.split.by_column.is_some() || data.split.portions.iter().any(|of| of.part == Part::Test);
        if of_origin || of_split { Part::Test } else { Part::Valid }
    }

    /// The rows that a model is measured on.
    pub(super) fn labelled_rows(&self, rows: &EvaluatedRows, options: &TrainOptions) -> Result<LabelledRows, Error> {
        match rows {
            EvaluatedRows::Own(part) => self.own_rows(*part, options),
            EvaluatedRows::New(source) => self.new_rows(source.clone(), options),
        }
    }

    /// The data that the run was trained on, read again.
    pub(super) fn own_data(&self, options: &TrainOptions) -> Result<Dataset, Error> {
        let data = load_or_fail(&[&self.pipeline], options)?;
        if data.label.classes != self.classes() {
            let message = "the data has other classes than when the model was trained";
            let problem = Problem::error(Code::ModelMismatch, message);
            return Err(self
                .pipeline
                .error(problem.help("restore the data, or measure the model on rows with `--data`")));
        }
        Ok(data)
    }

    /// The rows of a part of it.
    fn own_rows(&self, part: Part, options: &TrainOptions) -> Result<LabelledRows, Error> {
        let mut data = self.own_data(options)?;
        let plan = self.plan();
        let places = data.places(plan.inputs.iter().map(|input| input.name.as_str())).unwrap_or_default();
        let origin = &self.pipeline.compiled.hir.data.origin;
        let source = match (origin, part) {
            (Origin::Parts { valid: Some(source), .. }, Part::Valid)
            | (Origin::Parts { calib: Some(source), .. }, Part::Calib)
            | (Origin::Parts { test: Some(source), .. }, Part::Test)
            | (Origin::Parts { train: source, .. } | Origin::Whole(source), _) => source.clone(),
        };
        let found = match part {
            Part::Train => Some(std::mem::take(&mut data.train)),
            Part::Valid => data.valid.take(),
            Part::Calib => data.calib.take(),
            Part::Test => data.test.take(),
        };
        let Some(subset) = found else {
            let message = format!("error: the data of the run has no `{}` part", part.as_str());
            return Err(Error::message(ErrorKind::Invalid, message));
        };
        let base = self.pipeline.folder().to_path_buf();
        let (fingerprint, notes) = (data.fingerprint, data.notes);
        Ok(LabelledRows { subset, places, part: Some(part), source, base, fingerprint, notes })
    }

    /// New rows, prepared as the training rows were.
    fn new_rows(&self, mut source: Source, options: &TrainOptions) -> Result<LabelledRows, Error> {
        self.set_text_format(&mut source);
        let plan = self.plan();
        let modalities: Vec<&str> = plan.inputs.iter().map(|input| input.name.as_str()).collect();
        let Checked { value, problems } = apply(
            &self.preprocessing,
            &ApplyRequest {
                source: &source,
                base: Path::new(""),
                required: vec![RequiredComponents::of(plan, &modalities)],
                modalities,
                labels: match self.pipeline.compiled.hir.data.unlabeled {
                    Unlabeled::Error => LabelUse::Required,
                    Unlabeled::Drop => LabelUse::RequiredOrDropped,
                },
                cache: options.cache.as_deref(),
                memory: options.memory.min(MEMORY),
            },
        );
        let prepared = value.ok_or_else(|| Error::new(problems, self.pipeline.sources.clone()))?;
        let places = (0..prepared.rows.modalities.len()).collect();
        let (subset, base) = (prepared.rows, Path::new("").to_path_buf());
        let (fingerprint, notes) = (prepared.fingerprint, prepared.notes);
        Ok(LabelledRows { subset, places, part: None, source, base, fingerprint, notes })
    }

    /// The measurements for each value of a column.
    fn groups(
        &self,
        column: &str,
        rows: &LabelledRows,
        found: &Evaluation,
        options: &TrainOptions,
    ) -> Result<RowGroups, Error> {
        let problems = |problems: Problems| Error::new(problems, self.pipeline.sources.clone());
        let values = column_values(&rows.source, &rows.base, column, options.cache.as_deref()).map_err(problems)?;
        let mut members: IndexMap<&str, Vec<usize>> = IndexMap::new();
        for (row, id) in rows.subset.row_ids.iter().enumerate() {
            let value = usize::try_from(*id).ok().and_then(|id| values.get(id)).map_or("", String::as_str);
            members.entry(value).or_default().push(row);
        }
        if members.len() > MOST_GROUPS {
            let message = format!("`{column}` has {} values: too many to group rows by", members.len());
            let problem = Problem::error(Code::ColumnType, message);
            return Err(self.pipeline.error(problem.help(format!("name a column with at most {MOST_GROUPS} values"))));
        }
        // The largest first; of equals the first in the table.
        members.sort_by(|_, one, _, other| other.len().cmp(&one.len()));
        let loss = &self.plan().loss;
        let measured = members.into_iter().map(|(value, rows_of_value)| {
            let losses: Vec<_> = rows_of_value.iter().map(|row| found.losses[*row]).collect();
            let labels: Vec<u32> = rows_of_value.iter().map(|row| rows.subset.labels[*row]).collect();
            let weights: Vec<f64> = match rows.subset.weights.as_slice() {
                [] => vec![],
                weights => rows_of_value.iter().map(|row| weights[*row]).collect(),
            };
            let decisions = found.decisions.of_rows(&rows_of_value);
            (value.to_owned(), scores(loss, &decisions, &losses, &labels, &weights))
        });
        Ok(RowGroups { column: column.to_owned(), values: measured.collect() })
    }
}

/// Rows with labels, and the table they are from.
pub(super) struct LabelledRows {
    pub(super) subset: Subset,
    /// The places of the plan's inputs among the modalities of the rows.
    pub(super) places: Vec<usize>,
    pub(super) part: Option<Part>,
    source: Source,
    /// The folder that relative paths of the source start at.
    base: std::path::PathBuf,
    fingerprint: String,
    pub(super) notes: Vec<String>,
}

impl LabelledRows {
    fn plan_rows(&self) -> PlanRows<'_> {
        PlanRows::at(&self.subset, self.places.clone())
    }
}

/// The measurements that a run reported for a part, and the fingerprint of its data.
pub struct ReportedScores {
    /// The object of `summary.json`; `None` where the part was not measured.
    pub scores: Option<serde_json::Value>,
    /// The fingerprint of `run.yaml`.
    pub fingerprint: Option<String>,
}

impl ReportedScores {
    /// Reads what the run in `folder` reported for a part. Absent or damaged files are as if they reported nothing.
    pub fn read(folder: &Path, part: Part) -> Self {
        let text = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        let summary: Option<serde_json::Value> = serde_json::from_str(&text("summary.json")).ok();
        let scores = summary.and_then(|summary| summary.get(part.as_str()).cloned()).filter(|scores| !scores.is_null());
        let record: Option<serde_yaml::Value> = serde_yaml::from_str(&text("run.yaml")).ok();
        let fingerprint = record.and_then(|record| Some(record.get("data")?.get("fingerprint")?.as_str()?.to_owned()));
        Self { scores, fingerprint }
    }

    /// The measurements that differ from `found`, by name, with both values; empty where all are equal to the last bit.
    pub fn differences(&self, found: &Scores) -> Vec<String> {
        let Some(serde_json::Value::Object(reported)) = &self.scores else { return vec![] };
        let found = serde_json::to_value(found).unwrap_or_default();
        let differ = reported.iter().filter(|(name, value)| found.get(name) != Some(value));
        let shown = |value: Option<&serde_json::Value>| match value {
            Some(value) if !value.is_object() && !value.is_array() => value.to_string(),
            _ => "other values".to_owned(),
        };
        differ
            .map(|(name, value)| format!("{name}: {} then, {} now", shown(Some(value)), shown(found.get(name))))
            .collect()
    }
}

/// The part of a name, with a suggestion where there is none.
///
/// # Errors
/// A sentence.
pub fn part_by_name(name: &str) -> Result<Part, String> {
    Part::ALL.into_iter().find(|part| part.as_str() == name).ok_or_else(|| {
        let near = nearest(name, Part::ALL.map(Part::as_str));
        let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        format!("expected `train`, `valid`, `calib` or `test`{near}")
    })
}
