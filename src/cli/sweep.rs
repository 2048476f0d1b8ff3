//! `mmc sweep`: the grid of a `sweep` block, every point with every seed, the best point of each combine by validation.

use super::args::{SweepArgs, TableFormatArg, settings};
use super::interrupt::Interrupt;
use super::numbers::{duration, grouped};
use super::open::warn;
use super::output::Output;
use super::status::ExitStatus;
use super::table::{Align, MarkedRow, marked_table};
use super::trial_line::TrialLines;
use crate::diag::Style;
use crate::experiment::{
    Error, GridSearch, GridSearchTrials, param_names, percent_spread, plain_spread, search_csv, search_markdown,
};
use std::fmt::Write;
use std::time::Duration;

pub(super) fn sweep(args: &SweepArgs, output: &Output) -> ExitStatus {
    let interrupt = Interrupt::listen();
    let options = args.compute.options(interrupt.flag().clone());
    let (name, set) = (args.name.as_deref(), settings(&args.set));
    let opened = GridSearchTrials::open(&args.file, name, &set, args.epochs, &options, &mut |pipeline| {
        warn(pipeline, output);
    });
    let search = match opened {
        Ok(search) => search,
        Err(error) => return output.error(&error),
    };
    if interrupt.asked() {
        output.err.line("interrupted before training began: there is nothing to keep");
        return ExitStatus::Interrupted;
    }
    run(args, &search, output).unwrap_or_else(|error| output.error(&error))
}

fn run(args: &SweepArgs, search: &GridSearchTrials, output: &Output) -> Result<ExitStatus, Error> {
    let mut run = match &args.resume {
        Some(folder) => search.resume(folder)?,
        None => search.start(&args.out)?,
    };
    if !args.quiet {
        let done = if run.done() == 0 { String::new() } else { format!(", {} of them done before", run.done()) };
        let (total, path) = (grouped(run.total() as u64), run.folder().display());
        output.err.line(&format!("{}: {total} trials{done}; {path}", search.spec.name));
    }
    let mut lines = TrialLines::new(&search.trials, run.left().len(), args.quiet, output);
    run.run(&mut |id, result| lines.show(id, result));
    if run.done() == 0 {
        return Ok(if search.trials.interrupted() {
            output.err.line("interrupted before anything was trained: there is nothing to keep");
            ExitStatus::Interrupted
        } else {
            ExitStatus::Problems
        });
    }
    let found = run.table();
    let written = run.write_tables(&found);
    let path = run.folder().display().to_string();
    match args.format {
        TableFormatArg::Text => output.out.write(&text(&found, &path, output.out.style)),
        TableFormatArg::Markdown => output.out.write(&search_markdown(&found)),
        TableFormatArg::Csv => output.out.write(&search_csv(&found)),
        TableFormatArg::Json => output.out.line(&serde_json::to_string_pretty(&found).unwrap_or_default()),
    }
    if search.trials.interrupted() {
        let (done, total) = (run.done(), run.total());
        output.err.line(&format!("interrupted: {done} of {total} trials are done; `--resume {path}` goes on"));
    }
    written?;
    Ok(if lines.failed { ExitStatus::Problems } else { ExitStatus::Done })
}

/// The table for a terminal, and the points that the validation rows select.
fn text(found: &GridSearch, path: &str, style: Style) -> String {
    use Align::{Left, Right};
    let params = param_names(found);
    let valid = format!("valid {}", found.select.as_str());
    let mut header = vec![("combine", Left)];
    header.extend(params.iter().map(|param| (param.as_str(), Right)));
    header.extend([
        (valid.as_str(), Right),
        ("test error %", Right),
        ("test AUC %", Right),
        ("time", Right),
        ("runs", Right),
    ]);
    let rows = found.points.iter().map(|point| {
        let spread = |spread: &Option<_>| spread.as_ref().map_or_else(|| "-".into(), percent_spread);
        let mut row: MarkedRow = vec![(point.combine.clone(), false)];
        row.extend(params.iter().map(|param| (point.params.get(param).cloned().unwrap_or_default(), false)));
        row.push((point.valid.as_ref().map_or_else(|| "-".into(), plain_spread), point.selected));
        row.push((spread(&point.error), false));
        row.push((spread(&point.auc), false));
        row.push((duration(Duration::try_from_secs_f64(point.seconds).unwrap_or_default()), false));
        row.push((point.runs.to_string(), false));
        row
    });
    let mut text = marked_table(&header, rows.collect(), style);
    text.push('\n');
    for point in found.points.iter().filter(|point| point.selected) {
        let values: Vec<String> = point.params.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let error = point.error.as_ref().map_or_else(|| "-".into(), percent_spread);
        let _ = writeln!(text, "{}*  {}  test error {error}%", point.combine, values.join(", "));
    }
    let _ = writeln!(text, "sweep  {path}");
    text
}
