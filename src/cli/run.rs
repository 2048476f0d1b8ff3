//! `mmc run`: from a file to the folder of a run, and from the folder of a run to its end.

use super::args::RunArgs;
use super::interrupt::Interrupt;
use super::name_list::listed;
use super::numbers::grouped;
use super::open::{open_pipeline, warn};
use super::output::Output;
use super::progress::Progress;
use super::run_end::RunEnd;
use super::status::ExitStatus;
use crate::data::Dataset;
use crate::experiment::{Continuation, Error, Pipeline, PipelineOptions, Run, RunProgress, StartedRun, run_progress};
use crate::plan::Plan;
use crate::report::RunRecord;
use crate::spec::class_summary;
use crate::train::Event;
use std::path::Path;

/// What is run, and where.
#[derive(Clone, Copy)]
enum RunOrigin<'a> {
    /// A pipeline, in a new folder.
    File(&'a Path),
    /// The pipeline of a run, in a new folder.
    Again(&'a Path),
    /// A pipeline, in a folder in which no run was started.
    StartIn(&'a Path, &'a Path),
    /// A run, in its folder; compared with a pipeline where one is given.
    Continue(&'a Path, Option<&'a Path>),
}

pub(super) fn run(args: &RunArgs, output: &Output) -> ExitStatus {
    let interrupt = Interrupt::listen(output);
    let origin = match origin(args) {
        Ok(Some(origin)) => origin,
        Ok(None) => return complete(args, output),
        Err(Refusal::Usage(message)) => {
            output.err.line(&message);
            return ExitStatus::CouldNotRun;
        }
        Err(Refusal::Error(error)) => return output.error(&error),
    };
    let pipeline = match open(args, origin, output) {
        Ok(pipeline) => pipeline,
        Err(status) => return status,
    };
    if let RunOrigin::Continue(folder, _) = origin {
        interrupt.set_folder(folder, false);
    }
    let mut run = match Run::open(pipeline, &args.compute.options(interrupt.flag().clone())) {
        Ok(run) => run,
        Err(error) => return output.error(&error),
    };
    run.tags.clone_from(&args.tags);
    if let RunOrigin::Continue(folder, _) = origin
        && let Err(error) = run.continue_record(folder)
    {
        return output.error(&error);
    }
    if !args.quiet {
        output.problems(run.problems(), run.pipeline().sources());
    }
    if interrupt.requested() {
        output.err.line("interrupted before training began");
        return if matches!(origin, RunOrigin::Continue(..)) { ExitStatus::Resumable } else { ExitStatus::Interrupted };
    }
    interrupt.training_begins();
    match start(args, &run, origin, output) {
        Ok(Some(started)) => train(args, &run, started, origin, &interrupt, output),
        Ok(None) => complete(args, output),
        Err(error) => output.error(&error),
    }
}

/// Why nothing is run.
enum Refusal {
    /// The arguments do not fit what is on the disk.
    Usage(String),
    /// The folder is not that of a run.
    Error(Error),
}

/// What the arguments mean; `None` for a run that is complete already.
fn origin(args: &RunArgs) -> Result<Option<RunOrigin<'_>>, Refusal> {
    let file = args.file.as_deref();
    let Some(folder) = args.resume.as_deref() else {
        // The parser requires one of the two.
        let file = file.unwrap_or(Path::new(""));
        let is_run = file.is_dir() && (RunRecord::exists(file) || file.join("pipeline.mmc").is_file());
        return Ok(Some(if is_run { RunOrigin::Again(file) } else { RunOrigin::File(file) }));
    };
    let unchanged = file.is_none() && args.epochs.is_none();
    match (run_progress(folder).map_err(Refusal::Error)?, file) {
        (RunProgress::NotStarted, Some(file)) => Ok(Some(RunOrigin::StartIn(file, folder))),
        (RunProgress::NotStarted, None) => {
            let folder = folder.display();
            let message =
                format!("error: no run was started in `{folder}`; `mmc run FILE --resume {folder}` starts one");
            Err(Refusal::Usage(message))
        }
        (RunProgress::Complete, _) if unchanged => Ok(None),
        (_, file) => Ok(Some(RunOrigin::Continue(folder, file))),
    }
}

/// Opens the pipeline, and prints its warnings.
fn open(args: &RunArgs, origin: RunOrigin<'_>, output: &Output) -> Result<Pipeline, ExitStatus> {
    let options = PipelineOptions { seed: args.seed, epochs: args.epochs, ..args.model.options() };
    match origin {
        RunOrigin::File(file) | RunOrigin::StartIn(file, _) | RunOrigin::Continue(_, Some(file)) => {
            open_pipeline(file, options, output)
        }
        RunOrigin::Again(folder) | RunOrigin::Continue(folder, None) => {
            let pipeline = Pipeline::of_run(folder, options).map_err(|error| output.error(&error))?;
            warn(&pipeline, output);
            Ok(pipeline)
        }
    }
}

/// Prepares the folder; `None` for a run that is complete already.
fn start<'r>(
    args: &RunArgs,
    run: &'r Run,
    origin: RunOrigin<'_>,
    output: &Output,
) -> Result<Option<StartedRun<'r>>, Error> {
    let initial = match (&args.warm_start, origin) {
        (Some(folder), _) => Some(run.warm_start(folder)?),
        (None, RunOrigin::Again(folder)) => run.initial_weights_of(folder)?,
        (None, _) => None,
    };
    if let Some(initial) = initial.as_ref().filter(|_| !args.quiet) {
        let record = &initial.record;
        let (kept, all) = (record.kept.len(), record.kept.len() + record.new.len());
        output.err.line(&format!("starts with {kept} of {all} weights of {}: {}", record.run, listed(&record.kept)));
        if !record.new.is_empty() {
            output.err.line(&format!("new are {}", listed(&record.new)));
        }
    }
    // A folder that cannot be written is reported before the training, which may take long.
    let started = match origin {
        RunOrigin::File(_) | RunOrigin::Again(_) => run.start(&args.out, initial)?,
        RunOrigin::StartIn(_, folder) => run.start_at(folder)?,
        RunOrigin::Continue(folder, _) => match run.resume(folder)? {
            Continuation::Complete => return Ok(None),
            Continuation::Unfinished(started) => *started,
        },
    };
    Ok(Some(started))
}

fn train(
    args: &RunArgs,
    run: &Run,
    mut started: StartedRun<'_>,
    origin: RunOrigin<'_>,
    interrupt: &Interrupt,
    output: &Output,
) -> ExitStatus {
    interrupt.set_folder(started.path(), !matches!(origin, RunOrigin::Continue(..)));
    if !args.quiet {
        output.err.line(&beginning(run.pipeline().plan(), &run.data, &run.device()));
        let differences = match origin {
            RunOrigin::Again(original) => run.differences_from(original).unwrap_or_default(),
            _ => vec![],
        };
        let classes = class_summary(&run.data.label.classes, &run.data.class_rows());
        output.err.line(&format!("{}: {classes}", run.data.label.name));
        let large = large_batch(run.pipeline(), run.data.train.rows);
        let notes = run.data.notes.iter().chain(&large).chain(&started.notes).chain(&differences);
        notes.for_each(|note| output.err.line(&format!("note: {note}")));
    }
    let mut progress = Progress::new(output, args.quiet, args.json, interrupt.flag());
    let trained = started.train(args.checkpoint.interval(), &mut |event: Event<'_>| progress.show(&event));
    drop(progress);
    let end = RunEnd { args, run, output };
    let status = match &trained {
        Ok(trained) => end.finish(trained, &mut started),
        Err(failed) => end.fail(failed, &mut started),
    };
    if let (RunOrigin::Again(original), Ok(trained), ExitStatus::Done) = (origin, &trained, status) {
        end.compare(trained, original);
    }
    status
}

/// That a batch which the pipeline sets is larger than the data.
fn large_batch(pipeline: &Pipeline, rows: usize) -> Option<String> {
    let batch = pipeline.compiled.hir.train.batch_size;
    let message = || {
        let (batch, rows) = (grouped(batch as u64), grouped(rows as u64));
        format!(
            "a batch of {batch} holds all {rows} rows to train on: an epoch is one step; a smaller `batch_size` makes more"
        )
    };
    (batch > rows).then(message)
}

/// Reports that nothing is left to train.
fn complete(args: &RunArgs, output: &Output) -> ExitStatus {
    if let Some(folder) = args.resume.as_ref().filter(|_| !args.quiet) {
        output.err.line(&format!("{} is complete: nothing is left to train", folder.display()));
    }
    ExitStatus::Done
}

/// `quickstart/mulmix: 27,270 parameters; 14,000 rows to train, 2,000 to validate, 4,000 to test; cpu, 2 threads`
fn beginning(plan: &Plan, data: &Dataset, device: &str) -> String {
    let mut parts = vec![format!("{} rows to train", grouped(data.train.rows as u64))];
    for (part, what) in [(&data.valid, "to validate"), (&data.test, "to test")] {
        parts.extend(part.as_ref().map(|part| format!("{} {what}", grouped(part.rows as u64))));
    }
    format!(
        "{}/{}: {} parameters; {}; {device}",
        plan.pipeline,
        plan.combine,
        grouped(plan.parameter_count() as u64),
        parts.join(", ")
    )
}
