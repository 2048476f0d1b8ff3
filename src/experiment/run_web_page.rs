//! The page of a run, made of the files in its folder.

use super::error::{Error, ErrorKind};
use super::pipeline::{Pipeline, PipelineOptions};
use super::web_file::{of, read_json};
use crate::diag::visible;
use crate::page::{RunContent, WebPage, run_page};
use crate::report::{PAGE, ROBUSTNESS, RunDir, RunRecord, SavedPredictions, read_metrics};
use std::fs;
use std::path::{Path, PathBuf};

/// Writes the page of the run in `folder`, whole or not at all, and returns its path.
pub(super) fn write_run_page(folder: &Path) -> Result<PathBuf, Error> {
    write_page(folder, &page_of_run(folder)?)
}

/// Writes a page into a folder, whole or not at all, and returns its path.
pub(super) fn write_page(folder: &Path, page: &WebPage) -> Result<PathBuf, Error> {
    let html = page.html();
    RunDir::again(folder).and_then(|run| run.write(PAGE, |file| file.write_all(html.as_bytes()))).map_err(of)?;
    Ok(folder.join(PAGE))
}

/// The page of the run in `folder`.
pub(super) fn page_of_run(folder: &Path) -> Result<WebPage, Error> {
    let record = RunRecord::read(folder).map_err(of)?;
    let summary = folder.join("summary.json");
    if !summary.is_file() {
        let message = format!("error: the run in `{}` has not ended: there is nothing to report yet", folder.display());
        return Err(Error::message(ErrorKind::Invalid, message));
    }
    let summary = read_json(&summary).map_err(of)?;
    let pipeline = Pipeline::of_run(folder, PipelineOptions::default())?;
    let classes: Vec<String> = record.entry("/plan/classes").unwrap_or_default();
    let components = pipeline.plan().loss.components.len();
    let predictions = SavedPredictions::read(folder, &classes, components).map_err(of)?;
    let history = read_metrics(folder).map_err(of)?;
    let robustness = folder.join(ROBUSTNESS);
    let robustness = if robustness.is_file() { Some(read_json(&robustness).map_err(of)?) } else { None };
    // Of another model, where the run was trained on since.
    let robustness = robustness.filter(|found| found["error"] == summary["test"]["error"]);
    let text = fs::read_to_string(folder.join("pipeline.mmc")).unwrap_or_default();
    Ok(run_page(&RunContent {
        folder: &visible(folder.display().to_string()),
        plan: pipeline.plan(),
        classes: &classes,
        pipeline: &text,
        record: &record.entries,
        summary: &summary,
        history: &history,
        predictions: predictions.as_ref(),
        robustness: robustness.as_ref(),
    }))
}
