//! Ctrl-C: the first ends training after its step, the second ends the process at once.

use crate::atomic_file::remove_unfinished;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The exit code of a process that was interrupted.
const INTERRUPTED: i32 = 130;

/// State shared by the signal handler and the program.
#[derive(Clone, Default)]
pub(super) struct Interrupt(Arc<Shared>);

#[derive(Default)]
struct Shared {
    asked: Arc<AtomicBool>,
    /// A folder to remove if the process ends now.
    unfinished: Mutex<Option<PathBuf>>,
}

impl Interrupt {
    /// Installs the handler of Ctrl-C and of requests to terminate.
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
                remove_unfinished();
                std::process::exit(INTERRUPTED);
            }
        });
        interrupt
    }

    /// Installs a handler that ends the process at the first interrupt. Files that are not whole yet are removed.
    pub(super) fn end_at_once() {
        // Where no handler can be set, Ctrl-C ends the process as it does by default.
        let _ = ctrlc::set_handler(|| {
            remove_unfinished();
            std::process::exit(INTERRUPTED);
        });
    }

    /// Whether an interrupt was requested.
    pub(super) fn asked(&self) -> bool {
        self.0.asked.load(Ordering::SeqCst)
    }

    /// Set when an interrupt was requested.
    pub(super) fn flag(&self) -> &Arc<AtomicBool> {
        &self.0.asked
    }

    /// Sets the folder to remove if the process is ended at once; `None` once it must be kept.
    pub(super) fn remove_on_exit(&self, folder: Option<&Path>) {
        *self.0.unfinished.lock().unwrap_or_else(PoisonError::into_inner) = folder.map(Path::to_owned);
    }
}
