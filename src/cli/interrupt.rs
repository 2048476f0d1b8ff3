//! Signals: the first Ctrl-C or request to terminate asks training to end after its step, the second ends the process at
//! once. `SIGUSR1`, which batch systems send some time before they end a job, only asks.

use super::status::{INTERRUPTED, RESUMABLE};
use crate::atomic_file::remove_unfinished;
use crate::report::CheckpointFolder;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What the signal handler and the program share.
#[derive(Clone, Default)]
pub(super) struct Interrupt(Arc<Shared>);

#[derive(Default)]
struct Shared {
    asked: Arc<AtomicBool>,
    /// Whether it was Ctrl-C or a request to terminate, of which the second ends the process.
    urgent: AtomicBool,
    /// The folder of the run, and whether it is removed if it holds nothing to continue from.
    folder: Mutex<Option<(PathBuf, bool)>>,
}

impl Interrupt {
    /// Begins to listen for Ctrl-C, requests to terminate and `SIGUSR1`.
    pub(super) fn listen() -> Self {
        let interrupt = Self::default();
        let shared = Arc::clone(&interrupt.0);
        // Where no handler can be set, a signal ends the process as it does by default.
        let _ = ctrlc::set_handler(move || {
            shared.asked.store(true, Ordering::SeqCst);
            if shared.urgent.swap(true, Ordering::SeqCst) {
                shared.exit();
            }
        });
        #[cfg(unix)]
        if let Ok(mut signals) = signal_hook::iterator::Signals::new([signal_hook::consts::SIGUSR1]) {
            let asked = Arc::clone(&interrupt.0.asked);
            std::thread::spawn(move || signals.forever().for_each(|_| asked.store(true, Ordering::SeqCst)));
        }
        interrupt
    }

    /// Installs a handler that ends the process at the first interrupt. Files that are not whole yet are removed.
    pub(super) fn end_at_once() {
        // Where no handler can be set, Ctrl-C ends the process as it does by default.
        let _ = ctrlc::set_handler(|| {
            remove_unfinished();
            std::process::exit(INTERRUPTED.into());
        });
    }

    /// Whether an interrupt was requested.
    pub(super) fn asked(&self) -> bool {
        self.0.asked.load(Ordering::SeqCst)
    }

    /// Set when someone asked to stop.
    pub(super) fn flag(&self) -> &Arc<AtomicBool> {
        &self.0.asked
    }

    /// Names the folder of the run. If the process is ended at once, a `new` folder without a checkpoint is removed.
    pub(super) fn set_folder(&self, folder: &Path, new: bool) {
        *self.0.folder.lock().unwrap_or_else(PoisonError::into_inner) = Some((folder.to_owned(), new));
    }
}

impl Shared {
    /// Ends the process.
    fn exit(&self) -> ! {
        remove_unfinished();
        let folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        let code = match folder.as_ref() {
            Some((folder, _)) if CheckpointFolder::has_any(folder) => RESUMABLE,
            Some((folder, true)) => {
                let _ = fs::remove_dir_all(folder);
                INTERRUPTED
            }
            _ => INTERRUPTED,
        };
        std::process::exit(code.into())
    }
}
