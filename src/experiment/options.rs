//! Options of a training that do not belong to the pipeline: device, threads, memory, cache. Results depend on the
//! device only.

use crate::exec::DeviceChoice;
use std::env;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Device, threads, memory and cache of a training. Of these, results depend on the device only.
///
/// ```
/// let options = mmc::TrainOptions { threads: Some(2), ..mmc::TrainOptions::default() };
/// assert_eq!(options.device, mmc::DeviceChoice::Cpu);
/// ```
#[derive(Clone, Debug)]
pub struct TrainOptions {
    /// The device that computes.
    pub device: DeviceChoice,
    /// Number of threads of the CPU; all there are for `None`.
    pub threads: Option<usize>,
    /// Folder in which parsed tables are kept for the next time; `None` keeps none. [`system_cache`] is the command
    /// line's.
    pub cache: Option<PathBuf>,
    /// Bytes of the data that may be in memory; the rest is read from mapped files as needed.
    pub memory: usize,
    /// Set to `true` by another thread, this ends the training after the current step. The best model so far is the
    /// result.
    pub interrupt: Arc<AtomicBool>,
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self { device: DeviceChoice::Cpu, threads: None, cache: None, memory: 2 << 30, interrupt: Arc::default() }
    }
}

impl TrainOptions {
    /// Number of threads to compute with.
    pub(crate) fn thread_count(&self) -> usize {
        let all = || std::thread::available_parallelism().map_or(1, usize::from);
        self.threads.unwrap_or_else(all)
    }

    /// Whether the interrupt is set.
    pub(crate) fn interrupted(&self) -> bool {
        self.interrupt.load(Ordering::SeqCst)
    }

    /// Device and threads in words: `cpu, 2 threads`.
    pub(crate) fn describe(&self, device: &str) -> String {
        match self.thread_count() {
            1 => format!("{device}, 1 thread"),
            threads => format!("{device}, {threads} threads"),
        }
    }
}

/// The folder in which the command line keeps parsed tables: `mmc` in the system's folder of caches, if it has one.
pub fn system_cache() -> Option<PathBuf> {
    let given = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = given.or_else(|| env::home_dir().map(|home| home.join(".cache")));
    folder.map(|folder| folder.join("mmc"))
}
