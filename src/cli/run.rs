//! `mmc run`: from a file to a run directory.

use super::args::RunArgs;
use super::interrupt::Interrupt;
use super::numbers::grouped;
use super::open::open_pipeline;
use super::output::Output;
use super::progress::Progress;
use super::run_summary::run_summary;
use super::status::ExitStatus;
use crate::data::Dataset;
use crate::experiment::{FailedRun, PipelineOptions, Run, TrainedModel};
use crate::plan::Plan;
use crate::report::{RunDir, Summary};
use serde::Serialize;

pub(super) fn run(args: &RunArgs, output: &Output) -> ExitStatus {
    let options = PipelineOptions { seed: args.seed, epochs: args.epochs, ..args.model.options() };
    let pipeline = match open_pipeline(&args.file, options, output) {
        Ok(pipeline) => pipeline,
        Err(status) => return status,
    };
    let interrupt = Interrupt::listen();
    let mut run = match Run::open(pipeline, &args.compute.options(interrupt.flag().clone())) {
        Ok(run) => run,
        Err(error) => return output.error(&error),
    };
    run.tags.clone_from(&args.tags);
    if !args.quiet {
        output.problems(run.problems(), run.pipeline().sources());
    }
    if interrupt.asked() {
        output.err.line("interrupted before training began: there is nothing to keep");
        return ExitStatus::Interrupted;
    }
    train(args, &run, &interrupt, output)
}

fn train(args: &RunArgs, run: &Run, interrupt: &Interrupt, output: &Output) -> ExitStatus {
    // An unwritable folder is reported before the training, which may take long.
    let mut directory = match run.create_directory(&args.out) {
        Ok(directory) => directory,
        Err(error) => return output.error(&error),
    };
    interrupt.remove_on_exit(Some(directory.path()));
    if !args.quiet {
        output.err.line(&beginning(run.pipeline().plan(), &run.data, &run.device()));
        run.data.notes.iter().for_each(|note| output.err.line(&format!("note: {note}")));
    }
    let mut progress = Progress::new(output, args.quiet, args.json, interrupt.flag());
    let trained = run.train(&mut |event| progress.show(&event));
    drop(progress);
    if trained.as_ref().map_or_else(|failed| failed.kept.is_some(), |_| true) {
        // From here on the folder must be kept.
        interrupt.remove_on_exit(None);
    }
    match trained {
        Ok(trained) => finish(args, run, &trained, &mut directory, output),
        Err(failed) => keep(args, &failed, &mut directory, output),
    }
}

/// Saves a successful training, and shows its results.
fn finish(args: &RunArgs, run: &Run, trained: &TrainedModel, directory: &mut RunDir, output: &Output) -> ExitStatus {
    if let Err(error) = trained.save_to(directory) {
        return output.error(&error);
    }
    let summary = trained.summary(directory.path());
    match args.json {
        true => summary_line(&summary, output),
        false => output.out.write(&run_summary(&summary, &run.device(), output.out.style)),
    }
    ExitStatus::Done
}

/// Saves the last good model of a failed training, and reports the cause.
fn keep(args: &RunArgs, failed: &FailedRun, directory: &mut RunDir, output: &Output) -> ExitStatus {
    let status = output.error(&failed.error);
    let Some(kept) = &failed.kept else { return status };
    if let Err(error) = kept.save_to(directory) {
        return output.error(&error);
    }
    let summary = kept.summary(directory.path());
    let which = match summary.best_epoch {
        Some(epoch) => format!("the best model so far, of epoch {epoch},"),
        None => "the model before that step".into(),
    };
    output.err.line(&format!("{which} is in {}", summary.run));
    if args.json {
        summary_line(&summary, output);
    }
    status
}

/// The last line of `--json`.
#[derive(Serialize)]
struct SummaryLine<'a> {
    event: &'static str,
    #[serde(flatten)]
    summary: &'a Summary,
}

fn summary_line(summary: &Summary, output: &Output) {
    // A summary holds only numbers and names, which always have a JSON form.
    let line = serde_json::to_string(&SummaryLine { event: "summary", summary }).unwrap_or_default();
    output.out.line(&line);
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
