//! Trials of several configurations over the same rows: each trained with every seed, side by side.

use super::error::Error;
use super::options::TrainOptions;
use super::pipeline::Pipeline;
use super::rows::{SplitRows, load_or_fail};
use super::trial::{Trial, TrialResult, run_trials};
use crate::data::Dataset;
use crate::exec::{DeviceChoice, engine};
use crate::spec::{TrainSpec, TrainingLength};

/// One combine of one file under some settings: what is trained with every seed.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// Its name in tables.
    pub name: String,
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
    options: TrainOptions,
    datasets: Vec<Dataset>,
    /// The number of the data set that each configuration reads.
    places: Vec<usize>,
}

impl TrialSet {
    /// Reads the rows of all configurations, each data set once.
    ///
    /// # Errors
    /// If some data does not fit its pipeline.
    pub fn open(
        configurations: Vec<Configuration>,
        seeds: Vec<u64>,
        epochs: Option<u64>,
        options: &TrainOptions,
    ) -> Result<Self, Error> {
        let (mut datasets, mut places, mut keys) = (vec![], vec![], vec![]);
        let all: Vec<String> = configurations.iter().map(rows_key).collect();
        for key in &all {
            let place = match keys.iter().position(|known| *known == key) {
                Some(place) => place,
                None => {
                    let alike = configurations.iter().zip(&all).filter(|(_, other)| *other == key);
                    let alike: Vec<&Pipeline> = alike.map(|(configuration, _)| &configuration.pipeline).collect();
                    datasets.push(load_or_fail(&alike, options)?);
                    keys.push(key);
                    datasets.len() - 1
                }
            };
            places.push(place);
        }
        Ok(Self { configurations, seeds, epochs, options: options.clone(), datasets, places })
    }

    /// The data set that a configuration reads.
    pub fn data(&self, configuration: usize) -> &Dataset {
        &self.datasets[self.places[configuration]]
    }

    /// Whether the interrupt is set.
    pub fn interrupted(&self) -> bool {
        self.options.interrupted()
    }

    /// The training settings of a configuration with one of the seeds.
    pub fn spec(&self, (configuration, seed): TrialId) -> TrainSpec {
        let mut spec = self.configurations[configuration].pipeline.compiled.hir.train.clone();
        spec.seed = self.seeds[seed];
        if let Some(epochs) = self.epochs {
            spec.length = TrainingLength::Epochs(epochs);
        }
        spec
    }

    /// Every trial, one seed after the other, so that an interrupted set has as many whole seeds as it can.
    pub fn ids(&self) -> Vec<TrialId> {
        let configurations = 0..self.configurations.len();
        (0..self.seeds.len()).flat_map(|seed| configurations.clone().map(move |index| (index, seed))).collect()
    }

    /// Runs these trials and hands each result to `finished` as it comes.
    pub fn run(&self, ids: &[TrialId], finished: &mut dyn FnMut(TrialId, Result<TrialResult, Error>)) {
        let specs: Vec<TrainSpec> = ids.iter().map(|id| self.spec(*id)).collect();
        let configurations = self.configurations.iter().enumerate();
        let rows: Vec<Option<SplitRows<'_>>> =
            configurations.map(|(index, one)| SplitRows::new(self.data(index), one.pipeline.plan())).collect();
        let trials: Vec<Trial<'_>> = ids
            .iter()
            .zip(&specs)
            .filter_map(|((index, _), spec)| {
                let (plan, rows) = (self.configurations[*index].pipeline.plan(), rows[*index].as_ref()?);
                Some(Trial {
                    plan,
                    spec,
                    train: &rows.train,
                    valid: rows.valid(),
                    calib: rows.calib(),
                    test: rows.test(),
                })
            })
            .collect();
        let device = self.options.device;
        // A GPU does one thing at a time.
        let threads = if device == DeviceChoice::Cpu { self.options.thread_count() } else { 1 };
        run_trials(
            &trials,
            threads,
            &|plan, threads| engine(plan, device, Some(threads)),
            &self.options.interrupt,
            &mut |index, result| {
                let (configuration, _) = ids[index];
                finished(
                    ids[index],
                    result.map_err(|problem| self.configurations[configuration].pipeline.error(problem)),
                );
            },
        );
    }
}

/// All that decides which rows a configuration reads: configurations of equal keys read one data set.
fn rows_key(configuration: &Configuration) -> String {
    let hir = &configuration.pipeline.compiled.hir;
    let folder = configuration.pipeline.folder().display().to_string();
    serde_json::to_string(&(folder, &hir.data, &hir.label, &hir.modalities)).unwrap_or_default()
}
