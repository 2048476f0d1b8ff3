//! `mmc fmt`: files in the standard layout.

use super::args::Fmt;
use super::front::{Unreadable, read, text};
use super::output::Output;
use super::status::ExitStatus;
use crate::diag::{FileId, Problems, SourceMap};
use crate::syntax;
use similar::TextDiff;
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

pub(super) fn fmt(args: &Fmt, output: &Output) -> ExitStatus {
    let mut worst = ExitStatus::Done;
    for path in &args.files {
        let status = if path == Path::new("-") { standard_input(args, output) } else { file(path, args, output) };
        // A file that cannot be read outweighs one that is not in the standard layout.
        if worst == ExitStatus::Done || status == ExitStatus::CouldNotRun {
            worst = status;
        }
    }
    worst
}

fn standard_input(args: &Fmt, output: &Output) -> ExitStatus {
    let mut bytes = vec![];
    if let Err(error) = io::stdin().lock().read_to_end(&mut bytes) {
        output.err.line(&format!("error: cannot read standard input: {error}"));
        return ExitStatus::CouldNotRun;
    }
    let mut sources = SourceMap::new();
    let read = text("<stdin>".into(), bytes, &mut sources);
    match formatted(read, &sources, output) {
        Ok((before, after)) if args.check || args.diff => compare("<stdin>", &before, &after, args, output),
        Ok((_, after)) => {
            output.out.write(&after);
            ExitStatus::Done
        }
        Err(status) => status,
    }
}

fn file(path: &Path, args: &Fmt, output: &Output) -> ExitStatus {
    let mut sources = SourceMap::new();
    let read = read(path, &mut sources);
    let (before, after) = match formatted(read, &sources, output) {
        Ok(both) => both,
        Err(status) => return status,
    };
    if args.check || args.diff {
        return compare(&path.display().to_string(), &before, &after, args, output);
    }
    if before == after {
        return ExitStatus::Done;
    }
    match replace(path, &after) {
        Ok(()) => ExitStatus::Done,
        Err(error) => {
            output.err.line(&format!("error: cannot write `{}`: {error}", path.display()));
            ExitStatus::CouldNotRun
        }
    }
}

/// Text before and after; what is wrong with it is said.
fn formatted(
    read: Result<FileId, Unreadable>,
    sources: &SourceMap,
    output: &Output,
) -> Result<(String, String), ExitStatus> {
    let file = match read {
        Ok(file) => file,
        Err(Unreadable::NoFile(message)) => {
            output.err.line(&message);
            return Err(ExitStatus::CouldNotRun);
        }
        Err(Unreadable::NotText(_, problem)) => {
            output.problems(&Problems::from(*problem), sources);
            return Err(ExitStatus::Problems);
        }
    };
    let before = sources.get(file).map_or_else(String::new, |source| source.text.to_string());
    let formatted = syntax::format(&before);
    output.problems(&formatted.problems, sources);
    match formatted.problems.has_errors() {
        true => Err(ExitStatus::Problems),
        false => Ok((before, formatted.text)),
    }
}

fn compare(name: &str, before: &str, after: &str, args: &Fmt, output: &Output) -> ExitStatus {
    if before == after {
        return ExitStatus::Done;
    }
    if args.diff {
        let diff = TextDiff::from_lines(before, after);
        output.out.write(&diff.unified_diff().header(name, name).to_string());
    } else {
        output.err.line(&format!("{name}: not in the standard layout"));
    }
    ExitStatus::Problems
}

/// Puts `text` in the place of the file at once, so that a crash leaves either the old text or the new one.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    // The file may be a link: what it points at is replaced, and the link stays.
    let path = &fs::canonicalize(path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(fs::metadata(path)?.permissions())?;
    file.persist(path)?;
    Ok(())
}
