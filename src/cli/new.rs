//! `mmc new`: a pipeline to begin with, from a table or from a template.

use super::args::NewArgs;
use super::output::Output;
use super::status::ExitStatus;
use super::table::{Align, table};
use crate::atomic_file::write_atomic;
use crate::data::{sources_of, survey};
use crate::diag::{Problems, SourceMap};
use crate::spec::Origin;
use crate::starter::{TEMPLATES, TableFile, starter};
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

pub(super) fn new(args: &NewArgs, output: &Output) -> ExitStatus {
    if args.list {
        let rows = TEMPLATES.iter().map(|template| vec![template.name.to_owned(), template.about().to_owned()]);
        let header = [("template", Align::Left), ("what it is", Align::Left)];
        output.out.show(&table(&header, rows.collect(), output.out.style));
        return ExitStatus::Done;
    }
    let text = match (&args.template, args.data.as_slice()) {
        (Some(template), _) => Ok(template.text.to_owned()),
        (None, []) => Err("give a table, or a template of `mmc new --list`".to_owned()),
        (None, data) => from_data(data, args),
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

fn from_data(data: &[PathBuf], args: &NewArgs) -> Result<String, String> {
    let names: Vec<String> = data.iter().map(|file| format!("`{}`", file.display())).collect();
    let failed = |error: io::Error| format!("cannot make a pipeline for {}: {error}", names.join(", "));
    let origin = sources_of(data).map_err(failed)?;
    let (Origin::Whole(rows) | Origin::Parts { train: rows, .. }) = &origin;
    let seen = survey(rows, Path::new("")).map_err(failed)?;
    let stem = data.first().and_then(|file| file.file_name()).map(|file| file.to_string_lossy().into_owned());
    let stem = stem.unwrap_or_default();
    let name = stem.split('.').next().unwrap_or_default().trim_end_matches(['*', '?']);
    let folder = args.out.as_ref().map(|out| out.parent().unwrap_or(Path::new("")));
    let path = |file: &str| {
        let path = folder.map_or_else(|| PathBuf::from(file), |folder| relative(Path::new(file), folder));
        path.to_string_lossy().replace('\\', "/")
    };
    let table = TableFile { origin: &origin, path: &path, name, survey: &seen };
    starter(&table, args.label.as_deref()).map_err(|error| error.to_string())
}

/// The path of a file relative to a folder; as typed, where one of them cannot be found.
fn relative(file: &Path, folder: &Path) -> PathBuf {
    let whole = |path: &Path| fs::canonicalize(if path.as_os_str().is_empty() { Path::new(".") } else { path });
    // The file of a glob need not exist, but its folder does.
    let file_at = whole(file).or_else(|error| match (file.parent(), file.file_name()) {
        (Some(parent), Some(name)) => Ok(whole(parent)?.join(name)),
        _ => Err(error),
    });
    let (Ok(file_at), Ok(folder_at)) = (file_at, whole(folder)) else { return file.to_owned() };
    if file.is_absolute() {
        return file.to_owned();
    }
    let common = file_at.components().zip(folder_at.components()).take_while(|(a, b)| a == b).count();
    let up = folder_at.components().skip(common).map(|_| Component::ParentDir);
    up.chain(file_at.components().skip(common)).collect()
}
