//! `mmc trust`: how rows were decided, and how far the decisions can be trusted.

use super::args::TrustArgs;
use super::interrupt::Interrupt;
use super::numbers::grouped;
use super::output::Output;
use super::status::ExitStatus;
use super::trust_row::row_text;
use super::trust_summary::summary_text;
use crate::atomic_file::{Durability, replace_file};
use crate::data::source_of;
use crate::diag::{Code, Problem, Problems, SourceMap};
use crate::experiment::{ExplainedRows, Model, Trust, TrustRequest, find_run};
use crate::report::TableFormat;
use std::io;
use std::path::Path;

pub(super) fn trust(args: &TrustArgs, output: &Output) -> ExitStatus {
    let format = match table_format(args) {
        Ok(format) => format,
        Err(message) => {
            output.err.line(&format!("error: {message}"));
            return ExitStatus::CouldNotRun;
        }
    };
    Interrupt::end_at_once();
    let options = args.compute.options(Interrupt::default().flag().clone());
    let rows = match &args.data {
        Some(path) => match source_of(path, true) {
            Ok(source) => ExplainedRows::New(source),
            Err(problem) => {
                output.problems(&Problems::from(problem), &SourceMap::new());
                return ExitStatus::Problems;
            }
        },
        None => ExplainedRows::Own(args.on),
    };
    let request = TrustRequest { rows, row: args.row, coverage: args.coverage, held_out: args.held_out };
    let trust = match find_run(&args.run).and_then(Model::load).and_then(|model| model.trust(&request, &options)) {
        Ok(trust) => trust,
        Err(error) => return output.error(&error),
    };
    trust.notes.iter().for_each(|note| output.err.line(&format!("note: {note}")));
    if let (Some(path), Some(format)) = (&args.output, format) {
        if let Err(error) = write(&trust, path, format, output) {
            let message = format!("`{}` could not be written: {error}", path.display());
            let problem = Problem::error(Code::WriteFailed, message);
            let problem = problem.help("choose a file that can be written with `-o FILE`");
            output.problems(&Problems::from(problem), &SourceMap::new());
            return ExitStatus::Problems;
        }
        if path == Path::new("-") {
            return ExitStatus::Done;
        }
        output.err.line(&format!("wrote {}: {} rows", path.display(), grouped(trust.rows.len() as u64)));
    }
    let only = args.row.and(trust.rows.first());
    if args.json {
        // Numbers and names always have a JSON form.
        let document = match only {
            Some(row) => serde_json::to_string_pretty(row),
            None => serde_json::to_string_pretty(&trust.summary),
        };
        output.out.document(&document.unwrap_or_default());
        return ExitStatus::Done;
    }
    output.out.show(&match only {
        Some(row) => row_text(row, &trust.summary, output.out.style),
        None => summary_text(&trust, output.out.style),
    });
    ExitStatus::Done
}

/// The format of the table, where one is written.
fn table_format(args: &TrustArgs) -> Result<Option<TableFormat>, String> {
    let Some(path) = &args.output else { return Ok(None) };
    if let Some(format) = args.format {
        return Ok(Some(format.into()));
    }
    if path == Path::new("-") {
        return Ok(Some(TableFormat::Csv));
    }
    let format = TableFormat::of_path(&path.to_string_lossy());
    format.map(Some).ok_or_else(|| {
        let endings: Vec<&str> = TableFormat::endings().collect();
        let (path, endings) = (path.display(), endings.join(", "));
        format!("the format of `{path}` is not known; its name ends in one of {endings}, or is told with `--format`")
    })
}

/// Writes the table to the file, all or nothing, or to standard output.
fn write(trust: &Trust, path: &Path, format: TableFormat, output: &Output) -> io::Result<()> {
    if path == Path::new("-") {
        return match trust.write(format, &mut output.out.writer()) {
            // The reader has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written,
        };
    }
    replace_file(path, Durability::Synced, |out| trust.write(format, out))
}
