//! A run in its folder, which holds everything that decides the run before its first step.

use super::epoch_audit::EpochAudit;
use super::error::Error;
use super::initial_weights::{INITIAL_WEIGHTS, InitialWeights};
use super::model::TrainedModel;
use super::run::{FailedRun, Run, TrainingStart};
use crate::report::{CheckpointFolder, FirstSteps, RunDir, RunLock, Status, write_yaml};
use crate::train::{Checkpoint, CheckpointInterval, CheckpointPolicy, Event, LoopState, write_model};
use std::cell::{Cell, RefCell};
use std::path::Path;
use std::time::Instant;

/// A run with its folder, ready to be trained. Before the first step the folder holds everything that decides the run, so
/// that it can be continued after any end of the process.
pub struct StartedRun<'a> {
    pub(crate) run: &'a Run,
    pub(crate) directory: RunDir,
    pub(crate) checkpoints: CheckpointFolder,
    pub(crate) initial: Option<InitialWeights>,
    pub(crate) resume: Option<Checkpoint>,
    /// What people may want to know: sentences.
    pub notes: Vec<String>,
    pub(crate) _lock: RunLock,
}

impl Run {
    /// Begins the run in the next numbered folder in `out`.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn start(&self, out: &Path, initial: Option<InitialWeights>) -> Result<StartedRun<'_>, Error> {
        let created = RunDir::create(out, &self.pipeline().plan().pipeline);
        self.begin(created.map_err(|problem| self.pipeline().error(problem))?, initial)
    }

    /// Begins the run in this folder, in which no run has reached its first step.
    ///
    /// # Errors
    /// If the folder cannot be written, or another process trains in it.
    pub fn start_at(&self, folder: &Path) -> Result<StartedRun<'_>, Error> {
        let found = RunDir::create_or_open(folder);
        self.begin(found.map_err(|problem| self.pipeline().error(problem))?, None)
    }

    fn begin(&self, directory: RunDir, initial: Option<InitialWeights>) -> Result<StartedRun<'_>, Error> {
        let error = |problem| self.pipeline().error(problem);
        let lock = RunLock::take(directory.path()).map_err(error)?;
        directory.remove_leftovers();
        self.pipeline().copy_to(&directory)?;
        let preprocessing = self.preprocessing().to_json() + "\n";
        directory.write("preprocessing.json", |file| file.write_all(preprocessing.as_bytes())).map_err(error)?;
        if let Some(initial) = &initial {
            let path = directory.path().join(INITIAL_WEIGHTS);
            write_model(&path, self.pipeline().plan(), &initial.params).map_err(error)?;
        }
        let manifest = self.manifest(&[], initial.as_ref().map(|initial| initial.record.clone()));
        // The last of them: where it is, the others are.
        directory.write("run.yaml", |file| write_yaml(file, &manifest)).map_err(error)?;
        let checkpoints = CheckpointFolder::new(directory.path(), self.key(&manifest));
        Ok(StartedRun { run: self, directory, checkpoints, initial, resume: None, notes: vec![], _lock: lock })
    }
}

impl StartedRun<'_> {
    /// The folder.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Whether there is a checkpoint to continue from.
    pub fn has_checkpoint(&self) -> bool {
        CheckpointFolder::has_any(self.path())
    }

    /// Trains, selects the best epoch and measures it. The state is saved at every `interval`, when the training is
    /// interrupted and when it ends; never without one. Once there is a checkpoint, the folder stays.
    ///
    /// # Errors
    /// As [`Run::train`].
    pub fn train(
        &mut self,
        interval: Option<CheckpointInterval>,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<TrainedModel, Box<FailedRun>> {
        self.train_audited(interval, None, observe)
    }

    /// As [`StartedRun::train`]. With an `audit`, the test rows are measured after every epoch, which changes nothing of the
    /// training; its state is saved at the ends of epochs alone, the first at which the interval has passed.
    pub(crate) fn train_audited(
        &mut self,
        interval: Option<CheckpointInterval>,
        audit: Option<&EpochAudit<'_>>,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<TrainedModel, Box<FailedRun>> {
        let saved = Cell::new(Instant::now());
        let saved_step = Cell::new(self.resume.as_ref().map_or(0, |checkpoint| checkpoint.running.step));
        // With an audit, every epoch is seen; its state is saved where it would be without, at the end of the epoch.
        let wanted = interval;
        let due = |running: &LoopState| match wanted {
            None => false,
            // A state within an epoch is that of an interrupt.
            Some(_) if running.totals.rows > 0 => true,
            Some(CheckpointInterval::Time(time)) => saved.get().elapsed() >= time,
            Some(CheckpointInterval::Epochs(epochs)) => (running.history.len() as u64).is_multiple_of(epochs.max(1)),
            Some(CheckpointInterval::Steps(steps)) => running.step.abs_diff(saved_step.get()) >= steps,
        };
        let interval = if audit.is_some() { Some(CheckpointInterval::Epochs(1)) } else { interval };
        let plan = self.run.pipeline().plan();
        let first_losses = self.resume.as_ref().map(|checkpoint| checkpoint.first_losses.clone());
        let first_steps = RefCell::new(FirstSteps { losses: first_losses.unwrap_or_default() });
        let save = |checkpoint: Checkpoint| {
            if let Some(audit) = audit {
                audit.observe(&checkpoint)?;
                if !due(&checkpoint.running) {
                    return Ok(());
                }
                saved.set(Instant::now());
                saved_step.set(checkpoint.running.step);
            }
            let first_losses = first_steps.borrow().losses.clone();
            self.checkpoints.save(plan, &Checkpoint { first_losses, ..checkpoint })
        };
        let checkpoints = interval.map(|interval| CheckpointPolicy { interval, save: &save });
        let start = TrainingStart {
            first_steps: &first_steps,
            initial: self.initial.as_ref(),
            resume: self.resume.as_ref(),
            checkpoints,
        };
        let result = self.run.train_from(start, observe);
        if self.has_checkpoint() {
            self.directory.keep();
        }
        result
    }

    /// Saves a model that was trained here, with everything that was measured. Of a completed training the last
    /// checkpoint stays, from which more epochs can be trained. Returns the error of its page, without which the run is whole.
    ///
    /// # Errors
    /// If a file cannot be written. Those before it are whole.
    pub fn save(&mut self, trained: &TrainedModel) -> Result<Option<Error>, Error> {
        let page = trained.save_to(&mut self.directory)?;
        if matches!(trained.summary.status, Status::Completed | Status::Patience) {
            self.checkpoints.keep_last(1);
        }
        Ok(page)
    }
}
