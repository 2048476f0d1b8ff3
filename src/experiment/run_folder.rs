//! The folder of a run read back: the pipeline under its settings, what was fitted to the training rows, the weights.

use super::error::Error;
use super::model::Model;
use super::pipeline::{Pipeline, PipelineOptions};
use crate::data::Preprocessing;
use crate::diag::{Code, Problem, Problems, SourceMap};
use crate::report::RunRecord;
use crate::spec::TrainingLength;
use crate::train::{plan_hash, read_model, trained_plan};
use std::fs;
use std::path::Path;
use std::sync::Arc;

impl Pipeline {
    /// The pipeline of the run in `folder`, from the copy that the run keeps and under the settings it was begun with.
    /// `changes` replace them one by one.
    ///
    /// # Errors
    /// If the folder does not hold a run, or a change does not fit the pipeline.
    pub fn of_run(folder: &Path, changes: PipelineOptions) -> Result<Self, Error> {
        let record = RunRecord::read(folder).map_err(|problem| Error::of(problem, &SourceMap::new()))?;
        let changed = |name: &str| changes.settings.iter().any(|(other, _)| other == name);
        let kept = record.set.iter().filter(|(name, _)| !changed(name));
        let epochs = match record.length() {
            Some(TrainingLength::Epochs(epochs)) => Some(epochs),
            _ => None,
        };
        let settings =
            kept.map(|(name, value)| (name.clone(), value.clone())).chain(changes.settings.clone()).collect();
        let options = PipelineOptions {
            settings,
            combine: changes.combine.or(Some(record.combine.clone())),
            seed: changes.seed.or(record.seed()),
            epochs: changes.epochs.or(epochs),
        };
        Self::open_with(folder.join("pipeline.mmc"), options)
    }
}

impl Model {
    /// Loads the model of a run from its folder. The data that it was trained on is not needed.
    ///
    /// # Errors
    /// If a file is absent or damaged, or the files do not belong to one run.
    pub fn load(folder: impl AsRef<Path>) -> Result<Self, Error> {
        load_model(folder.as_ref())
    }
}

/// Reads the model of the run in `folder`, and checks that its parts belong together.
fn load_model(folder: &Path) -> Result<Model, Error> {
    let no_texts = SourceMap::new();
    let RunRecord { combine, set, .. } = RunRecord::read(folder).map_err(|problem| Error::of(problem, &no_texts))?;
    let options =
        PipelineOptions { settings: set.into_iter().collect(), combine: Some(combine), ..PipelineOptions::default() };
    let mut pipeline = Pipeline::open_with(folder.join("pipeline.mmc"), options)?;

    let path = folder.join("preprocessing.json");
    let preprocessing = read_text(&path)
        .and_then(|text| Preprocessing::from_json(&text, &path.display().to_string()))
        .map_err(|problem| pipeline.error(problem))?;
    let problems = preprocessing.check(pipeline.plan());
    if problems.has_errors() {
        return Err(Error::new(problems, pipeline.sources));
    }
    // If the pipeline gives only the number of classes, their names come from the training rows.
    pipeline.compiled.plan.loss.classes = preprocessing.classes().to_vec();

    let path = folder.join("model.safetensors");
    let params = read_model(&path, pipeline.plan()).map_err(|problems| error(&pipeline, problems))?;
    let trained = trained_plan(&path).map_err(|problem| pipeline.error(problem))?;
    if trained != plan_hash(pipeline.plan()) {
        let message = format!("`{}` was trained with another pipeline than the one in its folder", path.display());
        let problem = Problem::error(Code::ModelMismatch, message)
            .help("use the pipeline and the `mmc` that trained the model, or train it again");
        return Err(pipeline.error(problem));
    }
    Ok(Model::new(&Arc::new(pipeline), Arc::new(params), preprocessing))
}

fn error(pipeline: &Pipeline, problems: Problems) -> Error {
    Error::new(problems, pipeline.sources.clone())
}

fn read_text(path: &Path) -> Result<String, Problem> {
    fs::read_to_string(path).map_err(|error| {
        let message = format!("`{}` cannot be read: {error}", path.display());
        Problem::error(Code::BadModel, message).help("name the folder of a run, as `mmc run` writes it")
    })
}
