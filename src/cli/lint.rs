//! `mmc lint`: the problems of pipelines, without running them, and the changes that fix them.

use super::args::{LintArgs, ProblemFormat, settings};
use super::check::check;
use super::difference::difference;
use super::output::{Output, count};
use super::status::ExitStatus;
use crate::atomic_file::{Durability, replace_file};
use crate::diag::{
    Fixes, Problems, ProblemsWithSources, fix, render, render_github, render_json, render_plain, render_sarif,
    render_short,
};
use crate::experiment::{CheckedFile, check_data};
use std::path::Path;
use std::sync::Arc;

/// The most passes of fixes over a text: a fix may expose further problems.
const MOST_PASSES: usize = 50;

pub(super) fn lint(args: &LintArgs, output: &Output) -> ExitStatus {
    let levels = args.lints.levels();
    let mut status = ExitStatus::Done;
    let mut all = vec![];
    for path in &args.files {
        let fixed = match args.fixes() {
            Some(fixes) => fix_file(path, fixes, args, output),
            None => Ok(ExitStatus::Done),
        };
        let opened = fixed.and_then(|fixed| {
            status = status.worst(fixed);
            CheckedFile::open(path, &settings(&args.set), &levels).map_err(|error| output.error(&error))
        });
        let mut opened = match opened {
            Ok(opened) => opened,
            Err(failed) => {
                status = status.worst(failed);
                continue;
            }
        };
        if args.diff {
            continue;
        }
        if !args.no_data {
            check(path, &mut opened.compiled, &levels, output);
        }
        let CheckedFile { sources, compiled, .. } = opened;
        match args.format {
            ProblemFormat::Text => output.out.show(&render(&compiled.problems, &sources, output.out.style)),
            ProblemFormat::Plain => output.out.show(&render_plain(&compiled.problems, &sources)),
            ProblemFormat::Short => output.out.show(&render_short(&compiled.problems, &sources)),
            ProblemFormat::Json | ProblemFormat::Sarif | ProblemFormat::Github => {}
        }
        all.push((compiled.problems, sources));
    }
    // Machine-readable formats are one document for all files.
    let reports: Vec<ProblemsWithSources<'_>> = all.iter().map(|(problems, sources)| (problems, sources)).collect();
    let problems: Problems = all.iter().flat_map(|(problems, _)| problems.iter().cloned()).collect();
    match args.format {
        _ if args.diff => {}
        ProblemFormat::Json => output.out.document(&render_json(&reports)),
        ProblemFormat::Sarif => output.out.document(&render_sarif(&reports)),
        ProblemFormat::Github => output.out.write(&render_github(&reports)),
        ProblemFormat::Text | ProblemFormat::Plain if !problems.is_empty() => output.err.line(&count(&problems)),
        _ => {}
    }
    if problems.has_errors() { status.worst(ExitStatus::Problems) } else { status }
}

/// Applies fixes until none is left, and writes the text or shows what would change.
fn fix_file(path: &Path, fixes: Fixes, args: &LintArgs, output: &Output) -> Result<ExitStatus, ExitStatus> {
    let levels = args.lints.levels();
    let set = settings(&args.set);
    let opened = CheckedFile::open(path, &set, &levels).map_err(|error| output.error(&error))?;
    let CheckedFile { mut sources, mut file, mut compiled } = opened;
    let Some(before) = sources.get(file).map(|source| Arc::clone(&source.text)) else { return Ok(ExitStatus::Done) };
    let (mut text, mut count) = (before.to_string(), 0);
    for _ in 0..MOST_PASSES {
        let mut fixed = fix(file, &text, &compiled.problems, fixes);
        // Fixes suggested by the data are never safe; they are applied after those of the text.
        if fixed.is_none() && fixes == Fixes::All && !args.no_data {
            check_data(path.parent().unwrap_or(Path::new("")), &mut compiled, &levels);
            fixed = fix(file, &text, &compiled.problems, fixes);
        }
        let Some(fixed) = fixed else { break };
        (text, count) = (fixed.text, count + fixed.count);
        CheckedFile { sources, file, compiled } = CheckedFile::of_text(path, &text, &set, &levels);
    }
    drop(sources);
    if *text == *before {
        return Ok(ExitStatus::Done);
    }
    let name = path.display().to_string();
    if args.diff {
        output.out.show(&difference(&name, &before, &text));
        return Ok(ExitStatus::Problems);
    }
    match replace_file(path, Durability::Synced, |file| file.write_all(text.as_bytes())) {
        Ok(()) => {
            let what = if count == 1 { "problem" } else { "problems" };
            output.err.line(&format!("{name}: fixed {count} {what}"));
            Ok(ExitStatus::Done)
        }
        Err(error) => {
            output.err.line(&format!("error: cannot write `{name}`: {error}"));
            Err(ExitStatus::CouldNotRun)
        }
    }
}
