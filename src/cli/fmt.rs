//! `mmc fmt`: files in the standard layout.

use super::args::FmtArgs;
use super::difference::difference;
use super::output::Output;
use super::status::ExitStatus;
use crate::atomic_file::{Durability, replace_file};
use crate::diag::{FileId, Problems, SourceMap};
use crate::experiment::{Unreadable, add_source, read_source};
use crate::syntax;
use std::io::{self, Read};
use std::path::Path;

pub(super) fn fmt(args: &FmtArgs, output: &Output) -> ExitStatus {
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

fn standard_input(args: &FmtArgs, output: &Output) -> ExitStatus {
    let mut bytes = vec![];
    if let Err(error) = io::stdin().lock().read_to_end(&mut bytes) {
        output.err.line(&format!("error: cannot read standard input: {error}"));
        return ExitStatus::CouldNotRun;
    }
    let mut sources = SourceMap::new();
    let read = add_source("<stdin>".into(), bytes, &mut sources);
    let texts = match formatted(read, &sources, output) {
        Ok(texts) => texts,
        Err(status) => return status,
    };
    if args.check || args.diff {
        return compare("<stdin>", &texts, args, output);
    }
    output.out.write(&texts.after);
    texts.status
}

fn file(path: &Path, args: &FmtArgs, output: &Output) -> ExitStatus {
    let mut sources = SourceMap::new();
    let read = read_source(path, &mut sources);
    let texts = match formatted(read, &sources, output) {
        Ok(texts) => texts,
        Err(status) => return status,
    };
    if args.check || args.diff {
        return compare(&path.display().to_string(), &texts, args, output);
    }
    if texts.before == texts.after {
        return texts.status;
    }
    match replace_file(path, Durability::Synced, |file| file.write_all(texts.after.as_bytes())) {
        Ok(()) => texts.status,
        Err(error) => {
            output.err.line(&format!("error: cannot write `{}`: {error}", path.display()));
            ExitStatus::CouldNotRun
        }
    }
}

/// A text before and after, and how its formatting ended. Declarations that cannot be parsed are unchanged.
struct FormattedText {
    before: String,
    after: String,
    status: ExitStatus,
}

/// Formats a text, and prints its problems.
fn formatted(
    read: Result<FileId, Unreadable>,
    sources: &SourceMap,
    output: &Output,
) -> Result<FormattedText, ExitStatus> {
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
    let status = if formatted.problems.has_errors() { ExitStatus::Problems } else { ExitStatus::Done };
    Ok(FormattedText { before, after: formatted.text, status })
}

fn compare(name: &str, texts: &FormattedText, args: &FmtArgs, output: &Output) -> ExitStatus {
    let (before, after) = (&texts.before, &texts.after);
    if before == after {
        return texts.status;
    }
    if args.diff {
        output.out.show(&difference(name, before, after));
    } else {
        output.err.line(&format!("{name}: not in the standard layout"));
    }
    ExitStatus::Problems
}
