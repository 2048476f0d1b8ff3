//! `mmc lint`: what is wrong with pipelines, without running them.

use super::args::{Lint, ProblemFormat};
use super::check::check;
use super::front::open;
use super::output::{Output, count};
use super::status::ExitStatus;
use crate::diag::{Problems, render, render_json, render_short};

pub(super) fn lint(args: &Lint, output: &Output) -> ExitStatus {
    let levels = args.lints.levels();
    let mut status = ExitStatus::Done;
    let mut all = Problems::new();
    let mut objects = vec![];
    for path in &args.files {
        let mut opened = match open(path, &args.set, None, &levels, output) {
            Ok(opened) => opened,
            Err(failed) => {
                status = failed;
                continue;
            }
        };
        if !args.no_data {
            check(path, &mut opened.compiled, &levels, output);
        }
        let (problems, sources) = (opened.compiled.problems, opened.sources);
        match args.format {
            ProblemFormat::Text => output.out.write(&render(&problems, &sources, output.out.style)),
            ProblemFormat::Short => output.out.write(&render_short(&problems, &sources)),
            // The arrays of all files are one.
            ProblemFormat::Json => {
                let array = render_json(&problems, &sources);
                let inner = array.trim().trim_start_matches('[').trim_end_matches(']').trim_matches('\n');
                objects.extend((!inner.trim().is_empty()).then(|| inner.to_owned()));
            }
        }
        all.extend(problems);
    }
    if all.has_errors() && status == ExitStatus::Done {
        status = ExitStatus::Problems;
    }
    match args.format {
        ProblemFormat::Json => output.out.line(&format!("[\n{}\n]", objects.join(",\n"))),
        ProblemFormat::Text if !all.is_empty() => output.err.line(&count(&all)),
        _ => {}
    }
    status
}
