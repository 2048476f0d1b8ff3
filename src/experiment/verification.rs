//! The checks of a finished run: its files among themselves, and its results computed again.

use super::csv_comparison::compare_csv;
use super::error::Error;
use super::model::Model;
use super::options::TrainOptions;
use super::pipeline::{Pipeline, PipelineOptions};
use super::pipeline_meaning::short;
use super::rows::SplitRows;
use super::run::Run;
use super::run_list::read_summary;
use super::run_name::find_run;
use crate::data::{Subset, TestIds};
use crate::diag::SourceMap;
use crate::exec::engine;
use crate::report::{
    CHECKSUMS, FirstSteps, RunRecord, TestPredictions, check_sums, write_components, write_predictions,
};
use crate::thousands::grouped;
use crate::train::{Evaluation, FailureCause, evaluate};
use serde::Serialize;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What was checked of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Verification {
    /// Its folder.
    pub run: PathBuf,
    /// Whether no check failed.
    pub agrees: bool,
    /// The checks, in order.
    pub checks: Vec<VerificationCheck>,
    /// What differs between the machine of the run and this one: a reason for other bits.
    pub environment: Vec<String>,
}

/// One check of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VerificationCheck {
    /// What was checked: `files`, `model`, `data`, `predictions`, `scores`, `first_steps`.
    pub name: &'static str,
    /// How it went.
    pub status: CheckStatus,
    /// What was found: a clause.
    pub detail: String,
}

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    /// Everything agrees.
    Agrees,
    /// Something does not.
    Differs,
    /// It could not be checked, because the run has not kept what it needs or because an earlier check failed.
    Skipped,
}

/// What a check finds: a clause for each way it can go.
type Finding = Result<String, String>;

/// RunChecks the run in `folder`: the sums of its files, that they belong together, that the data is the same, and that
/// predictions, scores and the first `steps` steps have the same bits when they are computed again.
///
/// # Errors
/// If there is no such run, or its `run.yaml` cannot be read. What does not agree is no error.
pub fn verify_run(folder: &Path, options: &TrainOptions, steps: usize) -> Result<Verification, Error> {
    let folder = find_run(folder)?;
    let record = RunRecord::read(&folder).map_err(|problem| Error::of(problem, &SourceMap::new()))?;
    let mut checks = RunChecks { folder: &folder, record: &record, list: vec![] };
    checks.files();
    let model = checks.model();
    let run = checks.data(options);
    let mut environment = vec![];
    if let Some(run) = &run {
        environment = environment_differences(&record, &json!(run.manifest(&[], None)));
    }
    match (&model, &run) {
        (Some(model), Some(run)) => checks.results(model, run),
        _ => ["predictions", "scores"].iter().for_each(|name| checks.skip(name, "needs the model and the data")),
    }
    match &run {
        Some(run) => checks.first_steps(run, steps),
        None => checks.skip("first_steps", "needs the data"),
    }
    let checks = checks.list;
    let agrees = checks.iter().all(|check| check.status != CheckStatus::Differs);
    Ok(Verification { run: folder, agrees, checks, environment })
}

/// The checks of one run as they are made.
struct RunChecks<'a> {
    folder: &'a Path,
    record: &'a RunRecord,
    list: Vec<VerificationCheck>,
}

impl RunChecks<'_> {
    fn add(&mut self, name: &'static str, finding: Finding) {
        let (status, detail) = match finding {
            Ok(detail) => (CheckStatus::Agrees, detail),
            Err(detail) => (CheckStatus::Differs, detail),
        };
        self.list.push(VerificationCheck { name, status, detail });
    }

    fn skip(&mut self, name: &'static str, why: &str) {
        self.list.push(VerificationCheck { name, status: CheckStatus::Skipped, detail: why.into() });
    }

    /// The sums of the files.
    fn files(&mut self) {
        let finding = match check_sums(self.folder) {
            Ok(None) => {
                return self
                    .skip("files", "the run has no checksums.txt: it has not ended, or is of an earlier version");
            }
            Ok(Some(sums)) if sums.changed.is_empty() && sums.missing.is_empty() => {
                Ok(format!("{} files have their sums", sums.unchanged))
            }
            Ok(Some(sums)) => {
                let listed =
                    |what: &str, names: &[String]| (!names.is_empty()).then(|| format!("{} {what}", names.join(", ")));
                let parts = [listed("changed", &sums.changed), listed("missing", &sums.missing)];
                Err(parts.into_iter().flatten().collect::<Vec<_>>().join("; "))
            }
            Err(error) => Err(format!("{CHECKSUMS} cannot be read: {error}")),
        };
        self.add("files", finding);
    }

    /// Whether pipeline, preprocessing and weights belong together.
    fn model(&mut self) -> Option<Model> {
        let model = Model::load(self.folder);
        let detail = "weights, preprocessing.json and pipeline.mmc belong together".to_owned();
        self.add("model", model.as_ref().map(|_| detail).map_err(first_message));
        model.ok()
    }

    /// Whether the data is that of the run; the data if it is.
    fn data(&mut self, options: &TrainOptions) -> Option<Run> {
        let opened = Pipeline::of_run(self.folder, PipelineOptions::default());
        let run = match opened.and_then(|pipeline| Run::open(pipeline, options)) {
            Ok(run) => run,
            Err(error) => {
                self.add("data", Err(first_message(&error)));
                return None;
            }
        };
        let finding = self.compare_data(&run);
        let same = finding.is_ok();
        self.add("data", finding);
        same.then_some(run)
    }

    fn compare_data(&self, run: &Run) -> Finding {
        let now = json!(run.manifest(&[], None));
        let at = |path: &str| (self.record.entries.pointer(path), now.pointer(path));
        let fingerprint = short(&run.data.fingerprint);
        if let (Some(before), _) = at("/data/fingerprint")
            && before.as_str() != Some(run.data.fingerprint.as_str())
        {
            let before = short(before.as_str().unwrap_or(""));
            return Err(format!("the data has changed: its fingerprint is {fingerprint} and was {before}"));
        }
        for (path, what) in [
            ("/data/rows", "the parts of the data have other sizes"),
            ("/data/row_ids", "other rows are in the parts of the data"),
        ] {
            // A run of an earlier version may not have the entry.
            if let (Some(before), now) = at(path)
                && Some(before) != now
            {
                return Err(what.into());
            }
        }
        let kept = fs::read_to_string(self.folder.join("preprocessing.json")).unwrap_or_default();
        if kept != run.data.preprocessing().to_json() + "\n" {
            return Err("what is fitted to the training rows is not what preprocessing.json holds".into());
        }
        let rows = |subset: Option<&Subset>| grouped(subset.map_or(0, |subset| subset.rows) as u64);
        let (train, valid, test) = (Some(&run.data.train), run.data.valid.as_ref(), run.data.test.as_ref());
        Ok(format!(
            "the same rows, fingerprint {fingerprint}: {} to train, {} to validate, {} to test",
            rows(train),
            rows(valid),
            rows(test)
        ))
    }

    /// Predictions and scores.
    fn results(&mut self, model: &Model, run: &Run) {
        let summary = match read_summary(self.folder) {
            Ok(Some(summary)) => summary,
            Ok(None) => {
                ["predictions", "scores"]
                    .iter()
                    .for_each(|name| self.skip(name, "the run has no summary.json: it has not ended"));
                return;
            }
            Err(reason) => {
                return ["predictions", "scores"].iter().for_each(|name| self.add(name, Err(reason.clone())));
            }
        };
        let (valid, test) = match self.evaluated(model, run) {
            Ok(evaluated) => evaluated,
            Err(reason) => {
                return ["predictions", "scores"].iter().for_each(|name| self.add(name, Err(reason.clone())));
            }
        };
        match (&run.data.test, &test) {
            (Some(rows), Some(test)) if !summary["test"].is_null() => {
                let finding = self.compare_predictions(model, run.data.test_ids.as_ref(), rows, test);
                self.add("predictions", finding);
            }
            _ => self.skip("predictions", "the run was not measured on test rows"),
        }
        let mut parts = vec![];
        for (part, evaluation) in [("valid", valid), ("test", test)] {
            if summary[part].is_null() {
                continue;
            }
            // By way of text, as the summary: a number that is none becomes null.
            let again = serde_json::to_string(&evaluation.map(|evaluation| evaluation.scores)).unwrap_or_default();
            let again: Value = serde_json::from_str(&again).unwrap_or_default();
            if let Some(entry) = first_difference(&summary[part], &again) {
                return self
                    .add("scores", Err(format!("`{part}.{entry}` in summary.json is not what the weights give")));
            }
            parts.push(part);
        }
        match parts.is_empty() {
            true => self.skip("scores", "the run was not measured"),
            false => self.add("scores", Ok(format!("the scores of {} have the same bits", parts.join(" and ")))),
        }
    }

    /// The model on the validation and the test rows.
    fn evaluated(&self, model: &Model, run: &Run) -> Result<(Option<Evaluation>, Option<Evaluation>), String> {
        let plan = run.pipeline().plan();
        let rows = SplitRows::new(&run.data, plan).ok_or("the data lacks a modality of the plan")?;
        let failed = |error| FailureCause::Exec(error).problem(plan).message;
        let engine =
            engine(Arc::new(plan.clone()), run.options.device, Some(run.options.thread_count())).map_err(failed)?;
        let on = |rows: Option<&dyn crate::train::BatchSource>| {
            rows.map(|rows| evaluate(engine.as_ref(), &model.params, &plan.loss, rows)).transpose().map_err(failed)
        };
        Ok((on(rows.valid())?, on(rows.test())?))
    }

    /// Writes the tables of the test rows again, and compares their texts.
    fn compare_predictions(&self, model: &Model, ids: Option<&TestIds>, rows: &Subset, test: &Evaluation) -> Finding {
        let predictions =
            TestPredictions { row_ids: &rows.row_ids, ids, labels: &rows.labels, decisions: &test.decisions };
        let loss = &model.plan().loss;
        let (mut decisions, mut components) = (vec![], vec![]);
        write_predictions(&mut decisions, loss, predictions)
            .and_then(|()| write_components(&mut components, loss, predictions))
            .map_err(|error| error.to_string())?;
        for (name, again) in [("predictions.csv", decisions), ("components.csv", components)] {
            let kept = fs::read_to_string(self.folder.join(name));
            let kept = kept.map_err(|error| format!("{name} cannot be read: {error}"))?;
            if let Some(difference) = compare_csv(&kept, &String::from_utf8_lossy(&again)) {
                return Err(format!("{name} is not what the weights give: {difference}"));
            }
        }
        Ok(format!("{} test rows have the same bits", grouped(rows.rows as u64)))
    }

    /// The first steps of the training.
    fn first_steps(&mut self, run: &Run, steps: usize) {
        let kept = match FirstSteps::read(self.folder) {
            Ok(Some(kept)) => kept,
            Ok(None) => return self.skip("first_steps", "the run has kept none"),
            Err(error) => return self.add("first_steps", Err(format!("first_steps.csv is damaged: {error}"))),
        };
        let steps = steps.min(kept.losses.len());
        if steps == 0 {
            return self.skip("first_steps", "no step is to be made again");
        }
        let initial = run.initial_weights_of(self.folder);
        let again = initial.and_then(|initial| {
            run.replay(initial.map_or_else(|| run.initial_params(), |initial| initial.params), steps)
        });
        let finding = match again {
            Err(error) => Err(first_message(&error)),
            Ok(again) => compare_steps(&kept.losses[..steps], &again.losses),
        };
        self.add("first_steps", finding);
    }
}

fn compare_steps(kept: &[f64], again: &[f64]) -> Finding {
    let differing =
        (0..kept.len()).find(|step| again.get(*step).map(|loss| loss.to_bits()) != Some(kept[*step].to_bits()));
    match differing {
        None if kept.len() == 1 => Ok("the loss of 1 step has the same bits".into()),
        None => Ok(format!("the losses of {} steps have the same bits", kept.len())),
        Some(step) => {
            let again = again.get(step).map_or("none".into(), f64::to_string);
            Err(format!("the loss of step {} was {} and is {again}", step + 1, kept[step]))
        }
    }
}

/// The path of the first number in which two trees of scores differ.
fn first_difference(kept: &Value, again: &Value) -> Option<String> {
    super::value_difference::value_differences("", kept, again).into_iter().next().map(|found| found.entry)
}

/// What differs between the record of a run and a manifest of this machine.
fn environment_differences(record: &RunRecord, now: &Value) -> Vec<String> {
    let entries = ["/versions/mmc", "/versions/dfdx", "/machine/device", "/machine/platform", "/machine/instructions"];
    let differing = entries.iter().filter_map(|path| {
        let (before, now) = (record.entry::<String>(path)?, now.pointer(path)?.as_str()?);
        let name = path.rsplit('/').next()?;
        (before != now).then(|| format!("{name} was {before} and is {now}"))
    });
    differing.collect()
}

/// The first problem of an error in one clause.
fn first_message(error: &Error) -> String {
    let problem = error.problems().iter().find(|problem| problem.is_error());
    problem.map(|problem| problem.message.clone()).or(error.text().map(str::to_owned)).unwrap_or_default()
}
