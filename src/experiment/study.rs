//! Studies: the trials of a comparison or a grid search in a folder, each a run of its own, so that an interrupted study
//! can be resumed and every model can be used.
//!
//! A trial is done once `trials.jsonl` names it, which is written after its run. `study.yaml` is written before the first
//! trial and holds all that is needed to resume.

use super::error::{Error, ErrorKind};
use super::ranking::{RankedConfiguration, best_of, rank};
use super::run_copy::{copy_run, is_saved_run};
use super::saved_trials::{SavedTrial, read_trials, write_trials};
use super::statistics::Spread;
use super::study_record::{STUDY_FILE, SelectedRun, StudyFile, StudyRecord, copy_folder};
use super::trial::{SavedModel, TrialResult, TrialScores, test_decisions};
use super::trial_set::{Configuration, TrialId, TrialSet};
use crate::diag::Problem;
use crate::report::{CheckpointFolder, RunDir, RunLock, TestDecisions, read_decisions, write_decisions};
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// The folder of the selected run within that of the study.
const BEST: &str = "best";

/// The file with the predicted classes of a trial.
const DECISIONS: &str = "decisions.csv";

/// A study in its folder.
pub struct Study<'a> {
    trials: &'a TrialSet,
    record: StudyRecord,
    directory: RunDir,
    /// By configuration and seed; `None` where the trial failed or was not made.
    results: Vec<Vec<Option<TrialResult>>>,
    /// The folder of each trial within that of the study.
    folders: Vec<Vec<String>>,
    saved: Vec<SavedTrial>,
    left: Vec<TrialId>,
    /// Trials that are equal to one of those left, which is trained for them too.
    shared: HashMap<TrialId, Vec<TrialId>>,
    failed: usize,
    unwritten: Option<Error>,
    _lock: RunLock,
}

/// A trial that ended, and the study after it.
#[derive(Debug)]
pub struct StudyProgress<'a> {
    /// The trial.
    pub id: TrialId,
    /// Equal trials, which it was trained for as well.
    pub shared: &'a [TrialId],
    /// Its measurements, or why it failed.
    pub result: Result<&'a TrialScores, &'a Error>,
    /// How many trials have ended, those of earlier sessions included.
    pub ended: usize,
    /// Number of all trials.
    pub total: usize,
    /// The configurations, the best on the validation rows first.
    pub ranking: Vec<RankedConfiguration>,
}

/// The tables of a study, for its folder.
#[derive(Clone, Debug)]
pub struct StudyTables {
    /// The name of the files without their endings.
    pub name: &'static str,
    /// The table as Markdown.
    pub markdown: String,
    /// The table as CSV.
    pub csv: String,
    /// The table as JSON.
    pub json: String,
}

impl<'a> Study<'a> {
    /// Begins a study in a new folder in `out` that is numbered after the others of this name.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub(crate) fn start(
        trials: &'a TrialSet,
        record: StudyRecord,
        files: &[StudyFile],
        out: &Path,
        name: &str,
    ) -> Result<Self, Error> {
        if trials.configurations.is_empty() {
            return Err(Error::message(ErrorKind::Invalid, "error: there is nothing to train"));
        }
        let directory = RunDir::create(out, name).map_err(|problem| first_error(trials, problem))?;
        Self::open(trials, record, files, directory)
    }

    /// Resumes a study in its folder. Trials that are done there are not repeated.
    ///
    /// # Errors
    /// If the folder or its trials cannot be read.
    pub(crate) fn resume(
        trials: &'a TrialSet,
        record: StudyRecord,
        files: &[StudyFile],
        folder: &Path,
    ) -> Result<Self, Error> {
        let directory = RunDir::again(folder).map_err(|problem| first_error(trials, problem))?;
        Self::open(trials, record, files, directory)
    }

    fn open(trials: &'a TrialSet, record: StudyRecord, files: &[StudyFile], directory: RunDir) -> Result<Self, Error> {
        let lock = RunLock::take(directory.path()).map_err(|problem| first_error(trials, problem))?;
        directory.remove_leftovers();
        let mut saved = read_trials(directory.path()).map_err(|problem| first_error(trials, problem))?;
        let mut decisions = HashMap::new();
        // A trial whose run was removed or is damaged is trained again.
        saved.retain(|trial| {
            let run = directory.path().join(&trial.run);
            let found = read_decisions(&run.join(DECISIONS)).ok().filter(|_| is_saved_run(&run));
            found.map(|found| decisions.insert(trial.key.clone(), found)).is_some()
        });
        let seeds = trials.seeds.len();
        let mut study = Self {
            trials,
            record,
            directory,
            results: vec![vec![None; seeds]; trials.configurations.len()],
            folders: vec![vec![String::new(); seeds]; trials.configurations.len()],
            saved,
            left: vec![],
            shared: HashMap::new(),
            failed: 0,
            unwritten: None,
            _lock: lock,
        };
        study.find_done(&decisions);
        study.copy_files(files)?;
        study.write_record()?;
        Ok(study)
    }

    /// Takes over the trials that are done, and names the folders of those that are left. Trials of one key have the same
    /// bits: one of them is trained.
    fn find_done(&mut self, decisions: &HashMap<String, TestDecisions>) {
        let mut first: HashMap<String, TrialId> = HashMap::new();
        let mut taken: HashSet<String> = self.saved.iter().map(|trial| trial.run.clone()).collect();
        for id in self.trials.ids() {
            let key = self.trials.key(id);
            let done = self.saved.iter().find(|trial| trial.key == key);
            match done.zip(decisions.get(&key)) {
                Some((trial, decisions)) => {
                    self.folders[id.0][id.1] = trial.run.clone();
                    let (scores, decisions) = (trial.scores.clone(), decisions.clone());
                    self.results[id.0][id.1] = Some(TrialResult { scores, decisions });
                }
                None if first.contains_key(&key) => {
                    let same = first[&key];
                    self.folders[id.0][id.1] = self.folders[same.0][same.1].clone();
                    self.shared.entry(same).or_default().push(id);
                }
                None => {
                    first.insert(key, id);
                    let name = &self.trials.configurations[id.0].name;
                    let folder = free_name(&folder_name(name, self.trials.seeds[id.1]), &taken);
                    taken.insert(folder.clone());
                    self.folders[id.0][id.1] = folder;
                    self.left.push(id);
                }
            }
        }
    }

    /// Copies the pipelines that are not copies in this folder already.
    fn copy_files(&self, files: &[StudyFile]) -> Result<(), Error> {
        for (number, file) in files.iter().enumerate() {
            let folder = self.directory.path().join(copy_folder(files.len(), number));
            let opened = self.trials.configurations.iter().find(|one| one.pipeline.path() == file.path);
            let Some(Configuration { pipeline, .. }) = opened.filter(|_| file.path != folder.join("pipeline.mmc"))
            else {
                continue;
            };
            let directory = RunDir::create_or_open(&folder).map_err(|problem| self.error(problem))?;
            pipeline.copy_to(&directory)?;
        }
        Ok(())
    }

    fn write_record(&self) -> Result<(), Error> {
        let written = self.directory.write(STUDY_FILE, |file| file.write_all(self.record.yaml()?.as_bytes()));
        written.map_err(|problem| self.error(problem))
    }

    fn error(&self, problem: Problem) -> Error {
        first_error(self.trials, problem)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.directory.path()
    }

    /// Number of all trials.
    pub fn total(&self) -> usize {
        self.trials.configurations.len() * self.trials.seeds.len()
    }

    /// Number of trials that are done.
    pub fn done(&self) -> usize {
        self.results.iter().flatten().flatten().count()
    }

    /// The trials: what is trained.
    pub fn trials(&self) -> &'a TrialSet {
        self.trials
    }

    /// The first configuration whose trials are those of another one as well: the same plan, rows, seeds and training.
    pub fn same_as(&self, configuration: usize) -> Option<usize> {
        let run = self.folders[configuration].first()?;
        (0..configuration).find(|other| self.folders[*other].first() == Some(run))
    }

    /// The name of that configuration.
    pub(crate) fn same_name(&self, configuration: usize) -> Option<String> {
        Some(self.trials.configurations[self.same_as(configuration)?].name.replace("  ", " "))
    }

    /// The results by configuration and seed; `None` where the trial failed or was not made.
    pub fn results(&self) -> &[Vec<Option<TrialResult>>] {
        &self.results
    }

    /// The configurations, the best on the validation rows first.
    pub fn ranking(&self) -> Vec<RankedConfiguration> {
        let metric = self.record.metric;
        let mut ranking: Vec<RankedConfiguration> = (0..self.results.len())
            .map(|configuration| {
                let values: Vec<f64> = self.valid(configuration).into_iter().flatten().collect();
                let valid = Spread::of(values).filter(|spread| !spread.mean.is_nan());
                let runs = self.results[configuration].iter().flatten().count();
                RankedConfiguration { configuration, runs, valid }
            })
            .collect();
        rank(&mut ranking, metric);
        ranking
    }

    /// The metric on the validation rows for each seed of a configuration.
    fn valid(&self, configuration: usize) -> Vec<Option<f64>> {
        let value = |result: &TrialResult| Some(result.scores.valid?.get(self.record.metric));
        self.results[configuration].iter().map(|result| result.as_ref().and_then(value)).collect()
    }

    /// Runs the trials that are left, and saves each as it ends; `observe` sees each.
    pub fn run(&mut self, observe: &mut dyn FnMut(&StudyProgress<'_>)) {
        let (left, shared) = (std::mem::take(&mut self.left), std::mem::take(&mut self.shared));
        let (trials, folders, path) = (self.trials, self.folders.clone(), self.directory.path().to_owned());
        trials.run(&left, &|id| path.join(&folders[id.0][id.1]), &mut |id, trained| {
            let result = trained.map(|SavedModel { trained, unsaved, least_test_error }| {
                let scores = TrialScores { least_test_error, ..TrialScores::of(&trained) };
                let result = TrialResult { scores, decisions: test_decisions(&trained) };
                if let Err(error) = unsaved.map_or_else(|| self.save(id, &result), Err) {
                    self.unwritten.get_or_insert(error);
                }
                for (configuration, seed) in shared.get(&id).into_iter().flatten() {
                    self.results[*configuration][*seed] = Some(result.clone());
                }
                self.results[id.0][id.1] = Some(result);
            });
            let shared = shared.get(&id).map_or(&[][..], Vec::as_slice);
            self.failed += if result.is_err() { 1 + shared.len() } else { 0 };
            let saved = self.results[id.0][id.1].as_ref();
            let progress = StudyProgress {
                id,
                shared,
                result: match (&result, saved) {
                    (Err(error), _) => Err(error),
                    (Ok(()), Some(result)) => Ok(&result.scores),
                    (Ok(()), None) => return,
                },
                ended: self.done() + self.failed,
                total: self.total(),
                ranking: self.ranking(),
            };
            observe(&progress);
        });
        // A trial that was interrupted continues from its checkpoint.
        if self.has_checkpoint() {
            self.directory.keep();
        }
    }

    /// Whether a trial that is not done has a checkpoint to continue from.
    pub fn has_checkpoint(&self) -> bool {
        self.folders.iter().flatten().any(|folder| CheckpointFolder::has_any(&self.directory.path().join(folder)))
    }

    /// Lists a trial whose run is saved as done, synced to disk before the next one, so that a crash loses none that has
    /// ended.
    fn save(&mut self, id: TrialId, result: &TrialResult) -> Result<(), Error> {
        let trials = self.trials;
        let folder = &self.folders[id.0][id.1];
        let path = self.directory.path().join(folder);
        self.directory.keep();
        let Configuration { name, params, pipeline, .. } = &trials.configurations[id.0];
        let components: Vec<&str> =
            pipeline.plan().loss.components.iter().map(|component| component.name.as_str()).collect();
        RunDir::again(&path)
            .and_then(|run| run.write(DECISIONS, |file| write_decisions(file, &components, &result.decisions)))
            .map_err(|problem| self.error(problem))?;
        self.saved.push(SavedTrial {
            key: trials.key(id),
            run: folder.clone(),
            name: name.clone(),
            combine: pipeline.plan().combine.clone(),
            params: params.clone(),
            seed: trials.seeds[id.1],
            scores: result.scores.clone(),
        });
        let written = self.directory.write("trials.jsonl", |file| write_trials(file, &self.saved));
        written.map_err(|problem| self.error(problem))
    }

    /// The trial that the validation rows select: of the configuration of the best mean, the best seed.
    fn winner(&self) -> Option<(TrialId, f64)> {
        let ranking = self.ranking();
        let first = ranking.first().filter(|first| first.valid.is_some())?;
        let values = self.valid(first.configuration);
        let seed = best_of(&values, self.record.metric)?;
        Some(((first.configuration, seed), values[seed]?))
    }

    /// Writes the tables; where all trials have ended, also the selected run and its name in `study.yaml`.
    ///
    /// # Errors
    /// If one of them, or a trial before, could not be written.
    pub fn finish(&mut self, tables: &StudyTables) -> Result<Option<SelectedRun>, Error> {
        self.directory.keep();
        if let Some(error) = self.unwritten.take() {
            return Err(error);
        }
        let StudyTables { name, markdown, csv, json } = tables;
        for (ending, text) in [("csv", csv), ("md", markdown), ("json", json)] {
            let written = self.directory.write(&format!("{name}.{ending}"), |file| file.write_all(text.as_bytes()));
            written.map_err(|problem| self.error(problem))?;
        }
        if self.done() + self.failed < self.total() {
            return Ok(None);
        }
        let Some((id, valid)) = self.winner() else { return Ok(None) };
        let trial = &self.folders[id.0][id.1];
        let best = SelectedRun {
            name: self.trials.configurations[id.0].name.clone(),
            seed: self.trials.seeds[id.1],
            valid,
            trial: trial.clone(),
            run: BEST.into(),
            command: self.trials.command(id),
        };
        let folder = self.directory.path();
        if self.record.best.as_ref() != Some(&best) || !is_saved_run(&folder.join(BEST)) {
            copy_run(&folder.join(trial), &folder.join(BEST)).map_err(|problem| self.error(problem))?;
            self.record.best = Some(best.clone());
            self.write_record()?;
        }
        Ok(Some(best))
    }
}

/// An error of the trials, shown with the texts of their first pipeline.
fn first_error(trials: &TrialSet, problem: Problem) -> Error {
    match trials.configurations.first() {
        Some(configuration) => configuration.pipeline.error(problem),
        None => Error::of(problem, &crate::diag::SourceMap::new()),
    }
}

/// `mul-beta=0.5-seed-3`: the name of a configuration with a `-` for all that is unusual in the name of a folder.
fn folder_name(configuration: &str, seed: u64) -> String {
    /// Names of folders have a limit, of 255 bytes on most systems.
    const LONGEST: usize = 120;
    let usual = |letter: char| letter.is_ascii_alphanumeric() || "_.=+".contains(letter);
    let words: Vec<&str> = configuration.split(|letter| !usual(letter)).filter(|word| !word.is_empty()).collect();
    let mut name = words.join("-");
    name.truncate(LONGEST);
    format!("{name}-seed-{seed}")
}

/// This name, or the first with a number behind it that is not taken.
fn free_name(name: &str, taken: &HashSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken.contains(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_have_plain_names_that_are_not_taken() {
        assert_eq!(folder_name("mul  beta=0.5  widths=[64, 32]", 3), "mul-beta=0.5-widths=-64-32-seed-3");
        assert_eq!(folder_name("deep/small.mmc:mul", 1), "deep-small.mmc-mul-seed-1");
        assert!(folder_name(&"m".repeat(400), 1).len() < 200);
        let taken: HashSet<String> = ["mul-seed-1", "mul-seed-1-2"].map(String::from).into();
        assert_eq!(free_name("mul-seed-1", &taken), "mul-seed-1-3");
        assert_eq!(free_name("mul-seed-2", &taken), "mul-seed-2");
    }
}
