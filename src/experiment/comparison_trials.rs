//! The trials of a comparison: combines of one or several files, on the same rows with the same seeds.

use super::comparison::{ComparedModel, Comparison, ComparisonReference, SingleModality, compare};
use super::error::{Error, ErrorKind};
use super::options::TrainOptions;
use super::pipeline::{Pipeline, PipelineOptions, combine_names};
use super::trial::TrialResult;
use super::trial_set::{Configuration, TrialId, TrialSet};
use crate::data::Dataset;
use crate::diag::{Code, Problem, nearest};
use crate::fusion::strategy;
use std::path::{Path, PathBuf};

/// The models and settings of a comparison.
#[derive(Clone, Debug, Default)]
pub struct ComparisonOptions {
    /// The combines to train; all of the files where none is named.
    pub combines: Vec<String>,
    /// Names of params and their values.
    pub settings: Vec<(String, String)>,
    /// Number of seeds.
    pub seeds: u64,
    /// The first seed instead of the first file's.
    pub first_seed: Option<u64>,
    /// The number of epochs instead of the files'.
    pub epochs: Option<u64>,
    /// Options of the comparison.
    pub reference: ComparisonReference,
}

/// Combines to compare, with their rows.
pub struct ComparisonTrials {
    /// The trials.
    pub trials: TrialSet,
    reference: ComparisonReference,
}

impl ComparisonTrials {
    /// Opens every combine to compare and reads its rows. `opened` sees the first pipeline of each file.
    ///
    /// # Errors
    /// If a file has errors, a name is unknown, some data does not fit its pipeline, or the combines
    /// have no test rows, or not the same.
    pub fn open(
        files: &[PathBuf],
        comparison: ComparisonOptions,
        options: &TrainOptions,
        opened: &mut dyn FnMut(&Pipeline),
    ) -> Result<Self, Error> {
        let ComparisonOptions { combines, settings, seeds, first_seed, epochs, reference } = comparison;
        let mut configurations = vec![];
        let mut unknown: Vec<&String> = combines.iter().collect();
        let mut known = vec![];
        for path in files {
            let names = combine_names(path)?;
            unknown.retain(|name| !names.contains(name));
            let chosen = names.iter().filter(|name| combines.is_empty() || combines.contains(name));
            for (at, name) in chosen.enumerate() {
                let settings = settings.clone();
                let options = PipelineOptions { settings, combine: Some(name.clone()), ..PipelineOptions::default() };
                let pipeline = Pipeline::open_with(path, options)?;
                if at == 0 {
                    opened(&pipeline);
                }
                configurations.push(Configuration { name: pipeline.plan().combine.clone(), pipeline });
            }
            known.extend(names);
        }
        make_names_unique(&mut configurations);
        if let Some(name) = unknown.first() {
            return Err(unknown_name(name, &known));
        }
        let Some(first) = configurations.first() else {
            return Err(Error::message(ErrorKind::Invalid, "error: there is no combine to train"));
        };
        let start = first_seed.unwrap_or(first.pipeline.compiled.hir.train.seed);
        let seeds: Vec<u64> = (start..start.saturating_add(seeds)).collect();
        let names: Vec<String> = configurations.iter().map(|configuration| configuration.name.clone()).collect();
        let singles = match &reference.over_learn {
            Some(SingleModality::Models(names)) => names.as_slice(),
            _ => &[],
        };
        if let Some(name) = reference.against.iter().chain(singles).find(|name| !names.contains(name)) {
            return Err(unknown_name(name, &names));
        }
        let trials = TrialSet::open(configurations, seeds, epochs, options)?;
        check_rows(&trials)?;
        Ok(Self { trials, reference })
    }

    /// Trains every combine with every seed and compares them; `finished` sees each result as it comes. `None` where
    /// nothing was trained.
    pub fn run(&self, finished: &mut dyn FnMut(TrialId, &Result<TrialResult, Error>)) -> Option<Comparison> {
        let TrialSet { configurations, seeds, .. } = &self.trials;
        let mut candidates: Vec<ComparedModel> = configurations
            .iter()
            .map(|Configuration { name, pipeline }| {
                let hir = &pipeline.compiled.hir;
                let single = strategy(hir.combines[hir.selected].strategy).is_some_and(|strategy| strategy.most == 1);
                ComparedModel { name: name.clone(), single, results: vec![None; seeds.len()] }
            })
            .collect();
        self.trials.run(&self.trials.ids(), &mut |(index, seed), result| {
            finished((index, seed), &result);
            candidates[index].results[seed] = result.ok();
        });
        let trained = candidates.iter().any(|candidate| candidate.results.iter().any(Option::is_some));
        let test = self.trials.data(0).test.as_ref()?;
        trained.then(|| compare(&candidates, seeds, &test.labels, &self.reference))
    }
}

/// Fails unless all configurations are tested on the same rows.
fn check_rows(trials: &TrialSet) -> Result<(), Error> {
    let TrialSet { configurations, .. } = trials;
    let invalid = |message: String| configurations[0].pipeline.error(Problem::error(Code::TooFewRows, message));
    if trials.data(0).test.is_none() {
        return Err(invalid("there are no test rows to compare on".into()));
    }
    match (1..configurations.len()).find(|other| !same_rows(trials.data(0), trials.data(*other))) {
        None => Ok(()),
        Some(other) => {
            let (one, other) = (&configurations[0].name, &configurations[other].name);
            Err(invalid(format!("`{one}` and `{other}` are not tested on the same rows, and cannot be compared")))
        }
    }
}

fn same_rows(one: &Dataset, other: &Dataset) -> bool {
    let rows = |data: &Dataset| data.test.as_ref().map(|test| (test.row_ids.clone(), test.labels.clone()));
    one.fingerprint == other.fingerprint && one.train.row_ids == other.train.row_ids && rows(one) == rows(other)
}

/// Puts its file before the name of a combine that several files have, and the folder where the file is not enough.
fn make_names_unique(configurations: &mut [Configuration]) {
    let stem = |path: &Path| path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let longer: [&dyn Fn(&Pipeline) -> String; 2] =
        [&|pipeline| format!("{}:{}", stem(pipeline.path()), pipeline.plan().combine), &|pipeline| {
            format!("{}:{}", pipeline.path().display(), pipeline.plan().combine)
        }];
    for name in longer {
        let names: Vec<String> = configurations.iter().map(|configuration| configuration.name.clone()).collect();
        for configuration in configurations.iter_mut() {
            if names.iter().filter(|name| **name == configuration.name).count() > 1 {
                configuration.name = name(&configuration.pipeline);
            }
        }
    }
}

fn unknown_name(name: &str, known: &[String]) -> Error {
    let known = || known.iter().map(String::as_str);
    let help = match nearest(name, known()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", known().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
    };
    Error::message(ErrorKind::Invalid, format!("error: no combine `{name}` is trained here; {help}"))
}
