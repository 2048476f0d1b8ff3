//! The trials of a grid search: every point of a `sweep` block with every seed.

use super::error::{Error, ErrorKind};
use super::grid_search::{GridPoint, GridSearch, grid_search};
use super::options::TrainOptions;
use super::pipeline::{Pipeline, PipelineOptions, combine_names};
use super::search_table::{search_csv, search_markdown};
use super::study::{Study, StudyTables};
use super::study_record::{StudyFile, StudyKind, StudyRecord, merged_settings};
use super::trial_set::{Configuration, TrialSet};
use crate::diag::{Code, Problem, nearest};
use crate::report::versions;
use crate::spec::{Metric, SweepSpec};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Options of a grid search.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GridSearchOptions {
    /// The sweep; needed where the file has several.
    pub sweep: Option<String>,
    /// Names of params that are not swept, and their values.
    pub settings: Vec<(String, String)>,
    /// The number of epochs instead of the file's.
    pub epochs: Option<u64>,
    /// The metric on the validation rows that selects, instead of the one that the sweep names.
    pub metric: Option<Metric>,
}

/// A grid search with its rows read.
pub struct GridSearchTrials {
    /// The `sweep` block, its combines and seeds filled in.
    pub spec: SweepSpec,
    /// The trials.
    pub trials: TrialSet,
    file: StudyFile,
    options: GridSearchOptions,
}

impl GridSearchOptions {
    /// These options, and the recorded ones where none are given.
    pub fn or(self, recorded: Self) -> Self {
        Self {
            sweep: self.sweep.or(recorded.sweep),
            settings: merged_settings(recorded.settings, self.settings),
            epochs: self.epochs.or(recorded.epochs),
            metric: self.metric.or(recorded.metric),
        }
    }
}

impl GridSearchTrials {
    /// Opens every point of a sweep and reads its rows. `opened` sees the pipeline without the values of the sweep.
    ///
    /// # Errors
    /// If the file has errors or no such sweep, its data does not fit, or there are no validation rows to select by.
    pub fn open(
        file: &StudyFile,
        search: GridSearchOptions,
        options: &TrainOptions,
        opened: &mut dyn FnMut(&Pipeline),
    ) -> Result<Self, Error> {
        // Where `train` names no combine, the sweep may name several.
        let with = |settings, combine| PipelineOptions { settings, combine, ..PipelineOptions::default() };
        let last = combine_names(&file.path)?.pop();
        let pipeline = Pipeline::open_with(&file.path, with(search.settings.clone(), last))?;
        opened(&pipeline);
        let mut spec = chosen_sweep(&pipeline, search.sweep.as_deref())?;
        if let Some(metric) = search.metric {
            spec.select = metric;
        }
        let mut configurations = vec![];
        for combine in &spec.train {
            for params in grid(&spec) {
                let mut settings = search.settings.clone();
                settings.extend(params.iter().map(|(name, value)| (name.clone(), value.clone())));
                let pipeline = Pipeline::open_with(&file.path, with(settings, Some(combine.clone())))?;
                let values: Vec<String> = params.iter().map(|(name, value)| format!("{name}={value}")).collect();
                let name = format!("{combine}  {}", values.join("  ")).trim_end().to_owned();
                configurations.push(Configuration { name, file: file.named.clone(), params, pipeline });
            }
        }
        let trials = TrialSet::open(configurations, spec.seeds.clone(), search.epochs, options)?;
        if !trials.has_validation() {
            let problem = Problem::error(Code::TooFewRows, "there are no validation rows to select a point by")
                .help("take some of the training rows: `valid: fraction(10%)` in `split`");
            return Err(pipeline.error(problem));
        }
        Ok(Self { spec, trials, file: file.clone(), options: search })
    }

    /// Begins the search in a new folder in `out`, numbered after the others.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn start(&self, out: &Path) -> Result<Study<'_>, Error> {
        let pipeline = self.trials.configurations.first().map(|one| one.pipeline.name()).unwrap_or_default();
        let name = format!("{pipeline}-{}", self.spec.name);
        Study::start(&self.trials, self.record(), std::slice::from_ref(&self.file), out, &name)
    }

    /// Resumes an earlier search in its folder. Trials that were done there are not done again.
    ///
    /// # Errors
    /// If the folder or its trials cannot be read.
    pub fn resume(&self, folder: &Path) -> Result<Study<'_>, Error> {
        Study::resume(&self.trials, self.record(), std::slice::from_ref(&self.file), folder)
    }

    fn record(&self) -> StudyRecord {
        StudyRecord {
            study: StudyKind::Sweep,
            files: vec![self.file.named.clone()],
            options: serde_json::to_value(&self.options).unwrap_or_default(),
            metric: self.spec.select,
            best: None,
            versions: versions(),
        }
    }

    /// The table of all points with the selected ones.
    pub fn table(&self, study: &Study<'_>) -> GridSearch {
        let configurations = self.trials.configurations.iter().zip(study.results()).enumerate();
        let points: Vec<GridPoint> = configurations
            .map(|(number, (Configuration { params, pipeline, .. }, results))| GridPoint {
                combine: pipeline.plan().combine.clone(),
                params: params.clone(),
                same_as: study.same_name(number),
                trials: results.iter().map(|result| result.as_ref().map(|result| result.scores.clone())).collect(),
            })
            .collect();
        grid_search(&self.spec.name, self.spec.select, &self.trials.seeds, &points)
    }
}

impl GridSearch {
    /// The table in every form, for the folder of the study.
    pub fn tables(&self) -> StudyTables {
        StudyTables {
            name: "sweep",
            markdown: search_markdown(self),
            csv: search_csv(self),
            json: serde_json::to_string_pretty(self).unwrap_or_default() + "\n",
        }
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
            _ if known.is_empty() => {
                "error: the file has no `sweep`; a block such as `sweep seeds { seeds = 1..=5 }` trains \
                                      the model once for each seed, and `over = { beta: [0.1, 0.5] }` in it varies a \
                                      `param beta`"
                    .to_owned()
            }
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
