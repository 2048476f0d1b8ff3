//! Trials of several configurations over the same rows: each trained with every seed, side by side.

use super::command_line::run_command;
use super::epoch_audit::EpochAudit;
use super::error::{Error, ErrorKind};
use super::options::TrainOptions;
use super::pipeline::Pipeline;
use super::resume::Continuation;
use super::rows::load_or_fail;
use super::run::{Run, row_ids_hash};
use super::run_copy::remove_run;
use super::selection_check::undefined_selection;
use super::started_run::StartedRun;
use super::trial::{SavedModel, run_trials};
use crate::data::Dataset;
use crate::exec::{DeviceChoice, engine};
use crate::report::Status;
use crate::train::{CheckpointInterval, FailureCause, plan_hash};
use indexmap::IndexMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// One combine of one file under some settings: what is trained with every seed.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// Its name in tables.
    pub name: String,
    /// Its file, as it was named; the pipeline may have been opened from a copy.
    pub file: PathBuf,
    /// The params that a sweep varies, and their values.
    pub params: IndexMap<String, String>,
    /// Its HIR and plan.
    pub pipeline: Pipeline,
}

/// A trial by the number of its configuration and the number of its seed.
pub type TrialId = (usize, usize);

/// Configurations, seeds, and the rows that the configurations read.
pub struct TrialSet {
    /// The configurations to train.
    pub configurations: Vec<Configuration>,
    /// The seeds that each is trained with.
    pub seeds: Vec<u64>,
    /// The number of epochs instead of the files'.
    epochs: Option<u64>,
    /// Whether the test rows are measured after every epoch. No training sees the numbers.
    pub(crate) audit: bool,
    /// How often a trial saves its state, to continue from; never for `None`. Every five minutes unless set.
    pub checkpoints: Option<CheckpointInterval>,
    options: TrainOptions,
    /// The display name of the device.
    device: String,
    tables: Vec<SharedTable>,
    /// The number of the data set that each configuration reads.
    places: Vec<usize>,
}

/// How often a trial saves its state unless told otherwise.
const CHECKPOINTS: CheckpointInterval = CheckpointInterval::Time(Duration::from_secs(300));

/// A data set that configurations share.
struct SharedTable {
    data: Arc<Dataset>,
    /// Seconds that reading it took.
    reading: f64,
    /// The hash of its rows and of their preparation.
    hash: String,
}

impl TrialSet {
    /// Opens the device and reads the rows of all configurations, each data set once.
    ///
    /// # Errors
    /// If the device is missing, or some data does not fit its pipeline.
    pub fn open(
        configurations: Vec<Configuration>,
        seeds: Vec<u64>,
        epochs: Option<u64>,
        options: &TrainOptions,
    ) -> Result<Self, Error> {
        let device = match configurations.first() {
            Some(Configuration { pipeline, .. }) => device_name(pipeline, options)?,
            None => String::new(),
        };
        let (mut tables, mut places, mut keys) = (vec![], vec![], vec![]);
        let all: Vec<String> = configurations.iter().map(rows_key).collect();
        for key in &all {
            let place = match keys.iter().position(|known| *known == key) {
                Some(place) => place,
                None => {
                    let alike = configurations.iter().zip(&all).filter(|(_, other)| *other == key);
                    let alike: Vec<&Pipeline> = alike.map(|(configuration, _)| &configuration.pipeline).collect();
                    let table = SharedTable::open(&alike, options)?;
                    for pipeline in &alike {
                        if let Some(problem) = undefined_selection(&pipeline.compiled.hir, &table.data) {
                            return Err(pipeline.error(problem));
                        }
                    }
                    tables.push(table);
                    keys.push(key);
                    tables.len() - 1
                }
            };
            places.push(place);
        }
        let (audit, checkpoints, options) = (false, Some(CHECKPOINTS), options.clone());
        Ok(Self { configurations, seeds, epochs, audit, checkpoints, options, device, tables, places })
    }

    /// The data set that a configuration reads.
    pub fn data(&self, configuration: usize) -> &Dataset {
        &self.tables[self.places[configuration]].data
    }

    /// Whether every configuration has rows to select a model by.
    pub fn has_validation(&self) -> bool {
        self.tables.iter().all(|table| table.data.valid.as_ref().is_some_and(|valid| valid.rows > 0))
    }

    /// Whether the interrupt is set.
    pub fn interrupted(&self) -> bool {
        self.options.interrupted()
    }

    /// The pipeline of a trial: its configuration with its seed.
    pub(crate) fn pipeline(&self, (configuration, seed): TrialId) -> Pipeline {
        let pipeline = self.configurations[configuration].pipeline.clone().seed(self.seeds[seed]);
        match self.epochs {
            Some(epochs) => pipeline.epochs(epochs),
            None => pipeline,
        }
    }

    /// The hash of everything that decides the result of a trial: pipeline, training, rows and device.
    pub(crate) fn key(&self, id: TrialId) -> String {
        let pipeline = self.pipeline(id);
        let spec = serde_json::to_string(&pipeline.compiled.hir.train).unwrap_or_default();
        let device = self.device.split(':').next().unwrap_or_default();
        let rows = &self.tables[self.places[id.0]].hash;
        let all = format!("{} {spec} {rows} {device}", plan_hash(pipeline.plan()));
        blake3::hash(all.as_bytes()).to_hex().to_string()
    }

    /// The command that trains a trial as a run of its own, with the same bits.
    pub fn command(&self, (configuration, seed): TrialId) -> String {
        let Configuration { file, pipeline, .. } = &self.configurations[configuration];
        let mut options = pipeline.options().clone();
        options.seed = Some(self.seeds[seed]);
        options.epochs = self.epochs;
        run_command(file, &options, self.options.device)
    }

    /// Every trial, one seed after the other, so that an interrupted set has as many whole seeds as it can.
    pub fn ids(&self) -> Vec<TrialId> {
        let configurations = 0..self.configurations.len();
        (0..self.seeds.len()).flat_map(|seed| configurations.clone().map(move |index| (index, seed))).collect()
    }

    /// Runs these trials, each in its folder, and hands each model to `finished` as it comes, once it is saved.
    pub(crate) fn run(
        &self,
        ids: &[TrialId],
        folder: &(dyn Fn(TrialId) -> PathBuf + Sync),
        finished: &mut dyn FnMut(TrialId, Result<SavedModel, Error>),
    ) {
        // A GPU does one thing at a time.
        let threads = if self.options.device == DeviceChoice::Cpu { self.options.thread_count() } else { 1 };
        let train = |index: usize, threads| self.train(ids[index], threads, &folder(ids[index]));
        run_trials(ids.len(), threads, &train, &self.options.interrupt, &mut |index, result| {
            finished(ids[index], result);
        });
    }

    /// Trains one trial in its folder, from its checkpoint if there is one of the same training, and saves it; `None` where
    /// it was interrupted.
    fn train(&self, id: TrialId, threads: usize, folder: &Path) -> Option<Result<SavedModel, Error>> {
        let options = TrainOptions { threads: Some(threads), ..self.options.clone() };
        let SharedTable { data, reading, .. } = &self.tables[self.places[id.0]];
        let run = Run::with_data(self.pipeline(id), Arc::clone(data), options, self.device.clone(), *reading);
        let mut started = match begin(&run, folder) {
            Ok(started) => started,
            Err(error) => return Some(Err(error)),
        };
        let audit = match self.audit(&run) {
            Ok(audit) => audit,
            Err(error) => return Some(Err(error)),
        };
        match started.train_audited(self.checkpoints, audit.as_ref(), &mut |_| ()) {
            Ok(trained) if trained.summary.status == Status::Interrupted => None,
            Err(failed) if failed.error.kind() == ErrorKind::Interrupted => None,
            Ok(trained) => {
                let unsaved = started.save(&trained).err();
                // The checkpoints of all trials would take several times the room of their models.
                started.checkpoints.remove();
                let least = audit.map_or(Ok(None), |audit| audit.least_error(&trained.model.params));
                Some(match least {
                    Ok(least_test_error) => Ok(SavedModel { trained, unsaved, least_test_error }),
                    Err(problem) => Err(run.pipeline().error(problem)),
                })
            }
            Err(failed) => Some(Err(failed.error)),
        }
    }
}

impl TrialSet {
    /// The audit of the epochs of a run, where that is wanted.
    fn audit<'a>(&self, run: &'a Run) -> Result<Option<EpochAudit<'a>>, Error> {
        if !self.audit {
            return Ok(None);
        }
        let plan = run.pipeline().plan();
        match engine(Arc::new(plan.clone()), self.options.device, Some(1)) {
            Ok(engine) => Ok(EpochAudit::new(plan, &run.data, engine)),
            Err(error) => Err(run.pipeline().error(FailureCause::Exec(error).problem(plan))),
        }
    }
}

/// Continues the run in this folder, or begins it where that is another one, or none.
fn begin<'a>(run: &'a Run, folder: &Path) -> Result<StartedRun<'a>, Error> {
    if let Ok(Continuation::Unfinished(started)) = run.resume(folder) {
        return Ok(*started);
    }
    remove_run(folder).map_err(|problem| run.pipeline().error(problem))?;
    run.start_at(folder)
}

impl SharedTable {
    /// Reads the rows of pipelines that read the same ones.
    fn open(pipelines: &[&Pipeline], options: &TrainOptions) -> Result<Self, Error> {
        let began = Instant::now();
        let data = load_or_fail(pipelines, options)?;
        let reading = began.elapsed().as_secs_f64();
        Ok(Self { hash: rows_hash(&data), data: Arc::new(data), reading })
    }
}

/// The hash of the content, of which rows are in which part, in which order, and of what was fitted to them.
fn rows_hash(data: &Dataset) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(data.fingerprint.as_bytes()).update(data.preprocessing().to_json().as_bytes());
    hasher.update(row_ids_hash(data).as_bytes());
    hasher.finalize().to_hex().to_string()
}

/// The name of the device, which is opened to see that it is there.
fn device_name(pipeline: &Pipeline, options: &TrainOptions) -> Result<String, Error> {
    match engine(Arc::new(pipeline.plan().clone()), options.device, Some(1)) {
        Ok(engine) => Ok(engine.device()),
        Err(error) => Err(pipeline.error(FailureCause::Exec(error).problem(pipeline.plan()))),
    }
}

/// All that decides which rows a configuration reads: configurations of equal keys read one data set.
fn rows_key(configuration: &Configuration) -> String {
    let hir = &configuration.pipeline.compiled.hir;
    let folder = configuration.pipeline.folder().display().to_string();
    serde_json::to_string(&(folder, &hir.data, &hir.label, &hir.modalities)).unwrap_or_default()
}
