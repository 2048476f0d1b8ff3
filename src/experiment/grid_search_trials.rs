//! The trials of a grid search: every point of a `sweep` block with every seed, saved as they end, so that an
//! interrupted search can be resumed.

use super::error::{Error, ErrorKind};
use super::grid_search::{GridPoint, GridSearch, grid_search};
use super::options::TrainOptions;
use super::pipeline::{Pipeline, PipelineOptions, combine_names};
use super::saved_trials::{SavedTrial, read_trials, write_trials};
use super::tables::{search_csv, search_markdown};
use super::trial::{TrialResult, TrialScores};
use super::trial_set::{Configuration, TrialId, TrialSet};
use crate::diag::{Problem, nearest};
use crate::report::RunDir;
use crate::spec::SweepSpec;
use crate::train::plan_hash;
use indexmap::IndexMap;
use std::path::Path;

/// A grid search with its rows read.
pub struct GridSearchTrials {
    /// The `sweep` block, its combines and seeds filled in.
    pub spec: SweepSpec,
    /// The trials.
    pub trials: TrialSet,
    grid: Vec<IndexMap<String, String>>,
}

/// A grid search with its folder and the trials that were done before.
pub struct GridSearchRun<'a> {
    search: &'a GridSearchTrials,
    directory: RunDir,
    points: Vec<GridPoint>,
    saved: Vec<SavedTrial>,
    left: Vec<TrialId>,
    unwritten: Option<Problem>,
}

impl GridSearchTrials {
    /// Opens every point of the sweep called `name`, or of the only one, and reads its rows. `opened` sees the pipeline
    /// without the values of the sweep.
    ///
    /// # Errors
    /// If the file has errors or no such sweep, or its data does not fit.
    pub fn open(
        file: &Path,
        name: Option<&str>,
        settings: &[(String, String)],
        epochs: Option<u64>,
        options: &TrainOptions,
        opened: &mut dyn FnMut(&Pipeline),
    ) -> Result<Self, Error> {
        // Where `train` names no combine, the sweep may name several.
        let with = |settings, combine| PipelineOptions { settings, combine, ..PipelineOptions::default() };
        let last = combine_names(file)?.pop();
        let pipeline = Pipeline::open_with(file, with(settings.to_vec(), last))?;
        opened(&pipeline);
        let spec = chosen_sweep(&pipeline, name)?;
        let grid = grid(&spec);
        let mut configurations = vec![];
        for combine in &spec.train {
            for params in &grid {
                let mut settings = settings.to_vec();
                settings.extend(params.iter().map(|(name, value)| (name.clone(), value.clone())));
                let pipeline = Pipeline::open_with(file, with(settings, Some(combine.clone())))?;
                let values: Vec<String> = params.iter().map(|(name, value)| format!("{name}={value}")).collect();
                configurations.push(Configuration { name: format!("{combine}  {}", values.join("  ")), pipeline });
            }
        }
        let trials = TrialSet::open(configurations, spec.seeds.clone(), epochs, options)?;
        Ok(Self { spec, trials, grid })
    }

    fn error(&self, problem: Problem) -> Error {
        match self.trials.configurations.first() {
            Some(configuration) => configuration.pipeline.error(problem),
            None => Error::of(problem, &crate::diag::SourceMap::new()),
        }
    }

    /// Starts in a new folder in `out`, numbered after the others.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn start(&self, out: &Path) -> Result<GridSearchRun<'_>, Error> {
        let Some(Configuration { pipeline, .. }) = self.trials.configurations.first() else {
            return Err(Error::message(ErrorKind::Invalid, "error: the sweep has no points"));
        };
        let created = RunDir::create(out, &format!("{}-{}", pipeline.plan().pipeline, self.spec.name));
        let directory = created.map_err(|problem| self.error(problem))?;
        pipeline.copy_to(&directory)?;
        self.run_in(directory)
    }

    /// Resumes an earlier search in its folder. Trials that were done there are not done again.
    ///
    /// # Errors
    /// If the folder or its trials cannot be read.
    pub fn resume(&self, folder: &Path) -> Result<GridSearchRun<'_>, Error> {
        self.run_in(RunDir::again(folder).map_err(|problem| self.error(problem))?)
    }

    fn run_in(&self, directory: RunDir) -> Result<GridSearchRun<'_>, Error> {
        let before = read_trials(directory.path()).map_err(|problem| self.error(problem))?;
        let configurations = self.trials.configurations.iter().enumerate();
        let mut points: Vec<GridPoint> = configurations
            .map(|(index, _)| GridPoint {
                combine: self.spec.train[index / self.grid.len()].clone(),
                params: self.grid[index % self.grid.len()].clone(),
                trials: vec![None; self.trials.seeds.len()],
            })
            .collect();
        let (mut saved, mut left) = (vec![], vec![]);
        for id in self.trials.ids() {
            let key = self.key(id);
            match before.iter().find(|trial| trial.key == key) {
                Some(trial) => {
                    points[id.0].trials[id.1] = Some(trial.scores.clone());
                    saved.push(trial.clone());
                }
                None => left.push(id),
            }
        }
        Ok(GridSearchRun { search: self, directory, points, saved, left, unwritten: None })
    }

    /// The hash of everything that decides the result of a trial: file, data and training.
    fn key(&self, id: TrialId) -> String {
        let plan = plan_hash(self.trials.configurations[id.0].pipeline.plan());
        let spec = serde_json::to_string(&self.trials.spec(id)).unwrap_or_default();
        let data = self.trials.data(id.0);
        let rows = data.train.row_ids.len();
        blake3::hash(format!("{plan} {spec} {} {rows} {:?}", data.fingerprint, data.modalities).as_bytes())
            .to_hex()
            .to_string()
    }
}

impl GridSearchRun<'_> {
    /// The folder.
    pub fn folder(&self) -> &Path {
        self.directory.path()
    }

    /// Number of all trials.
    pub fn total(&self) -> usize {
        self.points.len() * self.search.trials.seeds.len()
    }

    /// Number of trials that are done.
    pub fn done(&self) -> usize {
        self.saved.len()
    }

    /// The trials that are left.
    pub fn left(&self) -> &[TrialId] {
        &self.left
    }

    /// Runs the trials that are left, and saves each as it ends; `finished` sees each result.
    pub fn run(&mut self, finished: &mut dyn FnMut(TrialId, &Result<TrialResult, Error>)) {
        let left = std::mem::take(&mut self.left);
        self.search.trials.run(&left, &mut |id, result| {
            finished(id, &result);
            if let Ok(result) = result {
                self.save(id, result.scores);
            }
        });
    }

    /// Adds a finished trial, synced to disk before the next one, so that a crash loses at most one.
    fn save(&mut self, id: TrialId, scores: TrialScores) {
        let point = &mut self.points[id.0];
        self.saved.push(SavedTrial {
            key: self.search.key(id),
            combine: point.combine.clone(),
            params: point.params.clone(),
            seed: self.search.trials.seeds[id.1],
            scores: scores.clone(),
        });
        point.trials[id.1] = Some(scores);
        self.directory.keep();
        if let Err(problem) = self.directory.write("trials.jsonl", |file| write_trials(file, &self.saved)) {
            self.unwritten.get_or_insert(problem);
        }
    }

    /// The table of all points with the selected ones.
    pub fn table(&self) -> GridSearch {
        let GridSearchTrials { spec, trials, .. } = self.search;
        grid_search(&spec.name, spec.select, &trials.seeds, &self.points)
    }

    /// Writes the table as `sweep.csv`, `sweep.md` and `sweep.json`.
    ///
    /// # Errors
    /// If one of them, or a trial before, could not be written.
    pub fn write_tables(&mut self, table: &GridSearch) -> Result<(), Error> {
        let written = self.unwritten.take().map_or(Ok(()), Err).and_then(|()| {
            self.directory.keep();
            self.directory.write("sweep.csv", |file| file.write_all(search_csv(table).as_bytes()))?;
            self.directory.write("sweep.md", |file| file.write_all(search_markdown(table).as_bytes()))?;
            self.directory.write("sweep.json", |file| {
                serde_json::to_writer_pretty(&mut *file, table)?;
                file.write_all(b"\n")
            })
        });
        written.map_err(|problem| self.search.error(problem))
    }
}

/// The sweep called `name`, or the only one; its combines and seeds filled in.
fn chosen_sweep(pipeline: &Pipeline, name: Option<&str>) -> Result<SweepSpec, Error> {
    let hir = &pipeline.compiled.hir;
    let known: Vec<&str> = hir.sweeps.iter().map(|sweep| sweep.name.as_str()).collect();
    let found = match name {
        Some(name) => hir.sweeps.iter().find(|sweep| sweep.name == name),
        None => hir.sweeps.first().filter(|_| hir.sweeps.len() == 1),
    };
    let Some(found) = found else {
        let all = || format!("it has {}", known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "));
        let message = match name {
            _ if known.is_empty() => "error: the file has no `sweep`".to_owned(),
            Some(name) => match nearest(name, known.iter().copied()) {
                Some(near) => format!("error: there is no sweep `{name}`; did you mean `{near}`?"),
                None => format!("error: there is no sweep `{name}`; {}", all()),
            },
            None => format!("error: the file has several sweeps, name one: {}", all()),
        };
        return Err(Error::message(ErrorKind::Invalid, message));
    };
    let mut spec = found.clone();
    if spec.train.is_empty() {
        spec.train.push(pipeline.plan().combine.clone());
    }
    if spec.seeds.is_empty() {
        spec.seeds.push(hir.train.seed);
    }
    Ok(spec)
}

/// Every choice of one value for each param, the last param changing fastest.
fn grid(spec: &SweepSpec) -> Vec<IndexMap<String, String>> {
    let mut points = vec![IndexMap::new()];
    for axis in &spec.over {
        points = points
            .iter()
            .flat_map(|point| {
                axis.values.iter().map(move |value| {
                    let mut point = point.clone();
                    point.insert(axis.param.clone(), value.clone());
                    point
                })
            })
            .collect();
    }
    points
}
