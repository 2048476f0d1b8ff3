//! The trials of a comparison: combines of one or several files, on the same rows with the same seeds.

use super::comparison::{ComparedModel, Comparison, ComparisonReference, SingleModality, compare};
use super::comparison_table::{comparison_csv, comparison_markdown};
use super::error::{Error, ErrorKind};
use super::options::TrainOptions;
use super::pipeline::{Pipeline, PipelineOptions, combine_names};
use super::study::{Study, StudyTables};
use super::study_record::{StudyFile, StudyKind, StudyRecord, merged_settings};
use super::trial_set::{Configuration, TrialSet};
use crate::data::{Dataset, Subset};
use crate::diag::{Code, Problem, nearest};
use crate::fusion::strategy;
use crate::report::versions;
use crate::spec::{Metric, Part};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Number of seeds where none is given.
const DEFAULT_SEEDS: u64 = 5;

/// The models and settings of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ComparisonOptions {
    /// The combines to train; all of the files where none is named.
    pub combines: Vec<String>,
    /// Names of params and their values.
    pub settings: Vec<(String, String)>,
    /// Number of seeds, 5 for `None`.
    pub seeds: Option<u64>,
    /// The first seed instead of the first file's.
    pub first_seed: Option<u64>,
    /// The number of epochs instead of the files'.
    pub epochs: Option<u64>,
    /// The metric on the validation rows that ranks and selects, the error for `None`.
    pub metric: Option<Metric>,
    /// Whether the test rows are measured after every epoch, to report what choosing on them would have added.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub audit: bool,
    /// Options of the comparison.
    pub reference: ComparisonReference,
}

/// Combines to compare, with their rows.
pub struct ComparisonTrials {
    /// The trials.
    pub trials: TrialSet,
    /// The metric on the validation rows that ranks and selects.
    pub metric: Metric,
    files: Vec<StudyFile>,
    options: ComparisonOptions,
}

impl ComparisonOptions {
    /// These options, and the recorded ones where none are given.
    pub fn or(self, recorded: Self) -> Self {
        let (reference, before) = (self.reference, recorded.reference);
        Self {
            combines: if self.combines.is_empty() { recorded.combines } else { self.combines },
            settings: merged_settings(recorded.settings, self.settings),
            seeds: self.seeds.or(recorded.seeds),
            first_seed: self.first_seed.or(recorded.first_seed),
            epochs: self.epochs.or(recorded.epochs),
            metric: self.metric.or(recorded.metric),
            audit: self.audit || recorded.audit,
            reference: ComparisonReference {
                against: reference.against.or(before.against),
                over_learn: reference.over_learn.or(before.over_learn),
            },
        }
    }
}

impl ComparisonTrials {
    /// Opens every combine to compare and reads its rows. `opened` sees the first pipeline of each file.
    ///
    /// # Errors
    /// If a file has errors, a name is unknown, some data does not fit its pipeline, or the combines
    /// have no test rows, or not the same.
    pub fn open(
        files: &[StudyFile],
        comparison: ComparisonOptions,
        options: &TrainOptions,
        opened: &mut dyn FnMut(&Pipeline),
    ) -> Result<Self, Error> {
        let ComparisonOptions { combines, settings, seeds, first_seed, epochs, metric, audit, reference } = &comparison;
        let mut configurations = vec![];
        let mut unknown: Vec<&String> = combines.iter().collect();
        let mut known = vec![];
        for StudyFile { named, path } in files {
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
                let name = pipeline.plan().combine.clone();
                configurations.push(Configuration { name, file: named.clone(), params: IndexMap::new(), pipeline });
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
        let seeds: Vec<u64> = (start..start.saturating_add(seeds.unwrap_or(DEFAULT_SEEDS))).collect();
        let names: Vec<String> = configurations.iter().map(|configuration| configuration.name.clone()).collect();
        let singles = match &reference.over_learn {
            Some(SingleModality::Models(names)) => names.as_slice(),
            _ => &[],
        };
        if let Some(name) = reference.against.iter().chain(singles).find(|name| !names.contains(name)) {
            return Err(unknown_name(name, &names));
        }
        let mut trials = TrialSet::open(configurations, seeds, *epochs, options)?;
        trials.audit = *audit;
        check_rows(&trials)?;
        let metric = metric.unwrap_or(Metric::Error);
        Ok(Self { trials, metric, files: files.to_vec(), options: comparison })
    }

    /// Begins the comparison in a new folder in `out`, numbered after the others.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn start(&self, out: &Path) -> Result<Study<'_>, Error> {
        let pipeline = self.trials.configurations.first().map(|one| one.pipeline.name()).unwrap_or_default();
        Study::start(&self.trials, self.record(), &self.files, out, &format!("{pipeline}-compare"))
    }

    /// Resumes an earlier comparison in its folder. Trials that were done there are not done again.
    ///
    /// # Errors
    /// If the folder or its trials cannot be read.
    pub fn resume(&self, folder: &Path) -> Result<Study<'_>, Error> {
        Study::resume(&self.trials, self.record(), &self.files, folder)
    }

    fn record(&self) -> StudyRecord {
        StudyRecord {
            study: StudyKind::Compare,
            files: self.files.iter().map(|file| file.named.clone()).collect(),
            options: serde_json::to_value(&self.options).unwrap_or_default(),
            metric: self.metric,
            best: None,
            versions: versions(),
        }
    }

    /// Compares the models by the trials that are done; `None` where none is.
    pub fn table(&self, study: &Study<'_>) -> Option<Comparison> {
        let configurations = self.trials.configurations.iter().zip(study.results()).enumerate();
        let candidates: Vec<ComparedModel> = configurations
            .map(|(number, (Configuration { name, pipeline, .. }, results))| {
                let hir = &pipeline.compiled.hir;
                let single = strategy(hir.combines[hir.selected].strategy).is_some_and(|strategy| strategy.most == 1);
                let same_as = study.same_name(number);
                ComparedModel { name: name.clone(), single, same_as, results: results.clone() }
            })
            .collect();
        let test = self.trials.data(0).test.as_ref()?;
        let reference = &self.options.reference;
        (study.done() > 0).then(|| compare(&candidates, &self.trials.seeds, &test.labels, self.metric, reference))
    }
}

impl Comparison {
    /// The table in every form, for the folder of the study.
    pub fn tables(&self) -> StudyTables {
        StudyTables {
            name: "compare",
            markdown: comparison_markdown(self),
            csv: comparison_csv(self),
            json: serde_json::to_string_pretty(self).unwrap_or_default() + "\n",
        }
    }
}

/// Fails unless all configurations are trained, selected and tested on the same rows.
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
            Err(invalid(format!(
                "`{one}` and `{other}` are not trained, selected and tested on the same rows, and cannot be compared"
            )))
        }
    }
}

fn same_rows(one: &Dataset, other: &Dataset) -> bool {
    let labels = |data: &Dataset| data.test.as_ref().map(|test| test.labels.clone());
    let rows = |data: &Dataset| Part::ALL.map(|part| data.part(part).map(|Subset { row_ids, .. }| row_ids.clone()));
    one.fingerprint == other.fingerprint && labels(one) == labels(other) && rows(one) == rows(other)
}

/// Puts its file before the name of a combine that several files have, and the folder where the file is not enough.
fn make_names_unique(configurations: &mut [Configuration]) {
    let stem = |path: &Path| path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let longer: [&dyn Fn(&Configuration) -> String; 2] =
        [&|one| format!("{}:{}", stem(&one.file), one.pipeline.plan().combine), &|one| {
            format!("{}:{}", one.file.display(), one.pipeline.plan().combine)
        }];
    for name in longer {
        let names: Vec<String> = configurations.iter().map(|configuration| configuration.name.clone()).collect();
        for configuration in configurations.iter_mut() {
            if names.iter().filter(|name| **name == configuration.name).count() > 1 {
                configuration.name = name(configuration);
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
