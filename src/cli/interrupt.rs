//! Signals: before training begins the first Ctrl-C or request to terminate ends the process. From then on the first asks
//! training to end after its step, and the second ends the process at once. `SIGUSR1`, which batch systems send some time
//! before they end a job, only asks. A signal that the parent process ignores, as `nohup` does with the hang-up of the
//! terminal, stays ignored.

use super::output::Output;
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
    /// Whether something is being trained that is saved before the process ends.
    training: AtomicBool,
    /// Whether it was Ctrl-C or a request to terminate, of which the second ends the process.
    urgent: AtomicBool,
    /// The folder of the run, and whether it is removed if it holds nothing to continue from.
    folder: Mutex<Option<(PathBuf, bool)>>,
}

impl Interrupt {
    /// Begins to listen for Ctrl-C, requests to terminate and `SIGUSR1`.
    pub(super) fn listen(output: &Output) -> Self {
        let interrupt = Self::default();
        let (shared, output) = (Arc::clone(&interrupt.0), *output);
        on_signal(move |signal| match signal {
            Signal::Ask => shared.asked.store(true, Ordering::SeqCst),
            Signal::End => {
                shared.asked.store(true, Ordering::SeqCst);
                let again = shared.urgent.swap(true, Ordering::SeqCst);
                if !shared.training.load(Ordering::SeqCst) {
                    output.err.line("interrupted before training began");
                    shared.exit();
                } else if again {
                    shared.exit();
                }
            }
        });
        interrupt
    }

    /// Ends the process at the first interrupt. Files that are not whole yet are removed.
    pub(super) fn end_at_once() {
        on_signal(|signal| {
            if signal == Signal::End {
                remove_unfinished();
                std::process::exit(INTERRUPTED.into());
            }
        });
    }

    /// Says that training begins: from here on an interrupt waits for a step to end, and for what is saved then.
    pub(super) fn training_begins(&self) {
        self.0.training.store(true, Ordering::SeqCst);
    }

    /// Whether an interrupt was requested.
    pub(super) fn requested(&self) -> bool {
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
        // No file is begun after this, so that a folder that is removed stays empty.
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

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signal {
    /// To end soon, with what is to be kept.
    Ask,
    /// To end.
    End,
}

/// Calls `handle` on a thread for every signal to end or to ask. Where no handler can be set, a signal ends the process as
/// it does by default.
#[cfg(unix)]
fn on_signal(handle: impl Fn(Signal) + Send + 'static) {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1};
    let ignored = ignored_signals();
    let wanted = [SIGINT, SIGTERM, SIGHUP, SIGUSR1].into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0);
    if let Ok(mut signals) = signal_hook::iterator::Signals::new(wanted) {
        std::thread::spawn(move || {
            signals.forever().for_each(|signal| handle(if signal == SIGUSR1 { Signal::Ask } else { Signal::End }));
        });
    }
}

/// The signals that the parent process ignores, each as a bit, from signal 1 on. Only Linux tells.
#[cfg(unix)]
fn ignored_signals() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

#[cfg(not(unix))]
fn on_signal(handle: impl Fn(Signal) + Send + 'static) {
    let _ = ctrlc::set_handler(move || handle(Signal::End));
}
