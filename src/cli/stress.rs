//! `mmc stress`: trained runs on the same corrupted rows.

use super::args::{StressArgs, TableFormatArg};
use super::interrupt::Interrupt;
use super::output::Output;
use super::status::ExitStatus;
use super::stress_view::text;
use crate::atomic_file::write_atomic;
use crate::diag::{Code, Problem, Problems, SourceMap};
use crate::experiment::{
    StressExposure, StressOptions, StressReport, StressTest, stress as measure, stress_csv, stress_markdown,
    stressed_folders,
};
use std::fs;
use std::path::Path;

pub(super) fn stress(args: &StressArgs, output: &Output) -> ExitStatus {
    Interrupt::end_at_once();
    let options = args.compute.options(Interrupt::default().flag().clone());
    let request = StressOptions {
        tests: if args.tests.is_empty() { StressTest::defaults() } else { args.tests.clone() },
        exposure: StressExposure { rows: args.rows, modalities: args.modalities },
        part: args.on,
        seed: args.seed,
        against: args.against.clone(),
    };
    let report = stressed_folders(&args.runs).and_then(|folders| {
        measure(&folders, &request, &options, &mut |done, of| {
            if !args.quiet && output.err.terminal && of > 1 {
                output.err.write(&format!("\r{done} of {of} runs are measured"));
            }
        })
    });
    if !args.quiet && output.err.terminal {
        output.err.write("\r\u{1b}[K");
    }
    let report = match report {
        Ok(report) => report,
        Err(error) => return output.error(&error),
    };
    match args.format {
        TableFormatArg::Text => output.out.show(&text(&report, output.out.style)),
        TableFormatArg::Markdown => output.out.write(&stress_markdown(&report)),
        TableFormatArg::Csv => output.out.write(&stress_csv(&report)),
        TableFormatArg::Json => output.out.document(&json(&report)),
    }
    match args.output.as_deref().map(|folder| write(folder, &report)) {
        Some(Err(problem)) => {
            output.problems(&Problems::from(problem), &SourceMap::new());
            ExitStatus::Problems
        }
        _ => ExitStatus::Done,
    }
}

/// Numbers and names always have a JSON form.
fn json(report: &StressReport) -> String {
    serde_json::to_string_pretty(report).unwrap_or_default()
}

fn write(folder: &Path, report: &StressReport) -> Result<(), Problem> {
    fs::create_dir_all(folder).map_err(|error| {
        Problem::error(Code::WriteFailed, format!("the folder `{}` cannot be made: {error}", folder.display()))
            .help("name a folder that can be written")
    })?;
    let files = [("csv", stress_csv(report)), ("json", json(report) + "\n"), ("md", stress_markdown(report))];
    for (ending, text) in files {
        write_atomic(&folder.join(format!("stress.{ending}")), |file| file.write_all(text.as_bytes()))?;
    }
    Ok(())
}
