//! What `compare` and `sweep` share: several designs over the same rows, each trained with several seeds, side by side.

use super::args::{Device, Machine};
use super::front::Pipeline;
use super::interrupt::Interrupt;
use super::machine::{PartRows, device_choice, load_for};
use super::numbers::{duration, percent};
use super::output::Output;
use super::status::ExitStatus;
use crate::data::Dataset;
use crate::diag::{Code, Problem, Problems};
use crate::exec::engine;
use crate::experiment::{Outcome, Trial, run_trials};
use crate::spec::{Length, TrainSpec};
use crate::train::Rows;
use std::path::PathBuf;
use std::time::Duration;

/// One combine of one file under some settings: what is trained with every seed.
pub(super) struct Design {
    /// What it is called in tables.
    pub(super) name: String,
    /// The file it is from.
    pub(super) path: PathBuf,
    /// What it means.
    pub(super) pipeline: Pipeline,
}

/// Designs, their rows and their seeds.
pub(super) struct Study<'a> {
    pub(super) designs: Vec<Design>,
    pub(super) seeds: Vec<u64>,
    output: &'a Output,
    machine: &'a Machine,
    interrupt: Interrupt,
    quiet: bool,
    datasets: Vec<Dataset>,
    /// Which data set each design reads.
    places: Vec<usize>,
}

/// A place in the order of trials: which design, and which of the seeds.
pub(super) type TrialId = (usize, usize);

impl<'a> Study<'a> {
    /// Reads the rows of all designs, each data set once.
    pub(super) fn open(
        designs: Vec<Design>,
        seeds: Vec<u64>,
        machine: &'a Machine,
        quiet: bool,
        output: &'a Output,
    ) -> Result<Self, ExitStatus> {
        let interrupt = Interrupt::listen();
        let (mut datasets, mut places, mut keys) = (vec![], vec![], vec![]);
        let all: Vec<String> = designs.iter().map(rows_key).collect();
        for (design, key) in designs.iter().zip(&all) {
            let place = match keys.iter().position(|known| known == key) {
                Some(place) => place,
                None => {
                    let alike: Vec<&Pipeline> =
                        designs.iter().zip(&all).filter(|(_, other)| *other == key).map(|(d, _)| &d.pipeline).collect();
                    let loaded = load_for(&alike, &design.path, machine);
                    if !quiet || loaded.value.is_none() {
                        output.problems(&loaded.problems, &design.pipeline.sources);
                    }
                    datasets.push(loaded.value.ok_or(ExitStatus::Problems)?);
                    keys.push(key.clone());
                    datasets.len() - 1
                }
            };
            places.push(place);
        }
        if interrupt.asked() {
            output.err.line("interrupted before training began: there is nothing to keep");
            return Err(ExitStatus::Interrupted);
        }
        Ok(Self { designs, seeds, output, machine, interrupt, quiet, datasets, places })
    }

    /// The data set a design reads.
    pub(super) fn data(&self, design: usize) -> &Dataset {
        &self.datasets[self.places[design]]
    }

    /// Whether someone asked to stop.
    pub(super) fn interrupted(&self) -> bool {
        self.interrupt.asked()
    }

    /// How a design is trained with one of the seeds.
    pub(super) fn spec(&self, (design, seed): TrialId, epochs: Option<u64>) -> TrainSpec {
        let mut spec = self.designs[design].pipeline.hir.train.clone();
        spec.seed = self.seeds[seed];
        if let Some(epochs) = epochs {
            spec.length = Length::Epochs(epochs);
        }
        spec
    }

    /// Every trial, one seed after the other, so that what is done at any time is as whole as it can be.
    pub(super) fn trials(&self) -> Vec<TrialId> {
        (0..self.seeds.len()).flat_map(|seed| (0..self.designs.len()).map(move |design| (design, seed))).collect()
    }

    /// Runs these trials and tells `finished` of each; says what fails. Whether all went well.
    pub(super) fn run(&self, ids: &[TrialId], epochs: Option<u64>, finished: &mut dyn FnMut(TrialId, Outcome)) -> bool {
        let specs: Vec<TrainSpec> = ids.iter().map(|id| self.spec(*id, epochs)).collect();
        let rows: Vec<[Option<PartRows<'_>>; 3]> = (0..self.designs.len())
            .map(|design| {
                let (data, plan) = (self.data(design), &self.designs[design].pipeline.plan);
                let parts = [Some(&data.train), data.valid.as_ref(), data.test.as_ref()];
                parts.map(|part| PartRows::of(data, part?, plan))
            })
            .collect();
        let part = |design: usize, part: usize| rows[design][part].as_ref().map(|rows| rows as &dyn Rows);
        let trials: Vec<Trial<'_>> = ids
            .iter()
            .zip(&specs)
            .filter_map(|((design, _), spec)| {
                let plan = &self.designs[*design].pipeline.plan;
                let (valid, test) = (part(*design, 1), part(*design, 2));
                Some(Trial { plan, spec, train: part(*design, 0)?, valid, test })
            })
            .collect();
        if !self.quiet {
            self.output.err.line(&format!("training {} models with {} seeds", self.designs.len(), self.seeds.len()));
        }
        let device = device_choice(self.machine);
        // A GPU does one thing at a time.
        let threads = if self.machine.device == Device::Cpu { self.machine.thread_count() } else { 1 };
        let (mut done, mut sound) = (0, true);
        run_trials(
            &trials,
            threads,
            &|plan, threads| engine(plan, device, Some(threads)),
            self.interrupt.flag(),
            &mut |index, result| {
                done += 1;
                match result {
                    Ok(outcome) => {
                        self.say(ids[index], &outcome, done, ids.len());
                        finished(ids[index], outcome);
                    }
                    Err(problem) => {
                        sound = false;
                        self.failed(ids[index], problem);
                    }
                }
            },
        );
        sound
    }

    fn say(&self, (design, seed): TrialId, outcome: &Outcome, done: usize, all: usize) {
        if self.quiet {
            return;
        }
        let measured = &outcome.measured;
        let (part, of) = match (&measured.test, &measured.valid) {
            (Some(test), _) => (*test, "test"),
            (None, Some(valid)) => (*valid, "valid"),
            (None, None) => return,
        };
        let time = duration(Duration::try_from_secs_f64(measured.seconds).unwrap_or_default());
        self.output.err.line(&format!(
            "{done}/{all}  {}  seed {}  {of} error {}%  AUC {}%  {} epochs  {time}",
            self.designs[design].name,
            self.seeds[seed],
            percent(part.error),
            percent(part.auc.unwrap_or(f64::NAN)),
            measured.epochs,
        ));
    }

    fn failed(&self, (design, seed): TrialId, problem: Problem) {
        let design = &self.designs[design];
        self.output.err.line(&format!("{}  seed {}  failed:", design.name, self.seeds[seed]));
        design.pipeline.fail(problem, self.output);
    }

    /// A problem of the first design's file.
    pub(super) fn problem(&self, code: Code, message: String) -> ExitStatus {
        if let Some(design) = self.designs.first() {
            self.output.problems(&Problems::from(Problem::error(code, message)), &design.pipeline.sources);
        }
        ExitStatus::Problems
    }
}

/// What decides the rows that a design reads: designs of equal keys read one data set.
fn rows_key(design: &Design) -> String {
    let hir = &design.pipeline.hir;
    let folder = design.path.parent().map(|folder| folder.display().to_string());
    serde_json::to_string(&(folder, &hir.data, &hir.label, &hir.modalities)).unwrap_or_default()
}
