//! The end of `mmc run`: results, the last good model of a training that failed, how an interrupted one is continued.

use super::args::RunArgs;
use super::name_list::listed;
use super::output::Output;
use super::report::page_note;
use super::resume_command::resume_command;
use super::run_summary::run_summary;
use super::status::ExitStatus;
use crate::experiment::{Error, ErrorKind, FailedRun, Run, StartedRun, TrainedModel};
use crate::report::{Status, Summary};
use serde::Serialize;
use std::path::Path;

/// What the end of a run is reported with.
#[derive(Clone, Copy)]
pub(super) struct RunEnd<'a> {
    pub(super) args: &'a RunArgs,
    pub(super) run: &'a Run,
    pub(super) output: &'a Output,
}

/// The last line of `--json`.
#[derive(Serialize)]
struct SummaryLine<'a> {
    event: &'static str,
    #[serde(flatten)]
    summary: &'a Summary,
}

impl RunEnd<'_> {
    /// Saves a training that ended as it should or was interrupted, and shows its results.
    pub(super) fn finish(&self, trained: &TrainedModel, started: &mut StartedRun<'_>) -> ExitStatus {
        let saved = started.save(trained).map(|page| self.page_note(page.as_ref()));
        let summary = trained.summary(started.path());
        if saved.is_ok() {
            match self.args.json {
                true => self.summary_line(&summary),
                false => {
                    let (device, all) = (self.run.device(), self.args.detail);
                    self.output.out.show(&run_summary(&summary, &device, all, self.output.out.style));
                }
            }
        }
        let interrupted = summary.status == Status::Interrupted;
        match (saved, interrupted) {
            (Ok(()), false) => ExitStatus::Done,
            (Ok(()), true) => self.interrupted(started),
            (Err(error), _) => {
                let status = self.output.error(&error);
                self.show_command(started);
                status
            }
        }
    }

    /// Saves the last good model of a training that could not go on, and reports why it could not.
    pub(super) fn fail(&self, failed: &FailedRun, started: &mut StartedRun<'_>) -> ExitStatus {
        let status = self.output.error(&failed.error);
        let Some(kept) = &failed.kept else {
            return if failed.error.kind() == ErrorKind::Interrupted { self.interrupted(started) } else { status };
        };
        match started.save(kept) {
            Ok(page) => self.page_note(page.as_ref()),
            Err(error) => return self.output.error(&error),
        }
        let summary = kept.summary(started.path());
        let which = match summary.best_epoch {
            Some(epoch) => format!("the best model so far, of epoch {epoch},"),
            None => "the model before that step".into(),
        };
        self.output.err.line(&format!("{which} is in {}", summary.run));
        if self.args.json {
            self.summary_line(&summary);
        }
        status
    }

    /// Reports that the page could not be made.
    fn page_note(&self, error: Option<&Error>) {
        if let Some(error) = error {
            self.output.err.line(&page_note(error));
        }
    }

    /// Reports whether a run that was trained again has the weights of the original.
    pub(super) fn compare(&self, trained: &TrainedModel, original: &Path) {
        let folder = original.display();
        let line = match trained.compare_weights(original) {
            Err(_) => format!("{folder} has no model to compare with"),
            Ok(compared) if compared.different.is_empty() => {
                format!("all {} weights have the same bits as those of {folder}", compared.equal)
            }
            Ok(compared) => {
                let (different, all) = (compared.different.len(), compared.different.len() + compared.equal);
                format!("{different} of {all} weights differ from those of {folder}: {}", listed(&compared.different))
            }
        };
        if !self.args.quiet {
            self.output.err.line(&line);
        }
    }

    /// The status of an interrupted run, and the command that continues it.
    fn interrupted(&self, started: &StartedRun<'_>) -> ExitStatus {
        if self.show_command(started) { ExitStatus::Resumable } else { ExitStatus::Interrupted }
    }

    /// Shows the command that continues the run, if there is a checkpoint.
    fn show_command(&self, started: &StartedRun<'_>) -> bool {
        let resumable = started.has_checkpoint();
        if resumable {
            self.output.err.line(&format!("to continue: {}", resume_command(self.args, started.path())));
        }
        resumable
    }

    fn summary_line(&self, summary: &Summary) {
        // A summary holds only numbers and names, which always have a JSON form.
        let line = serde_json::to_string(&SummaryLine { event: "summary", summary }).unwrap_or_default();
        self.output.out.document(&line);
    }
}
