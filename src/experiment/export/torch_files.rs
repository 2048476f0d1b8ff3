//! The files of a PyTorch export: weights, what was fitted to the training rows, the module, and a model card beside them; the
//! folder of an MLflow model around them.

use super::files::{create, save};
use crate::data::{FittedModality, RawCells};
use crate::experiment::error::Error;
use crate::experiment::model::Model;
use crate::experiment::options::TrainOptions;
use crate::export::{
    InputColumnType, MlflowExample, MlflowModel, ModelCard, ModelColumn, mlflow_files, model_card, model_columns,
    torch_module,
};
use crate::report::RunRecord;
use crate::train::{plan_hash, write_model};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// How many rows an MLflow example has.
const EXAMPLE: usize = 5;

/// Measurements on a card: their names in `summary.json`, and on the card.
const SCORES: [(&str, &str); 6] = [
    ("rows", "rows"),
    ("error", "error"),
    ("f1", "macro F1"),
    ("auc", "AUC"),
    ("log_loss", "log loss"),
    ("calibration_error", "calibration error"),
];

impl Model {
    /// Writes weights, `preprocessing.json` and a module in PyTorch that loads both into a folder, and a model card if `card`.
    /// `run` is the folder of the run. Returns sentences for the user.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn export_torch(&self, run: &Path, folder: &Path, card: bool) -> Result<Vec<String>, Error> {
        let mut notes = vec![format!("wrote {}", folder.display())];
        create(self, folder)?;
        write_model(&folder.join("model.safetensors"), self.plan(), &self.params)
            .map_err(|problem| self.error(problem.into()))?;
        save(self, &folder.join("preprocessing.json"), format!("{}\n", self.preprocessing.to_json()).as_bytes())?;
        save(self, &folder.join("model.py"), torch_module(self.plan(), &self.params).as_bytes())?;
        if card {
            save(self, &folder.join("README.md"), model_card(&self.card(run)).as_bytes())?;
        }
        let elsewhere: Vec<&str> = self
            .modalities()
            .filter(|fitted| is_prepared_elsewhere(fitted))
            .map(|fitted| fitted.name.as_str())
            .collect();
        if !elsewhere.is_empty() {
            let names = elsewhere.join("`, `");
            notes.push(format!("note: words and dates have to be prepared by the caller of `decide`: `{names}`"));
        }
        Ok(notes)
    }

    /// Writes the folder of an MLflow model, with the PyTorch export in it. `run` is the folder of the run.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn export_mlflow(&self, run: &Path, folder: &Path, options: &TrainOptions) -> Result<Vec<String>, Error> {
        let mut notes = self.export_torch(run, &folder.join("model"), false)?;
        notes[0] = format!("wrote {}", folder.display());
        let columns = model_columns(self.plan(), &self.preprocessing);
        let example = match self.example_rows(options) {
            Ok(rows) => example(&columns, &rows.cells),
            Err(_) => {
                notes.push("note: there is no example, because the data of the run cannot be read".to_owned());
                None
            }
        };
        let files = mlflow_files(&MlflowModel {
            name: &self.plan().pipeline,
            classes: self.classes(),
            columns: &columns,
            example,
            created: started(run).trim_end_matches('Z').replace('T', " "),
            id: plan_hash(self.plan()).chars().take(32).collect(),
        });
        for (name, content) in files {
            let path = folder.join(name);
            create(self, path.parent().unwrap_or(folder))?;
            save(self, &path, content.as_bytes())?;
        }
        Ok(notes)
    }

    /// What was fitted to the modalities of the plan.
    fn modalities(&self) -> impl Iterator<Item = &FittedModality> {
        self.plan().inputs.iter().filter_map(|input| self.preprocessing.modality(&input.name))
    }

    fn card(&self, run: &Path) -> ModelCard<'_> {
        let summary = fs::read_to_string(run.join("summary.json")).unwrap_or_default();
        let summary: Value = serde_json::from_str(&summary).unwrap_or_default();
        let parts: Vec<&str> = ["valid", "test"].into_iter().filter(|part| summary[*part].is_object()).collect();
        let score = |(name, shown): &(&str, &str)| {
            let value = |part: &&str| (part.to_string(), shown_score(&summary[*part][*name]));
            (shown.to_string(), parts.iter().map(value).collect())
        };
        let modality = |fitted: &FittedModality| {
            let may = if fitted.optional { ", which may be missing" } else { "" };
            let names = fitted.column_names();
            let shown: Vec<String> = names.iter().take(8).map(|name| format!("`{name}`")).collect();
            let more = if names.len() > shown.len() { ", ..." } else { "" };
            format!("`{}` of {}{more}{may}", fitted.name, shown.join(", "))
        };
        ModelCard {
            plan: self.plan(),
            modalities: self.modalities().map(modality).collect(),
            scores: if parts.is_empty() { vec![] } else { SCORES.iter().map(score).collect() },
            pipeline: fs::read_to_string(run.join("pipeline.mmc")).unwrap_or_default(),
            date: started(run).chars().take(10).collect(),
        }
    }
}

/// When the training of a run was started: the same export has the same files.
fn started(run: &Path) -> String {
    let found = RunRecord::read(run).ok().and_then(|record| record.entry("/machine/started"));
    found.unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned())
}

fn is_prepared_elsewhere(fitted: &FittedModality) -> bool {
    use crate::data::FittedTransform::{Date, Words};
    fitted.transforms.iter().any(|transform| matches!(transform, Words { .. } | Date { .. }))
}

/// A measurement with four digits after the point.
fn shown_score(value: &Value) -> String {
    match value {
        Value::Number(number) if number.is_f64() => format!("{:.4}", number.as_f64().unwrap_or(f64::NAN)),
        Value::Number(number) => number.to_string(),
        _ => "-".to_owned(),
    }
}

/// The first rows as JSON; none where a column holds images, whose files are elsewhere.
fn example(columns: &[ModelColumn], cells: &[Option<Vec<RawCells>>]) -> Option<MlflowExample> {
    let mut of_columns: Vec<Vec<Value>> = vec![];
    for column in columns {
        let (place, at) = column.source;
        let empty = || vec![Value::Null; EXAMPLE];
        of_columns.push(match (column.cells, cells.get(place)?.as_ref().and_then(|cells| cells.get(at))) {
            (InputColumnType::Image, _) | (_, Some(RawCells::Pixels(_))) => return None,
            (InputColumnType::Numbers, _) => return None,
            (_, None) => empty(),
            (_, Some(RawCells::Numbers(numbers))) => numbers.iter().map(|number| json!(number)).collect(),
            (_, Some(RawCells::Texts(texts))) => {
                texts.iter().map(|text| if text.is_empty() { Value::Null } else { json!(text) }).collect()
            }
        });
    }
    let rows = of_columns.iter().map(Vec::len).min().unwrap_or(0).min(EXAMPLE);
    let row = |row: usize| of_columns.iter().map(|column| column[row].clone()).collect();
    Some(MlflowExample { rows: (0..rows).map(row).collect() })
}
