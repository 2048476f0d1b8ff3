//! Models: trained, saved as the folder of a run with everything that was measured, loaded, and used to predict.

use super::error::Error;
use super::pipeline::Pipeline;
use super::predictions::Predictions;
use super::run_web_page::write_run_page;
use crate::data::{Preprocessing, TestIds};
use crate::diag::{Problem, Problems};
use crate::exec::Params;
use crate::plan::Plan;
use crate::report::{FirstSteps, Manifest, Results, RunDir, Summary, TestPredictions};
use crate::spec::Source;
use crate::train::{EpochRecord, Evaluation, Scores};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// A model: the plan of a pipeline, its weights, and how new rows are prepared for it.
///
/// ```no_run
/// let model = mmc::Model::load("runs/x")?;
/// let predictions = model.predict(mmc::Source::csv("new.csv"))?;
/// assert_eq!(predictions.classes(), model.classes());
/// # Ok::<(), mmc::Error>(())
/// ```
#[derive(Clone)]
pub struct Model {
    pub(super) pipeline: Arc<Pipeline>,
    pub(crate) params: Arc<Params>,
    pub(crate) preprocessing: Preprocessing,
}

/// A model that was just trained, with the record of its training.
#[derive(Clone)]
pub struct TrainedModel {
    pub(crate) pipeline: Arc<Pipeline>,
    pub(crate) model: Model,
    pub(crate) history: Vec<EpochRecord>,
    pub(crate) test: Option<TestRows>,
    pub(crate) first_steps: FirstSteps,
    pub(crate) summary: Summary,
    pub(crate) manifest: Manifest,
}

/// The test rows, and the decisions of the model on them.
#[derive(Clone)]
pub(crate) struct TestRows {
    /// The row of each in its table.
    pub(crate) row_ids: Vec<u64>,
    /// The name of each, where a column has them.
    pub(crate) ids: Option<TestIds>,
    /// The class of each.
    pub(crate) labels: Vec<u32>,
    /// The decisions and how good they are.
    pub(crate) evaluation: Evaluation,
}

impl Model {
    /// The model of these weights.
    pub(crate) fn new(pipeline: &Arc<Pipeline>, params: Arc<Params>, preprocessing: Preprocessing) -> Self {
        Self { pipeline: Arc::clone(pipeline), params, preprocessing }
    }

    /// An error of this model.
    pub(crate) fn error(&self, problems: Problems) -> Error {
        Error::new(problems, self.pipeline.sources.clone())
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        self.pipeline.plan()
    }

    /// The names of the classes, in the order of the probabilities.
    pub fn classes(&self) -> &[String] {
        &self.plan().loss.classes
    }
}

impl TrainedModel {
    /// The model, without the record of its training.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Predicts with the model. See [`Model::predict`].
    ///
    /// # Errors
    /// As [`Model::predict`].
    pub fn predict(&self, source: Source) -> Result<Predictions, Error> {
        self.model.predict(source)
    }

    /// The measurements of every epoch, in order.
    pub fn history(&self) -> &[EpochRecord] {
        &self.history
    }

    /// The measurements of the model on the validation rows, if there are any.
    pub fn valid(&self) -> Option<&Scores> {
        self.summary.valid.as_ref()
    }

    /// The measurements of the model on the test rows, if there are any.
    pub fn test(&self) -> Option<&Scores> {
        self.summary.test.as_ref()
    }

    /// Saves the model and everything that was measured into a new folder: the pipeline, `run.yaml`, `metrics.csv`,
    /// `model.safetensors`, `preprocessing.json`, `summary.json`, `predictions.csv` and `components.csv`. [`Model::load`] reads it back.
    /// A page, `report.html`, is made of them where that is possible.
    ///
    /// # Errors
    /// If the folder exists and is not empty, or cannot be written.
    pub fn save(&self, folder: impl AsRef<Path>) -> Result<(), Error> {
        let created = RunDir::create_at(folder.as_ref());
        let mut directory = created.map_err(|problem| self.pipeline.error(problem))?;
        self.pipeline.copy_to(&directory)?;
        self.save_to(&mut directory).map(drop)
    }

    /// Saves into the folder of a run that holds the pipeline already. Returns the error of its page, which is made of the other
    /// files: the run is saved without it too.
    ///
    /// # Errors
    /// If a file cannot be written. Those before it are whole.
    pub(crate) fn save_to(&self, directory: &mut RunDir) -> Result<Option<Error>, Error> {
        let predictions = self.test.as_ref().map(|test| TestPredictions {
            row_ids: &test.row_ids,
            ids: test.ids.as_ref(),
            labels: &test.labels,
            decisions: &test.evaluation.decisions,
        });
        let saved = directory.save(&Results {
            plan: self.pipeline.plan(),
            params: &self.model.params,
            preprocessing: &self.model.preprocessing,
            history: &self.history,
            predictions,
            first_steps: &self.first_steps,
            manifest: &self.manifest,
            summary: &self.summary(directory.path()),
        });
        saved.map_err(|problem: Problem| self.pipeline.error(problem))?;
        Ok(write_run_page(directory.path()).err())
    }

    /// The summary of the training, for the run in this folder.
    pub(crate) fn summary(&self, folder: &Path) -> Summary {
        Summary { run: folder.display().to_string(), ..self.summary.clone() }
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model").field("pipeline", &self.pipeline).finish_non_exhaustive()
    }
}

impl fmt::Debug for TrainedModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrainedModel").field("model", &self.model).field("test", &self.test()).finish_non_exhaustive()
    }
}
