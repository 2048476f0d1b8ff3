//! `mmc sweep`: the grid of a `sweep` block, every point with every seed, the best point of each combine by validation.

use super::args::{SweepArgs, settings};
use super::interrupt::Interrupt;
use super::numbers::duration;
use super::open::warn;
use super::output::Output;
use super::status::ExitStatus;
use super::study_run::{StudyRun, run_cell, shared_line};
use super::table::{Align, MarkedRow, marked_table};
use crate::diag::Style;
use crate::experiment::{
    Error, GridRow, GridSearch, GridSearchOptions, GridSearchTrials, StudyFile, StudyKind, StudyRecord, TrainOptions,
    metric_label, metric_spread, metric_value, param_names,
};
use crate::spec::Metric;
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

pub(super) fn sweep(args: &SweepArgs, output: &Output) -> ExitStatus {
    let interrupt = Interrupt::listen(output);
    let options = args.compute.options(interrupt.flag().clone());
    run(args, &options, &interrupt, output).unwrap_or_else(|error| output.error(&error))
}

fn run(args: &SweepArgs, options: &TrainOptions, interrupt: &Interrupt, output: &Output) -> Result<ExitStatus, Error> {
    let (file, search) = request(args)?;
    let mut search = GridSearchTrials::open(&file, search, options, &mut |pipeline| warn(pipeline, output))?;
    search.trials.checkpoints = args.checkpoint.interval();
    if interrupt.requested() {
        output.err.line("interrupted before training began: there is nothing to keep");
        return Ok(ExitStatus::Interrupted);
    }
    let (kind, metric, quiet) = (StudyKind::Sweep, search.spec.select, args.quiet);
    let run = StudyRun { kind, metric, quiet, compute: &args.compute, checkpoint: args.checkpoint, output };
    interrupt.training_begins();
    let mut study = match &args.resume {
        Some(folder) => search.resume(folder)?,
        None => search.start(&args.out)?,
    };
    let failed = run.trials(&mut study);
    if study.done() == 0 {
        return Ok(run.nothing(&study));
    }
    let found = search.table(&study);
    run.close(&mut study, args.format, &found.tables(), &text(&found, output.out.style), failed)
}

/// The file and options that the arguments describe; where a study is resumed, those of its folder if none are given.
fn request(args: &SweepArgs) -> Result<(StudyFile, GridSearchOptions), Error> {
    let options = GridSearchOptions {
        sweep: args.name.clone(),
        settings: settings(&args.set),
        epochs: args.epochs,
        metric: args.metric,
    };
    let file = args.file.as_deref().map(StudyFile::named);
    // The parser requires a file or a folder.
    let Some(folder) = &args.resume else {
        return Ok((file.unwrap_or_else(|| StudyFile::named(Path::new(""))), options));
    };
    let (copies, recorded) = StudyRecord::resume(folder, StudyKind::Sweep)?;
    let file = file.or_else(|| copies.into_iter().next());
    Ok((file.unwrap_or_else(|| StudyFile::named(folder)), options.or(recorded)))
}

/// The table for a terminal, and the points that the validation rows select.
fn text(found: &GridSearch, style: Style) -> String {
    use Align::{Left, Right};
    let params = param_names(found);
    let valid = format!("valid {}", metric_label(found.select));
    let mut header = vec![("combine", Left)];
    header.extend(params.iter().map(|param| (param.as_str(), Right)));
    header.extend([(valid.as_str(), Right), ("test error %", Right), ("AUC %", Right), ("log loss", Right)]);
    header.extend([("before", Right), ("time", Right), ("runs", Right)]);
    let mean = |metric, spread: &Option<crate::experiment::Spread>| {
        metric_value(metric, spread.as_ref().map_or(f64::NAN, |spread| spread.mean))
    };
    let row = |point: &GridRow| {
        let mut row: MarkedRow = vec![(point.combine.clone(), false)];
        row.extend(params.iter().map(|param| (point.params.get(param).cloned().unwrap_or_default(), false)));
        row.push((metric_spread(found.select, point.valid.get(found.select)), point.selected));
        row.push((metric_spread(Metric::Error, point.test.error.as_ref()), false));
        row.push((metric_spread(Metric::Auc, point.test.auc.as_ref()), false));
        row.push((mean(Metric::LogLoss, &point.test.probabilities.log_loss), false));
        row.push((mean(Metric::LogLoss, &point.test.uncalibrated.log_loss), false));
        row.push((duration(Duration::try_from_secs_f64(point.seconds).unwrap_or_default()), false));
        row.push((run_cell(point.runs, point.same_as.as_ref()), false));
        row
    };
    let mut text = marked_table(&header, found.points.iter().map(row).collect(), style);
    text.push('\n');
    for point in found.points.iter().filter(|point| point.selected) {
        let values: Vec<String> = point.params.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let valid = metric_spread(found.select, point.valid.get(found.select));
        let error = metric_spread(Metric::Error, point.test.error.as_ref());
        let label = metric_label(found.select);
        let _ =
            writeln!(text, "{}*  {}  valid {label} {valid}, test error % {error}", point.combine, values.join(", "));
    }
    text += &shared_line(found.points.iter().map(|point| (point.name(), point.same_as.clone())));
    let _ = writeln!(text, "before      the log loss before calibration");
    text
}
