//! The runs in a folder, each as the files of its folder describe it.

use super::error::Error;
use crate::diag::{Code, Problem, SourceMap};
use crate::report::{RunLock, RunRecord};
use crate::spec::Metric;
use serde::Serialize;
use serde_json::{Map, Value};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The runs in a folder.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RunList {
    /// The runs, in the order of their paths until they are sorted.
    pub runs: Vec<ListedRun>,
    /// The folders that are left out.
    pub skipped: Vec<SkippedFolder>,
}

/// One run of a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ListedRun {
    /// Its folder.
    pub run: PathBuf,
    /// When its training began, in RFC 3339, UTC; `None` where the run does not say.
    pub started: Option<String>,
    /// The name of its pipeline.
    pub pipeline: String,
    /// The combine that was trained.
    pub combine: String,
    /// How far it came.
    pub status: RunStatus,
    /// The measurements on the validation rows by the name of the metric; empty where there are none.
    pub valid: Map<String, Value>,
    /// The measurements on the test rows by the name of the metric; empty where there are none.
    pub test: Map<String, Value>,
    /// Seconds of training; `None` for a run without an end.
    pub seconds: Option<f64>,
    /// Its tags, as `--tag` gave them.
    pub tags: Vec<String>,
}

/// How far a run came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// It was trained to its end.
    Finished,
    /// It was interrupted, and kept the best model until then; `mmc run --resume` continues it.
    Interrupted,
    /// It failed, and kept the last good model.
    Failed,
    /// A process trains it.
    Running,
    /// It was killed.
    Unfinished,
}

/// A folder that is left out of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SkippedFolder {
    /// The folder.
    pub folder: PathBuf,
    /// Why, as a clause: "`x/summary.json` is damaged: ...".
    pub reason: String,
}

impl RunStatus {
    /// Its name in tables and filters.
    pub fn as_str(self) -> &'static str {
        match self {
            RunStatus::Finished => "finished",
            RunStatus::Interrupted => "interrupted",
            RunStatus::Failed => "failed",
            RunStatus::Running => "running",
            RunStatus::Unfinished => "unfinished",
        }
    }

    fn of_summary(status: &str) -> Option<Self> {
        match status {
            "completed" | "patience" => Some(RunStatus::Finished),
            "interrupted" => Some(RunStatus::Interrupted),
            "failed" => Some(RunStatus::Failed),
            _ => None,
        }
    }
}

impl ListedRun {
    /// The name of its folder.
    pub fn name(&self) -> String {
        self.run.file_name().unwrap_or(self.run.as_os_str()).to_string_lossy().into_owned()
    }

    /// A measurement on the validation rows.
    pub fn valid(&self, metric: Metric) -> Option<f64> {
        self.valid.get(metric.as_str()).and_then(Value::as_f64)
    }

    /// A measurement on the test rows.
    pub fn test(&self, metric: Metric) -> Option<f64> {
        self.test.get(metric.as_str()).and_then(Value::as_f64)
    }

    /// Reads the run in `folder`.
    fn read(folder: &Path) -> Result<Self, String> {
        let record = RunRecord::read(folder).map_err(|problem| problem.message)?;
        let pipeline = record
            .entry("/pipeline")
            .ok_or_else(|| format!("`{}` names no pipeline", folder.join("run.yaml").display()))?;
        let mut run = Self {
            run: folder.to_path_buf(),
            started: record.entry("/machine/started"),
            pipeline,
            combine: record.combine.clone(),
            status: RunStatus::Unfinished,
            valid: Map::new(),
            test: Map::new(),
            seconds: None,
            tags: record.entry("/tags").unwrap_or_default(),
        };
        if let Some(summary) = read_summary(folder)? {
            let damaged = || format!("`{}` has no known status", folder.join(SUMMARY).display());
            run.status = summary["status"].as_str().and_then(RunStatus::of_summary).ok_or_else(damaged)?;
            run.valid = measurements(&summary["valid"]);
            run.test = measurements(&summary["test"]);
            run.seconds = summary["seconds"].as_f64();
        }
        if run.status != RunStatus::Finished && RunLock::is_taken(folder) {
            run.status = RunStatus::Running;
        }
        Ok(run)
    }
}

/// The last file of a run.
const SUMMARY: &str = "summary.json";

/// `summary.json` of the run in `folder`; `None` if there is none yet.
pub(crate) fn read_summary(folder: &Path) -> Result<Option<Value>, String> {
    let path = folder.join(SUMMARY);
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("`{}` cannot be read: {error}", path.display())),
        Ok(text) => text,
    };
    serde_json::from_str(&text).map(Some).map_err(|error| format!("`{}` is damaged: {error}", path.display()))
}

/// The metrics among the measurements on a part of the data.
fn measurements(scores: &Value) -> Map<String, Value> {
    let known = Metric::ALL.into_iter().map(Metric::as_str);
    known.filter_map(|name| Some((name.to_owned(), scores.get(name)?.clone()))).collect()
}

/// How many levels of folders below the listed one may hold runs: the runs, those of a study, and those in a folder of
/// a study.
const LEVELS: usize = 3;

/// Lists the runs in `folder`, those of comparisons and sweeps in it too; `folder` may also be a run itself. A folder that
/// holds no run, or one that cannot be read, is listed as skipped.
///
/// # Errors
/// If `folder` cannot be read.
pub fn list_runs(folder: &Path) -> Result<RunList, Error> {
    let mut list = RunList::default();
    if is_run(folder) {
        list.add(folder);
        return Ok(list);
    }
    list.search(folder, LEVELS).map_err(|error| {
        let message = format!("`{}` cannot be listed: {error}", folder.display());
        let help = "name a folder of runs; `mmc run FILE` makes its first run in `runs`";
        Error::of(Problem::error(Code::UnknownRun, message).help(help), &SourceMap::new())
    })?;
    Ok(list)
}

impl RunList {
    fn add(&mut self, folder: &Path) {
        match ListedRun::read(folder) {
            Ok(run) => self.runs.push(run),
            Err(reason) => self.skipped.push(SkippedFolder { folder: folder.to_path_buf(), reason }),
        }
    }

    /// Adds the runs below `folder`. A folder in it without any is skipped, except below a study.
    fn search(&mut self, folder: &Path, levels: usize) -> io::Result<()> {
        for inner in folders_in(folder)? {
            if is_run(&inner) {
                self.add(&inner);
                continue;
            }
            let before = (self.runs.len(), self.skipped.len());
            let searched = if levels > 1 { self.search(&inner, levels - 1) } else { Ok(()) };
            let nothing = (self.runs.len(), self.skipped.len()) == before && levels == LEVELS;
            let reason = match searched {
                Err(error) => error.to_string(),
                Ok(()) if nothing => "holds no run".into(),
                Ok(()) => continue,
            };
            self.skipped.push(SkippedFolder { folder: inner, reason });
        }
        Ok(())
    }
}

/// Whether the folder holds a run, whole or damaged.
fn is_run(folder: &Path) -> bool {
    ["run.yaml", SUMMARY].iter().any(|name| folder.join(name).is_file())
}

/// The folders in a folder by name, without hidden ones.
pub(crate) fn folders_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut folders = vec![];
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.path().is_dir() && !entry.file_name().to_string_lossy().starts_with('.') {
            folders.push(entry.path());
        }
    }
    folders.sort();
    Ok(folders)
}
