//! `mmc predict`: the predictions of a run for new rows.

use super::args::{Detail, OnError, PredictArgs, SortBy};
use super::interrupt::Interrupt;
use super::numbers::{duration, grouped, scaled};
use super::output::Output;
use super::read_progress::ReadProgressBar;
use super::status::ExitStatus;
use super::trust_words::part_rows;
use crate::atomic_file::{Durability, replace_file};
use crate::data::{ByteStream, source_of, stream_format, stream_start};
use crate::diag::{Code, Problem, Problems, SourceMap};
use crate::experiment::{
    Error, Model, NewRows, PredictionFailure, PredictionOrder, PredictionSummary, TablePrediction,
    TablePredictionOptions, TrainOptions, find_run, system_cache,
};
use crate::report::{RejectedRows, TableFormat};
use crate::spec::{FileFormat, Part, Source, Spanned};
use crate::trust::AbstentionThreshold;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::time::Instant;

/// Bytes of a stream that tell its format.
const START: usize = 4096;

pub(super) fn predict(args: &PredictArgs, output: &Output) -> ExitStatus {
    let began = Instant::now();
    let (rows, format) = match new_rows(args).and_then(|rows| Ok((rows, format(args, output)?))) {
        Ok(found) => found,
        Err(message) => {
            output.err.line(&format!("error: {message}"));
            return ExitStatus::CouldNotRun;
        }
    };
    Interrupt::end_at_once();
    let model = match find_run(&args.run).and_then(Model::load) {
        Ok(model) => model,
        Err(error) => return output.error(&error),
    };
    let threshold = match args.abstain.map(|target| abstention(args, target.0, &model)).transpose() {
        Ok(threshold) => threshold,
        Err(error) => return output.error(&error),
    };
    if let (Some((part, threshold)), false) = (&threshold, args.quiet) {
        output.err.line(&promise(*part, threshold));
    }
    let options = TablePredictionOptions {
        rows,
        abstain: threshold.map(|(_, threshold)| threshold.uncertainty),
        order: match args.sort {
            None => PredictionOrder::Table,
            Some(SortBy::Uncertainty) => {
                PredictionOrder::LeastSure(args.top.map(|top| usize::try_from(top).unwrap_or(usize::MAX)))
            }
        },
        losses: matches!(args.detail, Some(Detail::Losses | Detail::All)),
        components: matches!(args.detail, Some(Detail::Components | Detail::All)),
        prefix: args.prefix.clone(),
        rejected: if args.on_error == OnError::Null { RejectedRows::Null } else { RejectedRows::Dropped },
    };
    let prediction = match model.predict_table(options) {
        Ok(prediction) => prediction,
        Err(error) => return output.error(&error),
    };
    match write(args, prediction, format, output) {
        Ok(summary) => {
            if !args.quiet {
                report(args, &summary, began, output);
            }
            ExitStatus::Done
        }
        Err(PredictionFailure::Rows(error)) => output.error(&error),
        // The reader has seen enough, as in `mmc predict run rows.csv | head`.
        Err(PredictionFailure::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitStatus::Done,
        Err(PredictionFailure::Write(error)) => {
            output.problems(&Problems::from(write_failed(args, &error)), &SourceMap::new());
            ExitStatus::Problems
        }
    }
}

/// The threshold of uncertainty that reaches a target, and the part that it was fitted to.
fn abstention(args: &PredictArgs, target: f64, model: &Model) -> Result<(Part, AbstentionThreshold), Error> {
    let options = TrainOptions { threads: args.threads.map(usize::from), cache: system_cache(), ..Default::default() };
    model.fit_abstention(target, args.confidence, &options)
}

/// What is promised of the rows that are decided.
fn promise(part: Part, threshold: &AbstentionThreshold) -> String {
    let percent = |share: f64| format!("{:.1}", 100.0 * share);
    let (confidence, target) = (percent(threshold.confidence), percent(threshold.target));
    let (coverage, rows) = (percent(threshold.coverage()), part_rows(part));
    format!(
        "note: with {confidence} % confidence at most {target} % of decided rows are wrong, of rows like the {rows}: of these \
         {coverage} % are decided, {} of {} wrongly",
        grouped(threshold.wrong),
        grouped(threshold.decided)
    )
}

/// The rows that the arguments name.
fn new_rows(args: &PredictArgs) -> Result<NewRows, String> {
    let (source, stream) = match &args.data {
        Some(path) if path != Path::new("-") => (file_source(path, args)?, None),
        None if io::stdin().is_terminal() => {
            let predictions = args.run.join("predictions.csv");
            return Err(format!(
                "name the rows to predict: a file, or `-` for standard input; the test rows of the run are predicted in {}",
                predictions.display()
            ));
        }
        _ => {
            let stream = ByteStream::new(io::stdin());
            let start =
                stream_start(&stream, START).map_err(|error| format!("standard input cannot be read: {error}"))?;
            let format = args.input_format.and_then(|format| FileFormat::named(format.source()));
            (source(format.unwrap_or_else(|| stream_format(&start)), "-"), Some(stream))
        }
    };
    let threads = args.threads.map(usize::from);
    let (text, strict) = (args.text.changes(), args.on_error == OnError::Stop);
    Ok(NewRows { source, stream, text, keep: args.kept(), strict, threads })
}

fn file_source(path: &Path, args: &PredictArgs) -> Result<Source, String> {
    match args.input_format.and_then(|format| FileFormat::named(format.source())) {
        Some(format) => Ok(source(format, &path.to_string_lossy())),
        None => source_of(path, true).map_err(|problem| {
            let help = problem.help.unwrap_or_default();
            format!("{}; {help}, or is told with `--input-format`", problem.message)
        }),
    }
}

/// The source that reads a format.
fn source(format: &FileFormat, path: &str) -> Source {
    let path = Spanned { value: path.to_owned(), span: Default::default() };
    Source { kind: (format.kind)(vec![path], true), span: Default::default() }
}

/// The file to write, if it is not standard output.
fn file(args: &PredictArgs) -> Option<&Path> {
    args.output.as_deref().filter(|path| *path != Path::new("-"))
}

/// The format of the result.
fn format(args: &PredictArgs, output: &Output) -> Result<TableFormat, String> {
    let format = match (args.format, file(args)) {
        (Some(format), _) => format.into(),
        (None, None) => TableFormat::Csv,
        (None, Some(path)) => TableFormat::of_path(&path.to_string_lossy()).ok_or_else(|| {
            let endings: Vec<&str> = TableFormat::endings().collect();
            let (path, endings) = (path.display(), endings.join(", "));
            format!(
                "the format of `{path}` is not known; its name ends in one of {endings}, or is told with `--format`"
            )
        })?,
    };
    let text = matches!(format, TableFormat::Csv | TableFormat::Tsv | TableFormat::Jsonl);
    if file(args).is_none() && !text && output.out.terminal {
        return Err("this format is not for a terminal; name a file with `-o FILE`".to_owned());
    }
    Ok(format)
}

/// Writes to the file, all or nothing, or to standard output.
fn write(
    args: &PredictArgs,
    prediction: TablePrediction<'_>,
    format: TableFormat,
    output: &Output,
) -> Result<PredictionSummary, PredictionFailure> {
    let mut bar = ReadProgressBar::new(output, args.quiet);
    let mut observe = |progress, rows| bar.show(progress, rows);
    let Some(path) = file(args) else {
        return prediction.write(format, &mut output.out.writer(), &mut observe);
    };
    let mut result = Ok(PredictionSummary::default());
    let written = replace_file(path, Durability::Synced, |out| {
        result = prediction.write(format, out, &mut observe);
        match &result {
            Ok(_) => Ok(()),
            // The file stays as it was.
            Err(_) => Err(io::ErrorKind::Other.into()),
        }
    });
    let summary = result?;
    written?;
    Ok(summary)
}

fn write_failed(args: &PredictArgs, error: &io::Error) -> Problem {
    let name = file(args).map_or_else(|| "standard output".to_owned(), |path| format!("`{}`", path.display()));
    let problem = Problem::error(Code::WriteFailed, format!("{name} could not be written: {error}"));
    problem.help(match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "free some space, or write to another disk",
        _ => "choose a file that can be written with `-o FILE`",
    })
}

/// What there is to say of the rows, and where their predictions are.
fn report(args: &PredictArgs, summary: &PredictionSummary, began: Instant, output: &Output) {
    summary.notes.iter().for_each(|note| output.err.line(&format!("note: {note}")));
    for (_, count, first) in &summary.rejected {
        let (what, rows) = match args.on_error {
            OnError::Null => ("without a prediction", grouped(*count)),
            _ => ("left out", grouped(*count)),
        };
        let unit = if *count == 1 { "row" } else { "rows" };
        output.err.line(&format!("note: {rows} {unit} {what}, the first of them: {first}"));
    }
    let time = began.elapsed();
    let rate = scaled(summary.rows as f64 / time.as_secs_f64().max(1e-9));
    let rows = grouped(summary.rows);
    let done = format!("{rows} rows in {}, {rate} rows/s", duration(time));
    match file(args) {
        Some(path) => output.err.line(&format!("wrote {}: {done}", path.display())),
        None => output.err.line(&done),
    }
}
