//! The devices a plan can run on, and the engine for each.

use super::backend::composed::Composed;
use super::backend::cpu::Native;
use super::engine::{Engine, ExecError};
use super::executor::Executor;
use super::kernels::kernel::Compute;
use crate::plan::Plan;
use std::sync::Arc;

/// The device to run on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeviceChoice {
    /// The processor.
    #[default]
    Cpu,
    /// The processor, with dfdx's own operations only, as on a GPU. Slow; it exists
    /// for comparison.
    CpuComposed,
    /// An NVIDIA GPU, by its number.
    Cuda(usize),
}

/// An engine for a plan. `threads` is the number of threads on the CPU, all available ones where it is `None`;
/// results do not depend on it.
///
/// # Errors
/// [`ExecError::NoDevice`] where the device does not exist, or this program was built without it.
pub fn engine(plan: Arc<Plan>, device: DeviceChoice, threads: Option<usize>) -> Result<Box<dyn Engine>, ExecError> {
    let threads = threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).max(1);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|index| format!("mmc-{index}"))
        .build()
        .map_err(|error| ExecError::NoDevice {
            device: "cpu".into(),
            reason: format!(
                "the system starts no more threads ({error}); allow more processes, as by `ulimit -u`, or use fewer with \
                 `--threads`"
            ),
        })?;
    let pool = Arc::new(pool);
    match device {
        DeviceChoice::Cpu => start(plan, Native, pool),
        DeviceChoice::CpuComposed => start(plan, Composed, pool),
        #[cfg(feature = "cuda")]
        DeviceChoice::Cuda(ordinal) => start(plan, super::backend::cuda::CudaDevice(ordinal), pool),
        #[cfg(not(feature = "cuda"))]
        DeviceChoice::Cuda(ordinal) => Err(ExecError::NoDevice {
            device: format!("cuda:{ordinal}"),
            reason: "this program was built without it; build it with `cargo build --release --features cuda`".into(),
        }),
    }
}

/// Opens the device once, so that a missing device is reported before data is read.
fn start<B: Compute + 'static>(
    plan: Arc<Plan>,
    backend: B,
    pool: Arc<rayon::ThreadPool>,
) -> Result<Box<dyn Engine>, ExecError> {
    backend.open()?;
    Ok(Box::new(Executor::new(plan, backend, pool)))
}
