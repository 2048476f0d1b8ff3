//! `mmc report`: the page of a run or of a study, made again from the files in its folder.

use super::args::ReportArgs;
use super::output::Output;
use super::picture::picture;
use super::status::ExitStatus;
use crate::atomic_file::write_atomic;
use crate::experiment::{Error, find_run, web_page, write_web_page};
use crate::report::RunDir;
use std::path::Path;
use std::process::{Command, Stdio};

pub(super) fn report(args: &ReportArgs, output: &Output) -> ExitStatus {
    let written = find_run(&args.run).and_then(|folder| Ok((write_web_page(&folder)?, folder)));
    let (path, folder) = match written {
        Ok(written) => written,
        Err(error) => return output.error(&error),
    };
    output.out.line(&path.display().to_string());
    if let Some(pictures) = &args.png
        && let Err(status) = write_pictures(&folder, pictures, output)
    {
        return status;
    }
    if args.open && !open(&path) {
        output.err.line(&format!("note: no browser could be started; open {} in one", path.display()));
    }
    ExitStatus::Done
}

/// Writes every plot of the page into a folder.
fn write_pictures(folder: &Path, pictures: &Path, output: &Output) -> Result<(), ExitStatus> {
    let page = web_page(folder).map_err(|error| output.error(&error))?;
    // All are made before the folder is: where one cannot be, nothing is left behind.
    let made: Result<Vec<_>, _> = page.plots().map(|plot| Ok((&plot.name, picture(&plot.svg)?))).collect();
    let made = made.map_err(|problem| output.problem(problem))?;
    RunDir::create_or_open(pictures).map(drop).map_err(|problem| output.problem(problem))?;
    for (name, bytes) in made {
        let path = pictures.join(format!("{name}.png"));
        write_atomic(&path, |file| file.write_all(&bytes)).map_err(|problem| output.problem(problem))?;
        output.out.line(&path.display().to_string());
    }
    Ok(())
}

/// Starts the program that opens pages, and returns whether it was there.
fn open(path: &Path) -> bool {
    let mut command = match std::env::consts::OS {
        "macos" => Command::new("open"),
        "windows" => Command::new("explorer"),
        _ => Command::new("xdg-open"),
    };
    let silent = command.arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    silent.spawn().is_ok()
}

/// The note that a page could not be made.
pub(super) fn page_note(error: &Error) -> String {
    let reason = match error.problems().iter().next() {
        Some(problem) => problem.message.clone(),
        None => error.to_string(),
    };
    format!("note: the page could not be made: {reason}; `mmc report` makes it again")
}
