//! What `mmc compare` and `mmc sweep` share: the trials are run with their progress, and the end of a study is reported.

use super::args::{CheckpointArg, ComputeArgs, TableFormatArg};
use super::output::Output;
use super::report::page_note;
use super::resume_command::{checkpoint_words, compute_words};
use super::status::ExitStatus;
use super::study_display::StudyDisplay;
use crate::experiment::{Error, SelectedRun, Study, StudyKind, StudyTables, named_metric, shell_word, write_web_page};
use crate::spec::Metric;
use indexmap::IndexMap;
use std::fmt::Write;
use std::path::Path;

/// The number of runs of a row of a table, marked where they were made once for another row as well.
pub(super) fn run_cell(runs: usize, same_as: Option<&String>) -> String {
    if same_as.is_some() { format!("{runs} =") } else { runs.to_string() }
}

/// The line that says which rows are one training, from the name of each row and that of the row it is the same as. Empty
/// without such rows.
pub(super) fn shared_line(rows: impl Iterator<Item = (String, Option<String>)>) -> String {
    let mut alike: IndexMap<String, Vec<String>> = IndexMap::new();
    for (name, same_as) in rows {
        if let Some(other) = same_as {
            alike.entry(other).or_default().push(name);
        }
    }
    let groups: Vec<String> = alike.iter().map(|(one, others)| format!("{} as {one}", others.join(", "))).collect();
    if groups.is_empty() { String::new() } else { format!("=           trained once: {}\n", groups.join("; ")) }
}

/// A study that a command runs.
pub(super) struct StudyRun<'a> {
    pub(super) kind: StudyKind,
    /// The metric on the validation rows that selects.
    pub(super) metric: Metric,
    pub(super) quiet: bool,
    pub(super) compute: &'a ComputeArgs,
    /// How often its trials save their state.
    pub(super) checkpoint: CheckpointArg,
    pub(super) output: &'a Output,
}

impl StudyRun<'_> {
    /// Runs the trials that are left, and returns whether one failed.
    pub(super) fn trials(&self, study: &mut Study<'_>) -> bool {
        let counts = (study.done(), study.total());
        let mut display = StudyDisplay::new(study.trials(), self.metric, counts, self.quiet, self.output);
        study.run(&mut |progress| display.show(progress));
        display.failed
    }

    /// Writes the tables into the folder of the study, shows one of them with the selected run, and returns the status of the
    /// command. `text` is the table for a terminal.
    ///
    /// # Errors
    /// If a file cannot be written; the table has been shown by then.
    pub(super) fn close(
        &self,
        study: &mut Study<'_>,
        format: TableFormatArg,
        tables: &StudyTables,
        text: &str,
        failed: bool,
    ) -> Result<ExitStatus, Error> {
        let finished = study.finish(tables);
        let best = finished.as_ref().ok().and_then(Option::as_ref);
        let lines = self.selected_lines(best, study.folder());
        let out = &self.output.out;
        match format {
            TableFormatArg::Text => out.show(&format!("{text}{lines}")),
            TableFormatArg::Markdown => out.write(&tables.markdown),
            TableFormatArg::Csv => out.write(&tables.csv),
            TableFormatArg::Json => out.write(&tables.json),
        }
        if format != TableFormatArg::Text && !self.quiet {
            self.output.err.show(&lines);
        }
        finished?;
        if let Err(error) = write_web_page(study.folder()) {
            self.output.err.line(&page_note(&error));
        }
        Ok(self.end(study, failed))
    }

    /// The status of a study in which nothing was trained.
    pub(super) fn nothing(&self, study: &Study<'_>) -> ExitStatus {
        if study.trials().interrupted() {
            if study.has_checkpoint() {
                return self.end(study, false);
            }
            self.output.err.line("interrupted before anything was trained: there is nothing to keep");
            ExitStatus::Interrupted
        } else {
            ExitStatus::Problems
        }
    }

    /// Reports how an interrupted study is resumed, and returns the status of the command.
    fn end(&self, study: &Study<'_>, failed: bool) -> ExitStatus {
        if study.trials().interrupted() && study.done() < study.total() {
            let (done, total, command) = (study.done(), study.total(), self.resume_command(study.folder()));
            self.output.err.line(&format!("interrupted: {done} of {total} trials are done; to continue: {command}"));
            return ExitStatus::Resumable;
        }
        if failed { ExitStatus::Problems } else { ExitStatus::Done }
    }

    /// The command that continues the study, with the options that do not follow from the folder.
    fn resume_command(&self, folder: &Path) -> String {
        let command = self.kind.command();
        let words = ["mmc".into(), command.into(), "--resume".into(), shell_word(&folder.display().to_string())];
        let options = compute_words(self.compute).into_iter().chain(checkpoint_words(self.checkpoint));
        words.into_iter().chain(options).collect::<Vec<_>>().join(" ")
    }

    /// The lines below the table: the selected run with the command that trains it alone, and the folder of the study.
    fn selected_lines(&self, best: Option<&SelectedRun>, folder: &Path) -> String {
        let mut text = String::new();
        if let Some(SelectedRun { name, seed, valid, run, command, .. }) = best {
            let (valid, run) = (named_metric(self.metric, *valid), folder.join(run));
            let _ = writeln!(text, "selected    {name}, seed {seed}: valid {valid}, in {}", run.display());
            let _ = writeln!(text, "alone       {command}");
        }
        let _ = writeln!(text, "study       {}", folder.display());
        text
    }
}
