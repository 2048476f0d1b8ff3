//! The checkpoints of a run: numbered files in a folder, of which the last two are kept.

use crate::atomic_file::{remove_leftovers, write_atomic};
use crate::diag::{Code, Problem};
use crate::plan::Plan;
use crate::train::{Checkpoint, checkpoint_bytes, read_checkpoint};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Number of checkpoints kept, so that there is an earlier one if the last is damaged.
const GENERATIONS: usize = 2;

/// The folder `checkpoints` of a run, with files `000001.safetensors` and so on. Each is written whole and synced
/// before an older one is removed.
#[derive(Debug)]
pub struct CheckpointFolder {
    path: PathBuf,
    /// The hash of everything the training depends on: a checkpoint with another key is of another training.
    key: String,
    /// The files that are known to be complete, in order.
    whole: Mutex<Vec<PathBuf>>,
}

/// The result of reading a folder of checkpoints.
#[derive(Debug)]
pub struct FoundCheckpoint {
    /// The last complete checkpoint; `None` if there is none.
    pub checkpoint: Option<Checkpoint>,
    /// Later files that could not be used, with the reason: a sentence for each.
    pub notes: Vec<String>,
}

impl CheckpointFolder {
    /// The checkpoints of the run in the folder `run`. Nothing is read or made.
    pub fn new(run: &Path, key: String) -> Self {
        Self { path: run.join("checkpoints"), key, whole: Mutex::default() }
    }

    /// Whether the run in the folder `run` has a checkpoint.
    pub fn has_any(run: &Path) -> bool {
        numbered(&run.join("checkpoints")).is_ok_and(|files| !files.is_empty())
    }

    /// Reads the last complete checkpoint. Later ones that are damaged are skipped, with a note.
    ///
    /// # Errors
    /// `MMC0611` if there are checkpoints and none of them can be used.
    pub fn latest(&self, plan: &Plan) -> Result<FoundCheckpoint, Problem> {
        let mut notes = vec![];
        let files = numbered(&self.path).map_err(|error| self.unreadable(&error.to_string()))?;
        for (_, path) in files.iter().rev() {
            let read = fs::read(path).map_err(|error| error.to_string());
            match read.and_then(|bytes| read_checkpoint(&bytes, plan, &self.key)) {
                Ok(checkpoint) => {
                    *self.whole() = vec![path.clone()];
                    return Ok(FoundCheckpoint { checkpoint: Some(checkpoint), notes });
                }
                Err(reason) => notes.push(format!("the checkpoint `{}` is not used: {reason}", path.display())),
            }
        }
        if notes.is_empty() {
            Ok(FoundCheckpoint { checkpoint: None, notes })
        } else {
            Err(self.unreadable(&notes.join("; ")))
        }
    }

    /// Writes a checkpoint, and removes those that are not among the last two whole ones.
    ///
    /// # Errors
    /// `MMC0605`, naming the file. The checkpoints before stay.
    pub fn save(&self, plan: &Plan, checkpoint: &Checkpoint) -> Result<(), Problem> {
        let bytes = checkpoint_bytes(plan, &self.key, checkpoint)?;
        let failed = |error: io::Error| {
            let message = format!("`{}` could not be written: {error}", self.path.display());
            Problem::error(Code::WriteFailed, message).help("the folder of the run must stay writable while it trains")
        };
        fs::create_dir_all(&self.path).map_err(failed)?;
        let files = numbered(&self.path).map_err(failed)?;
        let number = files.last().map_or(0, |(number, _)| *number) + 1;
        let path = self.path.join(format!("{number:06}.safetensors"));
        write_atomic(&path, |file| file.write_all(&bytes))?;
        self.whole().push(path);
        self.keep_last(GENERATIONS);
        Ok(())
    }

    /// Removes all but the last `count` whole checkpoints.
    pub fn keep_last(&self, count: usize) {
        let mut whole = self.whole();
        let surplus = whole.len().saturating_sub(count);
        whole.drain(..surplus);
        for (_, path) in numbered(&self.path).unwrap_or_default() {
            if !whole.contains(&path) {
                // A file that cannot be removed is not an error.
                let _ = fs::remove_file(path);
            }
        }
    }

    /// Removes all checkpoints and their folder.
    pub fn remove(&self) {
        self.keep_last(0);
        // A folder that stays is empty.
        let _ = fs::remove_dir(&self.path);
    }

    /// Removes the temporary files of interrupted writes.
    pub fn remove_leftovers(&self) {
        remove_leftovers(&self.path);
    }

    fn whole(&self) -> std::sync::MutexGuard<'_, Vec<PathBuf>> {
        self.whole.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unreadable(&self, reasons: &str) -> Problem {
        let message = format!("no checkpoint in `{}` can be used: {reasons}", self.path.display());
        Problem::error(Code::BadCheckpoint, message)
            .help("remove the folder of the checkpoints, and the run starts again from the first step")
    }
}

/// The checkpoints in a folder with their numbers, in order; none where there is no folder.
fn numbered(folder: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(vec![]),
        entries => entries?,
    };
    let mut files = vec![];
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".safetensors"));
        if let Some(number) = name.and_then(|name| name.parse().ok()) {
            files.push((number, path));
        }
    }
    files.sort();
    Ok(files)
}
