//! What `run` and `bench` share: the data of a pipeline, and the device it is computed on.

use super::args::{Device, Machine};
use super::front::Pipeline;
use super::output::Output;
use super::status::ExitStatus;
use crate::data::{Dataset, Decider, Draw, Request, Subset, load};
use crate::diag::{Checked, Code, Problem, Problems};
use crate::exec::{DeviceChoice, Engine, engine};
use crate::plan::Batch;
use crate::train::{Cause, Rows};
use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;

impl Pipeline {
    /// Reads the modalities that the plan needs, in its order.
    pub(super) fn data(&self, path: &Path, machine: &Machine) -> Checked<Dataset> {
        let names: Vec<&str> = self.plan.inputs.iter().map(|input| input.name.as_str()).collect();
        let modalities = names.iter().filter_map(|name| self.hir.modalities.iter().find(|spec| spec.name == *name));
        let cache = machine.cache_folder();
        load(&Request {
            data: &self.hir.data,
            label: &self.hir.label,
            modalities: modalities.collect(),
            deciders: vec![Decider::of(&self.plan, &names)],
            base: path.parent().unwrap_or(Path::new("")),
            cache: cache.as_deref(),
            memory: machine.memory.saturating_mul(1 << 20),
        })
    }

    /// Opens the device.
    pub(super) fn engine(&self, machine: &Machine) -> Result<Box<dyn Engine>, Problem> {
        let device = match machine.device {
            Device::Cpu => DeviceChoice::Cpu,
            Device::Cuda(number) => DeviceChoice::Cuda(number),
        };
        engine(Arc::new(self.plan.clone()), device, Some(machine.thread_count()))
            .map_err(|error| Cause::Exec(error).problem(&self.plan))
    }

    /// Says `problem` where it is in the file, and how a command that met it ends.
    pub(super) fn fail(&self, problem: Problem, output: &Output) -> ExitStatus {
        let status = status_of(&problem);
        output.problems(&Problems::from(problem), &self.sources);
        status
    }
}

impl Machine {
    /// Threads to compute with.
    pub(super) fn thread_count(&self) -> usize {
        let all = || std::thread::available_parallelism().map_or(1, usize::from);
        self.threads.map_or_else(all, usize::from)
    }

    /// `cpu, 2 threads`
    pub(super) fn describe(&self, engine: &dyn Engine) -> String {
        match self.thread_count() {
            1 => format!("{}, 1 thread", engine.device()),
            threads => format!("{}, {threads} threads", engine.device()),
        }
    }

    /// Where prepared data is kept: where it was asked for, else where the system keeps such things.
    fn cache_folder(&self) -> Option<PathBuf> {
        if self.no_cache {
            return None;
        }
        self.cache.clone().or_else(system_cache)
    }
}

/// Where the system keeps what can be made again.
pub(super) fn system_cache() -> Option<PathBuf> {
    let given = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = given.or_else(|| env::home_dir().map(|home| home.join(".cache")));
    folder.map(|folder| folder.join("mmc"))
}

/// How a command ends that met `problem`: 1, but where the machine or `mmc` itself is to blame.
fn status_of(problem: &Problem) -> ExitStatus {
    match problem.code {
        Code::NoDevice | Code::OutOfMemory | Code::Internal => ExitStatus::CouldNotRun,
        _ => ExitStatus::Problems,
    }
}

/// A part of a data set as training reads it: the modalities of the plan, in its order.
pub(super) struct PartRows<'a> {
    subset: &'a Subset,
    places: Vec<usize>,
}

impl<'a> PartRows<'a> {
    /// The data set was loaded for the plan, so that its modalities are those of the plan.
    pub(super) fn new(subset: &'a Subset) -> Self {
        Self { subset, places: (0..subset.modalities.len()).collect() }
    }
}

impl Rows for PartRows<'_> {
    fn len(&self) -> usize {
        self.subset.rows
    }

    fn labels(&self) -> &[u32] {
        &self.subset.labels
    }

    fn fill(&self, rows: &[u32], batch: &mut Batch) {
        self.subset.fill(batch, rows, &self.places);
    }

    fn fill_training(&self, rows: &[u32], batch: &mut Batch, draw: Draw) {
        self.subset.fill_training(batch, rows, &self.places, draw);
    }
}
