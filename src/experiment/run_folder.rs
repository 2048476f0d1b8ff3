//! The folder of a run read back: the pipeline under its settings, what was fitted to the training rows, the weights.

use super::error::Error;
use super::model::Model;
use super::pipeline::{Pipeline, PipelineOptions};
use crate::data::Preprocessing;
use crate::diag::{Code, Problem, Problems, SourceMap};
use crate::train::{plan_hash, read_model, trained_plan};
use indexmap::IndexMap;
use serde::Deserialize;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// The part of `run.yaml` with the settings the pipeline was opened with.
#[derive(Deserialize)]
struct RunRecord {
    combine: String,
    set: IndexMap<String, String>,
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
    let RunRecord { combine, set } =
        read_record(&folder.join("run.yaml")).map_err(|problem| Error::of(problem, &no_texts))?;
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

fn read_record(path: &Path) -> Result<RunRecord, Problem> {
    serde_yaml::from_str(&read_text(path)?).map_err(|error| {
        let message = format!("`{}` is damaged: {error}", path.display());
        Problem::error(Code::BadModel, message).help("copy the file from the folder of its run again")
    })
}

fn read_text(path: &Path) -> Result<String, Problem> {
    fs::read_to_string(path).map_err(|error| {
        let message = format!("`{}` cannot be read: {error}", path.display());
        Problem::error(Code::BadModel, message).help("name the folder of a run, as `mmc run` writes it")
    })
}
