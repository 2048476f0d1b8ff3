//! One process at a time trains in the folder of a run.

use crate::diag::{Code, Problem};
use std::fs::{File, TryLockError};
use std::path::Path;
use std::thread;
use std::time::Duration;

/// Longer than it takes to see whether a lock is taken.
const INSTANT: Duration = Duration::from_millis(50);

/// A lock on a folder, which the system releases when the process ends in any way. File systems without locks have none.
#[derive(Debug)]
pub struct RunLock {
    _folder: Option<File>,
}

impl RunLock {
    /// Locks the folder of a run.
    ///
    /// # Errors
    /// `MMC0612` if another process holds the lock.
    pub fn take(folder: &Path) -> Result<Self, Problem> {
        // A folder cannot be opened as a file on every system.
        let Ok(file) = File::open(folder) else { return Ok(Self { _folder: None }) };
        let mut taken = file.try_lock();
        if matches!(taken, Err(TryLockError::WouldBlock)) {
            // It may be held for an instant by `is_taken`.
            thread::sleep(INSTANT);
            taken = file.try_lock();
        }
        match taken {
            Ok(()) => Ok(Self { _folder: Some(file) }),
            Err(TryLockError::WouldBlock) => {
                let message = format!("another process trains in `{}`", folder.display());
                Err(Problem::error(Code::CannotResume, message).help("wait until it has ended, or end it"))
            }
            Err(TryLockError::Error(_)) => Ok(Self { _folder: None }),
        }
    }

    /// Whether a process trains in the folder of a run.
    pub fn is_taken(folder: &Path) -> bool {
        File::open(folder).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }
}
