//! Arguments that decide where and how a training is computed.

use super::count::{at_most, threads};
use crate::exec::DeviceChoice;
use crate::experiment::{TrainOptions, system_cache};
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Mebibytes of the data that may be in memory unless another number is given.
pub(in crate::cli) const DEFAULT_MEMORY: usize = 2048;

/// Device, threads, memory and cache of a training.
#[derive(Debug, Args)]
pub(in crate::cli) struct ComputeArgs {
    /// Threads to compute with, all there are unless given; results do not depend on it
    #[arg(long, value_name = "N", value_parser = threads)]
    pub(in crate::cli) threads: Option<u16>,
    /// Where to compute: cpu, cuda or cuda:N
    #[arg(long, value_name = "DEVICE", default_value = "cpu", value_parser = device)]
    pub(in crate::cli) device: DeviceChoice,
    /// Read the data again, and store no prepared copy of it
    #[arg(long)]
    pub(in crate::cli) no_cache: bool,
    /// Where prepared data is kept
    #[arg(long, value_name = "DIR", conflicts_with = "no_cache")]
    pub(in crate::cli) cache: Option<PathBuf>,
    /// How much of the data may be in memory; the rest is read from files as needed
    #[arg(long, value_name = "MIB", default_value_t = DEFAULT_MEMORY, value_parser = at_most::<usize>(1 << 32))]
    pub(in crate::cli) memory: usize,
}

impl ComputeArgs {
    /// The options of a training that `interrupt` ends.
    pub(in crate::cli) fn options(&self, interrupt: Arc<AtomicBool>) -> TrainOptions {
        let cache = if self.no_cache { None } else { self.cache.clone().or_else(system_cache) };
        TrainOptions {
            device: self.device,
            threads: self.threads.map(usize::from),
            cache,
            memory: self.memory.saturating_mul(1 << 20),
            interrupt,
        }
    }
}

/// The device called `cpu`, `cuda` or `cuda:N`.
fn device(text: &str) -> Result<DeviceChoice, String> {
    let number = match text {
        "cpu" => return Ok(DeviceChoice::Cpu),
        "cuda" => Some(0),
        _ => text.strip_prefix("cuda:").and_then(|number| number.parse().ok()),
    };
    number.map(DeviceChoice::Cuda).ok_or_else(|| "expected `cpu`, `cuda` or `cuda:N`".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_have_numbers() {
        assert_eq!(device("cpu"), Ok(DeviceChoice::Cpu));
        assert_eq!(device("cuda"), Ok(DeviceChoice::Cuda(0)));
        assert_eq!(device("cuda:3"), Ok(DeviceChoice::Cuda(3)));
        for bad in ["gpu", "cuda:", "cuda:x", "cpu:0", ""] {
            assert!(device(bad).is_err(), "{bad}");
        }
    }
}
