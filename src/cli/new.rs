//! `mmc new`: a pipeline to begin with, from a table or from a template.

use super::args::NewArgs;
use super::output::Output;
use super::status::ExitStatus;
use super::table::{Align, table};
use crate::atomic_file::write_atomic;
use crate::data::survey;
use crate::diag::{Problems, SourceMap};
use crate::starter::{TEMPLATES, TableFile, starter};
use std::fs;
use std::path::{Component, Path, PathBuf};

pub(super) fn new(args: &NewArgs, output: &Output) -> ExitStatus {
    if args.list {
        let rows = TEMPLATES.iter().map(|template| vec![template.name.to_owned(), template.about().to_owned()]);
        let header = [("template", Align::Left), ("what it is", Align::Left)];
        output.out.write(&table(&header, rows.collect(), output.out.style));
        return ExitStatus::Done;
    }
    let text = match (&args.template, &args.data) {
        (Some(template), _) => Ok(template.text.to_owned()),
        (None, Some(data)) => from_table(data, args),
        (None, None) => Err("give a table, or a template of `mmc new --list`".to_owned()),
    };
    match text {
        Ok(text) => write(&text, args, output),
        Err(message) => {
            output.err.line(&format!("error: {message}"));
            ExitStatus::CouldNotRun
        }
    }
}

/// Writes to the file that was named, which must not exist, or to standard output.
fn write(text: &str, args: &NewArgs, output: &Output) -> ExitStatus {
    let Some(path) = &args.out else {
        output.out.write(text);
        return ExitStatus::Done;
    };
    if path.exists() && !args.force {
        output.err.line(&format!("error: `{}` exists already; `--force` overwrites it", path.display()));
        return ExitStatus::CouldNotRun;
    }
    match write_atomic(path, |file| file.write_all(text.as_bytes())) {
        Ok(()) => {
            output.err.line(&format!("wrote {}; next: mmc run {0}", path.display()));
            ExitStatus::Done
        }
        Err(problem) => {
            output.problems(&Problems::from(problem), &SourceMap::new());
            ExitStatus::Problems
        }
    }
}

fn from_table(data: &Path, args: &NewArgs) -> Result<String, String> {
    let name = data.display();
    let seen = survey(data).map_err(|error| format!("cannot make a pipeline for `{name}`: {error}"))?;
    let stem = data.file_name().map(|file| file.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = stem.split('.').next().unwrap_or_default();
    let path = match &args.out {
        Some(out) => relative(data, out.parent().unwrap_or(Path::new(""))),
        None => data.to_owned(),
    };
    let path = path.to_string_lossy().replace('\\', "/");
    let table = TableFile { path: &path, name: stem, survey: &seen };
    starter(&table, args.label.as_deref()).map_err(|error| error.to_string())
}

/// The path of a file relative to a folder; as typed, where one of them cannot be found.
fn relative(file: &Path, folder: &Path) -> PathBuf {
    let whole = |path: &Path| fs::canonicalize(if path.as_os_str().is_empty() { Path::new(".") } else { path });
    let (Ok(file_at), Ok(folder_at)) = (whole(file), whole(folder)) else { return file.to_owned() };
    if file.is_absolute() {
        return file.to_owned();
    }
    let common = file_at.components().zip(folder_at.components()).take_while(|(a, b)| a == b).count();
    let up = folder_at.components().skip(common).map(|_| Component::ParentDir);
    up.chain(file_at.components().skip(common)).collect()
}
