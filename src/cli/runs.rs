//! `mmc runs`: the runs of a folder as a table.

use super::args::RunsArgs;
use super::numbers::{duration, percent};
use super::output::Output;
use super::status::ExitStatus;
use super::table::{Align, TIED, table};
use crate::diag::Style;
use crate::experiment::{ListedRun, RunColumn, RunList, list_runs};
use crate::spec::Metric;
use std::path::Path;
use std::time::Duration;

pub(super) fn runs(args: &RunsArgs, output: &Output) -> ExitStatus {
    let mut list = match list_runs(&args.folder) {
        Ok(list) => list,
        Err(error) => return output.error(&error),
    };
    let found = list.runs.len();
    list.filter(&args.filter, args.metric);
    list.sort(args.sort, args.metric);
    if args.json {
        // Texts and numbers always have a JSON form.
        output.out.document(&serde_json::to_string_pretty(&list).unwrap_or_default());
        return ExitStatus::Done;
    }
    for skipped in &list.skipped {
        output.err.line(&format!("note: {} is skipped: {}", skipped.folder.display(), skipped.reason));
    }
    match list.runs.is_empty() {
        true if found > 0 => output.err.line(&format!("none of the {found} runs meets the conditions")),
        true => output.err.line(&format!("there are no runs in {}", args.folder.display())),
        false => output.out.show(&text(&list, &args.folder, args.metric, output.out.style)),
    }
    ExitStatus::Done
}

/// The table for a terminal, and the metric of its columns.
fn text(list: &RunList, folder: &Path, metric: Metric, style: Style) -> String {
    let columns = RunColumn::ALL.into_iter();
    // Runs without tags need no column for them.
    let columns: Vec<RunColumn> = columns
        .filter(|column| *column != RunColumn::Tags || list.runs.iter().any(|run| !run.tags.is_empty()))
        .collect();
    let align = |column: &RunColumn| match column {
        RunColumn::Valid | RunColumn::Test | RunColumn::Time => Align::Right,
        _ => Align::Left,
    };
    let header: Vec<(&str, Align)> = columns.iter().map(|column| (column.as_str(), align(column))).collect();
    let rows = list.runs.iter().map(|run| columns.iter().map(|column| cell(run, folder, *column, metric)).collect());
    let unit = if is_share(metric) { " in percent" } else { "" };
    format!("{}\nvalid, test  {}{unit}; dates in UTC\n", table(&header, rows.collect(), style), metric.as_str())
}

fn cell(run: &ListedRun, folder: &Path, column: RunColumn, metric: Metric) -> String {
    match column {
        // A run that is listed alone is the folder itself.
        RunColumn::Run => match run.run.strip_prefix(folder) {
            Ok(below) if below != Path::new("") => below.display().to_string(),
            _ => run.run.display().to_string(),
        },
        RunColumn::Date => run.started.as_deref().map_or("-".into(), minute),
        RunColumn::Pipeline => run.pipeline.clone(),
        RunColumn::Combine => run.combine.clone(),
        RunColumn::Status => run.status.as_str().into(),
        RunColumn::Valid => measured(run.valid(metric), metric),
        RunColumn::Test => measured(run.test(metric), metric),
        RunColumn::Time => {
            let time = run.seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            time.map_or("-".into(), duration)
        }
        RunColumn::Tags => run.tags.join(", "),
    }
}

/// `2026-01-31T10:20:30Z` as `2026-01-31 10:20`, in one piece.
fn minute(date: &str) -> String {
    date.chars().take(16).map(|letter| if letter == 'T' { TIED } else { letter }).collect()
}

/// Metrics between 0 and 1 that are shown in percent.
pub(super) fn is_share(metric: Metric) -> bool {
    matches!(metric, Metric::Error | Metric::Auc | Metric::F1)
}

/// A measurement as tables show it; `-` where there is none.
pub(super) fn measured(value: Option<f64>, metric: Metric) -> String {
    match value {
        None => "-".into(),
        Some(value) if is_share(metric) => percent(value),
        Some(value) => format!("{value:.4}"),
    }
}
