//! The page of a run or of a study, made of the files in its folder.

use super::error::{Error, ErrorKind};
use super::pipeline::{Pipeline, PipelineOptions};
use super::study_content::study_content;
use super::study_record::STUDY_FILE;
use super::web_file::{of, read_json};
use crate::diag::visible;
use crate::page::{RunContent, WebPage, run_page, study_page};
use crate::report::{PAGE, ROBUSTNESS, RunDir, RunRecord, SavedPredictions, read_metrics};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// The page of the run or the study in `folder`.
///
/// # Errors
/// If the folder holds neither, or a file of it is absent or damaged.
pub fn web_page(folder: &Path) -> Result<WebPage, Error> {
    match folder.join(STUDY_FILE).is_file() {
        true => study_content(folder).map(|content| study_page(&content)),
        false => page_of_run(folder),
    }
}

/// Writes the page into the folder, whole or not at all, and returns its path.
///
/// # Errors
/// As [`web_page`], and if it cannot be written.
pub fn write_web_page(folder: &Path) -> Result<PathBuf, Error> {
    let html = web_page(folder)?.html();
    RunDir::again(folder).and_then(|run| run.write(PAGE, |file| file.write_all(html.as_bytes()))).map_err(of)?;
    Ok(folder.join(PAGE))
}

fn page_of_run(folder: &Path) -> Result<WebPage, Error> {
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
