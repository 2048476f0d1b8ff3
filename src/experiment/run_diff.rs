//! Two runs, two pipelines, or one of each, compared by meaning and by results.

use super::error::Error;
use super::paired_predictions::{PairedPredictions, compare_predictions};
use super::pipeline::{Pipeline, PipelineOptions};
use super::pipeline_meaning::{PipelineMeaning, short};
use super::run_list::read_summary;
use super::run_name::find_run;
use super::value_difference::{ValueDifference, value_differences};
use crate::diag::{Code, Problem, SourceMap};
use crate::report::RunRecord;
use crate::spec::Metric;
use indexmap::IndexMap;
use serde::Serialize;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The comparison of two runs or pipelines.
#[derive(Clone, Debug, Serialize)]
pub struct RunDiff {
    /// The first: the folder of a run, or a pipeline file.
    pub a: PathBuf,
    /// The second.
    pub b: PathBuf,
    /// Whether both mean the same, and have the same results where both have any.
    pub equal: bool,
    /// Every entry in which they differ.
    pub differences: Vec<ValueDifference>,
    /// The results of two runs.
    pub results: Option<ResultDiff>,
}

/// The results of two runs.
#[derive(Clone, Debug, Serialize)]
pub struct ResultDiff {
    /// The measurements on the validation rows of both, by the name of the metric.
    pub valid: IndexMap<&'static str, [Option<f64>; 2]>,
    /// Those on the test rows.
    pub test: IndexMap<&'static str, [Option<f64>; 2]>,
    /// The tests on the rows, where both predicted the same ones.
    pub paired: Option<PairedPredictions>,
}

/// One side of a comparison.
struct Side {
    path: PathBuf,
    meaning: PipelineMeaning,
    /// What a run adds to its pipeline.
    run: Option<(RunRecord, Option<Value>)>,
}

impl Side {
    fn open(path: &Path, combine: Option<&str>) -> Result<Self, Error> {
        let error = |problem| Error::of(problem, &SourceMap::new());
        if path.is_file() {
            let options = PipelineOptions { combine: combine.map(Into::into), ..PipelineOptions::default() };
            let pipeline = Pipeline::open_with(path, options)?;
            return Ok(Self { path: path.to_path_buf(), meaning: PipelineMeaning::new(&pipeline), run: None });
        }
        let folder = find_run(path)?;
        let record = RunRecord::read(&folder).map_err(error)?;
        let pipeline = Pipeline::of_run(&folder, PipelineOptions::default())?;
        let summary = read_summary(&folder).map_err(|reason| {
            error(Problem::error(Code::BadModel, reason).help("copy the file from the folder of its run again"))
        })?;
        Ok(Self { path: folder, meaning: PipelineMeaning::new(&pipeline), run: Some((record, summary)) })
    }

    fn record(&self) -> Option<&RunRecord> {
        self.run.as_ref().map(|(record, _)| record)
    }

    fn summary(&self) -> Option<&Value> {
        self.run.as_ref().and_then(|(_, summary)| summary.as_ref())
    }
}

/// Compares two runs or pipeline files. `combine` selects the combine of files.
///
/// # Errors
/// If one of them cannot be read, or is neither a file nor a run.
pub fn diff_runs(a: &Path, b: &Path, combine: Option<&str>) -> Result<RunDiff, Error> {
    let (a, b) = (Side::open(a, combine)?, Side::open(b, combine)?);
    let records = a.record().zip(b.record());
    let same_rows = records.is_some_and(|(a, b)| same_content(a, b));
    let mut differences = a.meaning.differences(&b.meaning, same_rows);
    if let Some((a, b)) = records {
        differences.extend(record_differences(a, b));
    }
    let results = a.summary().zip(b.summary()).map(|(first, second)| {
        let [valid, test] = ["valid", "test"].map(|part| {
            let of = |scores: &Value, metric: Metric| scores[part][metric.as_str()].as_f64();
            let both = Metric::ALL.into_iter().map(|metric| (metric.as_str(), [of(first, metric), of(second, metric)]));
            both.filter(|(_, both)| both.iter().any(Option::is_some)).collect()
        });
        let paired = if same_rows { compare_predictions(&a.path, &b.path) } else { None };
        ResultDiff { valid, test, paired }
    });
    let same_results = results.as_ref().is_none_or(|results| {
        results.valid.values().chain(results.test.values()).all(|[first, second]| first == second)
    });
    Ok(RunDiff { equal: differences.is_empty() && same_results, a: a.path, b: b.path, differences, results })
}

/// Whether two runs read the same content.
fn same_content(a: &RunRecord, b: &RunRecord) -> bool {
    let fingerprint = |record: &RunRecord| record.entry::<String>("/data/fingerprint");
    fingerprint(a).is_some_and(|own| fingerprint(b) == Some(own))
}

/// The differences of two runs that their pipelines do not show: the content of the data, first weights, versions.
fn record_differences(a: &RunRecord, b: &RunRecord) -> Vec<ValueDifference> {
    let tree = |record: &RunRecord| {
        let hash = |path: &str| record.entry::<String>(path).map(|hash| short(&hash));
        json!({
            "fingerprint": hash("/data/fingerprint"),
            "rows": record.entries.pointer("/data/rows"),
            "row_ids": hash("/data/row_ids"),
        })
    };
    let mut data = value_differences("data", &tree(a), &tree(b));
    // Which rows are in which part follows from their content and number.
    if data.len() > 1 {
        data.retain(|difference| difference.entry != "row_ids");
    }
    // A run of an earlier version does not say which rows it read.
    data.retain(|difference| difference.entry != "row_ids" || difference.a != Some("none".into()));
    let warm =
        |record: &RunRecord| json!({ "hash": record.entry::<String>("/warm_start/hash").map(|hash| short(&hash)) });
    data.extend(value_differences("warm_start", &warm(a), &warm(b)));
    let versions = |record: &RunRecord| record.entry::<Value>("/versions").unwrap_or_default();
    data.extend(value_differences("version", &versions(a), &versions(b)));
    data
}
