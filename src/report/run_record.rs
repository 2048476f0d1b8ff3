//! `run.yaml` read back: what decided a run, for continuing it, for training it again, and for loading its model.

use crate::diag::{Code, Problem};
use crate::spec::TrainingLength;
use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fs;
use std::io;
use std::path::Path;

/// The contents of `run.yaml`.
#[derive(Clone, Debug)]
pub struct RunRecord {
    /// The combine that was trained.
    pub combine: String,
    /// The settings of the command line: `--set NAME=VALUE`.
    pub set: IndexMap<String, String>,
    /// Everything, as [`Manifest`](super::Manifest) writes it. Records of other versions may have other entries.
    pub entries: Value,
}

/// The entries that every version has.
#[derive(Deserialize)]
struct RequiredEntries {
    combine: String,
    set: IndexMap<String, String>,
}

impl RunRecord {
    /// Whether the folder has a record: a run writes it once everything else is there that decides its result.
    pub fn exists(folder: &Path) -> bool {
        folder.join("run.yaml").is_file()
    }

    /// Reads the record of the run in `folder`.
    ///
    /// # Errors
    /// `MMC0606` if there is none, or it is damaged.
    pub fn read(folder: &Path) -> Result<Self, Problem> {
        let path = folder.join("run.yaml");
        let text = fs::read_to_string(&path).map_err(|error| {
            let message = format!("`{}` cannot be read: {error}", path.display());
            Problem::error(Code::BadModel, message).help("name the folder of a run, as `mmc run` writes it")
        })?;
        let damaged = |error: serde_yaml::Error| {
            let message = format!("`{}` is damaged: {error}", path.display());
            Problem::error(Code::BadModel, message).help("copy the file from the folder of its run again")
        };
        let entries: Value = serde_yaml::from_str(&text).map_err(damaged)?;
        let RequiredEntries { combine, set } = serde_yaml::from_str(&text).map_err(damaged)?;
        Ok(Self { combine, set, entries })
    }

    /// The seed of the training.
    pub fn seed(&self) -> Option<u64> {
        self.entry("/train/seed")
    }

    /// The length of the training.
    pub fn length(&self) -> Option<TrainingLength> {
        self.entry("/train/length")
    }

    /// The entry at a path such as `/train/seed`.
    pub fn entry<T: DeserializeOwned>(&self, path: &str) -> Option<T> {
        self.entries.pointer(path).and_then(|value| serde_json::from_value(value.clone()).ok())
    }
}

/// Whether the run in `folder` has ended as it should, which `summary.json` says, the last of its files. A run that was
/// interrupted or killed, or that failed, has not.
///
/// # Errors
/// The error of the system, if the file is there and cannot be read.
pub fn run_is_complete(folder: &Path) -> io::Result<bool> {
    let text = match fs::read_to_string(folder.join("summary.json")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        text => text?,
    };
    let summary: Value = serde_json::from_str(&text)?;
    Ok(["completed", "patience"].iter().any(|status| summary["status"] == *status))
}
