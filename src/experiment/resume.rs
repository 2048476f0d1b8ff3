//! A run is continued in its folder, if it would be the same run.

use super::error::Error;
use super::pipeline::{Pipeline, PipelineOptions};
use super::run::Run;
use super::run_differences::{
    DecidingEntries, agreeing_parameters, deciding_entries, deciding_entries_of, differences, parameter_differences,
    training_key,
};
use super::started_run::StartedRun;
use crate::diag::{Code, Problem};
use crate::report::{
    CHECKSUMS, CheckpointFolder, Manifest, RunDir, RunLock, RunRecord, WarmStart, run_is_complete, write_yaml,
};
use crate::spec::TrainingLength;
use crate::train::Checkpoint;
use std::fs;
use std::io;
use std::path::Path;

/// The continuation of a run.
pub enum Continuation<'a> {
    /// It has been trained to its end: nothing is left.
    Complete,
    /// It is continued.
    Unfinished(Box<StartedRun<'a>>),
}

impl Run {
    /// Continues the run in `folder` from its last checkpoint, or from the first step where it has none.
    ///
    /// # Errors
    /// If the folder does not hold a run, another process trains in it, or the run was started with something else: another
    /// plan, other data or settings. Each difference is named.
    pub fn resume(&self, folder: &Path) -> Result<Continuation<'_>, Error> {
        let error = |problem| self.pipeline().error(problem);
        let record = RunRecord::read(folder).map_err(error)?;
        let directory = RunDir::again(folder).map_err(error)?;
        let lock = RunLock::take(folder).map_err(error)?;
        let warm_start: Option<WarmStart> = record.entry("/warm_start");
        let manifest = self.manifest(&[], warm_start.clone());
        self.compare(folder, &record, &manifest)?;
        let checkpoints = CheckpointFolder::new(folder, self.key(&manifest));
        directory.remove_leftovers();
        checkpoints.remove_leftovers();
        let found = checkpoints.latest(self.pipeline().plan()).map_err(error)?;
        let length = self.pipeline().compiled.hir.train.length;
        if let Some(checkpoint) = &found.checkpoint {
            self.check_steps(folder, checkpoint).map_err(error)?;
        }
        let unreadable = |failure: io::Error| error(unreadable(folder, &failure));
        if run_is_complete(folder).map_err(unreadable)? {
            if record.length() == Some(length) {
                return Ok(Continuation::Complete);
            }
            // From here on the run is an unfinished one, of another length.
            fs::remove_file(folder.join("summary.json")).map_err(unreadable)?;
        }
        let initial = self.recorded_initial_weights(folder, warm_start)?;
        // The sums are of the end of a run.
        match fs::remove_file(folder.join(CHECKSUMS)) {
            Err(failure) if failure.kind() != io::ErrorKind::NotFound => return Err(unreadable(failure)),
            _ => {}
        }
        directory.write("run.yaml", |file| write_yaml(file, &manifest)).map_err(error)?;
        let mut notes = found.notes;
        notes.extend(machine_notes(&record, &manifest));
        notes.push(beginning(folder, found.checkpoint.as_ref()));
        let resume = found.checkpoint;
        let started = StartedRun { run: self, directory, checkpoints, initial, resume, notes, _lock: lock };
        Ok(Continuation::Unfinished(Box::new(started)))
    }

    /// Compares what decides the result with the record of the run in `folder`.
    fn compare(&self, folder: &Path, record: &RunRecord, manifest: &Manifest) -> Result<(), Error> {
        let mut found = self.differences(folder, record, manifest);
        found.extend(self.length_difference(record));
        if found.is_empty() {
            return Ok(());
        }
        let message = format!("`{}` was started with other settings or data: {}", folder.display(), found.join("; "));
        let kept = match Pipeline::of_run(folder, PipelineOptions::default()) {
            Ok(recorded) => {
                let (agreeing, all) = agreeing_parameters(recorded.plan(), self.pipeline().plan());
                format!("{agreeing} of {all} weights")
            }
            Err(_) => "weights".into(),
        };
        let help = format!(
            "`mmc run --resume {0}` continues it with its own settings, if its data is the same; `mmc run FILE --warm-start {0}` \
             starts another run with the {kept} that agree in name and shape",
            folder.display()
        );
        Err(self.pipeline().error(Problem::error(Code::CannotResume, message).help(help)))
    }

    /// Takes over the tags of the run in `folder`, unless this one has tags, and the time when it was started. They decide
    /// nothing.
    ///
    /// # Errors
    /// If the folder does not hold a run.
    pub fn continue_record(&mut self, folder: &Path) -> Result<(), Error> {
        let record = RunRecord::read(folder).map_err(|problem| self.pipeline().error(problem))?;
        if self.tags.is_empty() {
            self.tags = record.entry("/tags").unwrap_or_default();
        }
        let started = record.entry::<String>("/machine/started");
        if let Some(started) = started.and_then(|text| humantime::parse_rfc3339(&text).ok()) {
            self.started = started;
        }
        Ok(())
    }

    /// What decides the result and differs from the run in `folder`, whatever its length: a sentence for each. On a machine
    /// of another kind the last bits may differ all the same, which has its sentence too.
    ///
    /// # Errors
    /// If the folder does not hold a run.
    pub fn differences_from(&self, folder: &Path) -> Result<Vec<String>, Error> {
        let record = RunRecord::read(folder).map_err(|problem| self.pipeline().error(problem))?;
        let manifest = self.manifest(&[], record.entry("/warm_start"));
        let mut found = self.differences(folder, &record, &manifest);
        found.extend(machine_notes(&record, &manifest));
        Ok(found)
    }

    fn differences(&self, folder: &Path, record: &RunRecord, manifest: &Manifest) -> Vec<String> {
        let (before, now) = (deciding_entries(&record.entries), deciding_entries_of(manifest));
        let plan = self.pipeline().plan();
        let mut parameters = vec![];
        if before.get("plan/hash") != now.get("plan/hash")
            && let Ok(recorded) = Pipeline::of_run(folder, PipelineOptions::default())
        {
            parameters = parameter_differences(recorded.plan(), plan);
        }
        differences(&before, &now, parameters)
    }

    /// Why the length of the training may not change, if it does.
    fn length_difference(&self, record: &RunRecord) -> Option<String> {
        let train = &self.pipeline().compiled.hir.train;
        let before = record.length().filter(|before| *before != train.length)?;
        let reason = self.length_decides()?;
        Some(format!("it lasts {} and not {}, and {reason}", words(train.length), words(before)))
    }

    /// Why the steps before the end depend on the length of the training, if they do.
    fn length_decides(&self) -> Option<&'static str> {
        let Pipeline { compiled, .. } = self.pipeline();
        if compiled.plan.loss.combination.trains_components_separately() {
            return Some("each component of `late` is trained to its end before the next");
        }
        let depends = compiled.hir.train.schedule.depends_on_length();
        depends.then_some("the schedule of the learning rate depends on the length of the training")
    }

    /// The length may change, but not to one that has been passed.
    fn check_steps(&self, folder: &Path, checkpoint: &Checkpoint) -> Result<(), Problem> {
        let (step, spec) = (checkpoint.running.step, &self.pipeline().compiled.hir.train);
        let per_epoch = self.data.train.rows.div_ceil(spec.batch_size.max(1)) as u64;
        let steps = match spec.length {
            TrainingLength::Epochs(epochs) => epochs.saturating_mul(per_epoch),
            TrainingLength::Iterations(iterations) => iterations,
        };
        if step <= steps {
            return Ok(());
        }
        let message =
            format!("`{}` has made {step} steps already, and {} are {steps}", folder.display(), words(spec.length));
        Err(Problem::error(Code::CannotResume, message).help("give it more epochs, or start another run"))
    }

    /// What a checkpoint has to have been saved with, to be continued.
    pub(crate) fn key(&self, manifest: &Manifest) -> String {
        let mut entries: DecidingEntries = deciding_entries_of(manifest);
        if self.length_decides().is_some() {
            entries.insert("train/length".into(), words(manifest.train.length));
        }
        training_key(&entries)
    }
}

/// What may change the last bits of the result, although the settings and the data are the same.
fn machine_notes(record: &RunRecord, manifest: &Manifest) -> Vec<String> {
    let machine = &manifest.machine;
    let mut notes = vec![];
    let version = manifest.versions.get("mmc").cloned().unwrap_or_default();
    for (path, what, now) in [
        ("/versions/mmc", "mmc", version.as_str()),
        ("/machine/device", "the device", machine.device.as_str()),
        ("/machine/platform", "the platform", machine.platform.as_str()),
        ("/machine/instructions", "the vector instructions", machine.instructions.as_str()),
    ] {
        match record.entry::<String>(path) {
            Some(before) if before != now => {
                notes.push(format!(
                    "the run was started with {what} {before}, here it is {now}: the last bits may differ"
                ));
            }
            _ => {}
        }
    }
    notes
}

/// `runs/x-0001 continues after 3 epochs, at step 1,234`
fn beginning(folder: &Path, checkpoint: Option<&Checkpoint>) -> String {
    let folder = folder.display();
    match checkpoint {
        None => format!("{folder} has no checkpoint, and starts from the first step"),
        Some(checkpoint) => {
            let component = match &checkpoint.finished {
                Some(finished) => format!(" of component {}", finished.count + 1),
                None => String::new(),
            };
            let (epochs, step) = (checkpoint.epochs(), checkpoint.running.step);
            let s = if epochs == 1 { "" } else { "s" };
            format!("{folder} continues after {epochs} epoch{s}, at step {step}{component}")
        }
    }
}

fn words(length: TrainingLength) -> String {
    match length {
        TrainingLength::Epochs(epochs) => format!("{epochs} epochs"),
        TrainingLength::Iterations(iterations) => format!("{iterations} iterations"),
    }
}

fn unreadable(folder: &Path, error: &io::Error) -> Problem {
    let message = format!("`{}` cannot be read or changed: {error}", folder.display());
    Problem::error(Code::CannotResume, message).help("check who may read and write the folder")
}
