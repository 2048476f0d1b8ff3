//! Ctrl-C: the first asks training to end after its step, the second ends the process at once.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The exit code of a process that was interrupted.
const INTERRUPTED: i32 = 130;

/// What the signal handler and the program share.
#[derive(Clone, Default)]
pub(super) struct Interrupt(Arc<Shared>);

#[derive(Default)]
struct Shared {
    asked: Arc<AtomicBool>,
    /// A folder in which nothing is worth keeping yet.
    unfinished: Mutex<Option<PathBuf>>,
}

impl Interrupt {
    /// Begins to listen for Ctrl-C and for requests to terminate.
    pub(super) fn listen() -> Self {
        let interrupt = Self::default();
        let shared = Arc::clone(&interrupt.0);
        // Where no handler can be set, Ctrl-C ends the process as it does by default.
        let _ = ctrlc::set_handler(move || {
            if shared.asked.swap(true, Ordering::SeqCst) {
                let unfinished = shared.unfinished.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(folder) = unfinished.as_deref() {
                    let _ = fs::remove_dir_all(folder);
                }
                std::process::exit(INTERRUPTED);
            }
        });
        interrupt
    }

    /// Whether someone asked to stop.
    pub(super) fn asked(&self) -> bool {
        self.0.asked.load(Ordering::SeqCst)
    }

    /// Set when someone asked to stop.
    pub(super) fn flag(&self) -> &Arc<AtomicBool> {
        &self.0.asked
    }

    /// Names a folder to take away should the process be ended at once; `None` once it is worth keeping.
    pub(super) fn remove_on_exit(&self, folder: Option<&Path>) {
        *self.0.unfinished.lock().unwrap_or_else(PoisonError::into_inner) = folder.map(Path::to_owned);
    }
}
