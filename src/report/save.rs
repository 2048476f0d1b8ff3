//! The files of a run, written in order.

use super::{FIRST_STEPS, FirstSteps, Manifest, RunDir, Summary, TestPredictions};
use super::{write_components, write_metrics, write_predictions, write_yaml};
use crate::data::Preprocessing;
use crate::diag::Problem;
use crate::exec::Params;
use crate::plan::Plan;
use crate::train::{EpochRecord, write_model};

/// The results of a run to be written.
#[derive(Clone, Copy, Debug)]
pub struct Results<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The model that was kept.
    pub params: &'a Params,
    /// The fitted preprocessing.
    pub preprocessing: &'a Preprocessing,
    /// Every epoch.
    pub history: &'a [EpochRecord],
    /// The test split, if the model was measured on one.
    pub predictions: Option<TestPredictions<'a>>,
    /// The losses of the first steps.
    pub first_steps: &'a FirstSteps,
    /// The manifest.
    pub manifest: &'a Manifest,
    /// The summary.
    pub summary: &'a Summary,
}

impl RunDir {
    /// Writes all files of a run. The model is written first, and then the folder is kept: later files may
    /// fail, and the model is not lost. `summary.json` is written last: if it exists, all others do.
    ///
    /// # Errors
    /// `MMC0605`, naming the first file that could not be written. Those before it are whole.
    pub fn save(&mut self, results: &Results<'_>) -> Result<(), Problem> {
        let loss = &results.plan.loss;
        write_model(&self.path().join("model.safetensors"), results.plan, results.params)?;
        self.keep();
        let preprocessing = results.preprocessing.to_json() + "\n";
        self.write("preprocessing.json", |file| file.write_all(preprocessing.as_bytes()))?;
        self.write("metrics.csv", |file| write_metrics(file, loss, results.history))?;
        if let Some(predictions) = results.predictions {
            self.write("predictions.csv", |file| write_predictions(file, loss, predictions))?;
            self.write("components.csv", |file| write_components(file, loss, predictions))?;
        }
        self.write(FIRST_STEPS, |file| results.first_steps.write(file))?;
        self.write("run.yaml", |file| write_yaml(file, results.manifest))?;
        // Numbers and texts always have a JSON form.
        let mut summary = serde_json::to_vec_pretty(results.summary).unwrap_or_default();
        summary.push(b'\n');
        self.write_checksums("summary.json", &summary)?;
        self.write("summary.json", |file| file.write_all(&summary))
    }
}
