//! `study.yaml`: what decides a comparison or a grid search, and the run that it selects.

use super::error::Error;
use crate::diag::{Code, Problem, SourceMap};
use crate::report::yaml_text;
use crate::spec::Metric;
use indexmap::IndexMap;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The name of the file.
pub(crate) const STUDY_FILE: &str = "study.yaml";

/// The kind of a study.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StudyKind {
    /// `mmc compare`
    Compare,
    /// `mmc sweep`
    Sweep,
}

/// The content of `study.yaml`. It is written before the first trial, so that a study can be resumed from its folder alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StudyRecord {
    /// Its kind.
    pub study: StudyKind,
    /// The pipeline files, as they were named; the folder holds copies of them.
    pub files: Vec<PathBuf>,
    /// The options of its kind.
    pub options: Value,
    /// The metric on the validation rows that selects.
    pub metric: Metric,
    /// The run that is selected; `None` until all trials have ended, and without validation rows.
    pub best: Option<SelectedRun>,
    /// Versions of the software.
    pub versions: IndexMap<String, String>,
}

/// The run of a study that the validation rows select.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SelectedRun {
    /// The name of its configuration in tables: the one of the best mean over its seeds.
    pub name: String,
    /// The seed: the best of its configuration.
    pub seed: u64,
    /// Its value of the metric on the validation rows.
    pub valid: f64,
    /// Its folder within that of the study.
    pub trial: String,
    /// The copy of that folder within that of the study.
    pub run: String,
    /// The command that trains it as a run of its own, with the same bits.
    pub command: String,
}

/// A pipeline file of a study.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudyFile {
    /// The path, as it was named.
    pub named: PathBuf,
    /// The file that is read: that one, or the copy in the folder of a study.
    pub path: PathBuf,
}

impl StudyKind {
    /// The command: `compare`, `sweep`.
    pub fn command(self) -> &'static str {
        match self {
            StudyKind::Compare => "compare",
            StudyKind::Sweep => "sweep",
        }
    }
}

impl StudyFile {
    /// A file that is read from where it was named.
    pub fn named(path: &Path) -> Self {
        Self { named: path.to_owned(), path: path.to_owned() }
    }
}

impl StudyRecord {
    /// The files and options of the study of this kind in `folder`, to resume it from there alone.
    ///
    /// # Errors
    /// `MMC0606` if the folder holds no study, one of another kind, or the record is damaged.
    pub fn resume<O: DeserializeOwned>(folder: &Path, kind: StudyKind) -> Result<(Vec<StudyFile>, O), Error> {
        let read = Self::read(folder, kind).and_then(|record| Ok((record.copies(folder), record.options(folder)?)));
        read.map_err(|problem| Error::of(problem, &SourceMap::new()))
    }

    /// Reads the record of the study in `folder`, whatever its kind.
    ///
    /// # Errors
    /// `MMC0606` if the folder holds no study, or the record is damaged.
    pub fn read_any(folder: &Path) -> Result<Self, Problem> {
        let path = folder.join(STUDY_FILE);
        let bad = |message: String| {
            let help = "name the folder of a study, as `mmc compare` and `mmc sweep` make it";
            Problem::error(Code::BadModel, message).help(help)
        };
        let text = fs::read_to_string(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
                bad(format!("`{}` is not the folder of a study", folder.display()))
            }
            _ => bad(format!("`{}` cannot be read: {error}", path.display())),
        })?;
        serde_yaml::from_str(&text).map_err(|error| bad(format!("`{}` is damaged: {error}", path.display())))
    }

    /// Reads the record of the study of this kind in `folder`.
    ///
    /// # Errors
    /// `MMC0606` if the folder holds no study, one of another kind, or the record is damaged.
    pub fn read(folder: &Path, kind: StudyKind) -> Result<Self, Problem> {
        let record = Self::read_any(folder)?;
        if record.study != kind {
            let other = record.study.command();
            let message = format!("`{}` holds a study of `mmc {other}`", folder.display());
            let help = format!("continue it with `mmc {other} --resume {}`", folder.display());
            return Err(Problem::error(Code::BadModel, message).help(help));
        }
        Ok(record)
    }

    /// The options, as those of its kind.
    ///
    /// # Errors
    /// `MMC0606` if they are damaged.
    pub fn options<O: DeserializeOwned>(&self, folder: &Path) -> Result<O, Problem> {
        serde_json::from_value(self.options.clone()).map_err(|error| {
            let message = format!("`{}` is damaged: {error}", folder.join(STUDY_FILE).display());
            Problem::error(Code::BadModel, message).help("begin another study")
        })
    }

    /// The copies of its files in its folder.
    pub fn copies(&self, folder: &Path) -> Vec<StudyFile> {
        let files = self.files.iter().enumerate();
        let copy = |number| folder.join(copy_folder(self.files.len(), number)).join("pipeline.mmc");
        files.map(|(number, named)| StudyFile { named: named.clone(), path: copy(number) }).collect()
    }

    /// The text of the file.
    pub(crate) fn yaml(&self) -> io::Result<String> {
        yaml_text(self)
    }
}

/// The folder within that of the study which holds the copy of its file of this number: the study's where it has one file.
pub(crate) fn copy_folder(files: usize, number: usize) -> PathBuf {
    if files == 1 { PathBuf::new() } else { format!("pipeline-{}", number + 1).into() }
}

/// Settings with others in the place of those of the same name.
pub(crate) fn merged_settings(
    mut settings: Vec<(String, String)>,
    changes: Vec<(String, String)>,
) -> Vec<(String, String)> {
    settings.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    settings.extend(changes);
    settings
}
