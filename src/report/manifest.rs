//! `run.yaml`: the pipeline, its settings, the data, the machine and the times of a run. Enough to repeat the run.

use crate::exec::vector_instructions;
use crate::fusion::Combination;
use crate::plan::{Cost, Input, Plan};
use crate::spec::TrainSpec;
use crate::train::{CalibrationRecord, DecisionRecord, EpochRecord, plan_hash};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::time::SystemTime;

/// Everything that decided a run. Values that differ between two runs of the same file, data and seed are under
/// `machine` and `seconds`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Manifest {
    /// The pipeline's name.
    pub pipeline: String,
    /// The combine that was trained.
    pub combine: String,
    /// The params of the file with the values they had, as the command line may have set them.
    pub params: IndexMap<String, serde_json::Value>,
    /// The settings of the command line, as typed: `--set NAME=VALUE`.
    pub set: IndexMap<String, String>,
    /// The run whose weights it began with, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warm_start: Option<WarmStart>,
    /// Labels that the user gave to the run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The training settings, defaults included.
    pub train: TrainSpec,
    /// The data: sources, split, fingerprint, rows, modalities.
    pub data: serde_json::Value,
    /// The model.
    pub plan: PlanSummary,
    /// How decisions were fitted to held-out rows, if they were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionRecord>,
    /// How the reported probabilities were calibrated, if they were.
    pub calibration: Option<CalibrationRecord>,
    /// Versions of the software.
    pub versions: IndexMap<String, String>,
    /// The machine.
    pub machine: Machine,
    /// Times in seconds.
    pub seconds: Seconds,
}

/// The weights that a run began with, which are kept in `initial.safetensors`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WarmStart {
    /// The folder of the run they are from.
    pub run: String,
    /// The hash of all weights at the beginning.
    pub hash: String,
    /// The parameters and buffers that were taken over.
    pub kept: Vec<String>,
    /// Those that began as in any training: there were none of their name and shape.
    pub new: Vec<String>,
}

/// The model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlanSummary {
    /// The hash of the whole plan, as in the metadata of the model.
    pub hash: String,
    /// The modalities it reads.
    pub inputs: Vec<Input>,
    /// The names of the classes, in order.
    pub classes: Vec<String>,
    /// The names of the components and their weights.
    pub components: IndexMap<String, f64>,
    /// The combination, in words.
    pub combination: Combination,
    /// Numbers learned; `model.safetensors` names them.
    pub parameters: usize,
    /// The cost of a step.
    pub cost: Cost,
}

/// The machine of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Machine {
    /// `cpu`, `cuda:0`
    pub device: String,
    /// Threads that shared the work.
    pub threads: usize,
    /// The operating system and the processor's family.
    pub platform: String,
    /// The vector instructions of the processor: with others the last bits of results differ.
    pub instructions: String,
    /// When the run was started: RFC 3339, UTC, whole seconds.
    pub started: String,
}

/// Times in seconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Seconds {
    /// Reading and preparing the data.
    pub data: f64,
    /// Training, with all measurements; of all components where these are trained separately.
    pub train: f64,
    /// The end of each epoch, since training began.
    pub epochs: Vec<f64>,
}

impl PlanSummary {
    /// The summary of a plan.
    pub fn new(plan: &Plan) -> Self {
        Self {
            hash: plan_hash(plan),
            inputs: plan.inputs.clone(),
            classes: plan.loss.classes.clone(),
            components: plan.loss.components.iter().map(|c| (c.name.clone(), c.weight)).collect(),
            combination: plan.loss.combination.clone(),
            parameters: plan.parameter_count(),
            cost: plan.cost,
        }
    }
}

impl Machine {
    /// This machine, and the time at which a run was started on it.
    pub fn new(device: String, threads: usize, started: SystemTime) -> Self {
        Self {
            device,
            threads,
            platform: format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH),
            instructions: vector_instructions().into(),
            started: humantime::format_rfc3339_seconds(started).to_string(),
        }
    }
}

impl Seconds {
    /// The times of a training, which took as long as its epochs.
    pub fn new(data: f64, history: &[EpochRecord]) -> Self {
        let epochs: Vec<f64> = history.iter().map(|record| record.seconds).collect();
        Self { data, train: epochs.last().copied().unwrap_or(0.0), epochs }
    }
}

/// The versions of the software that runs a pipeline.
pub fn versions() -> IndexMap<String, String> {
    let versions = [("mmc", env!("CARGO_PKG_VERSION")), ("dfdx", DFDX)];
    versions.map(|(name, version)| (name.to_string(), version.to_string())).into()
}

/// The version of dfdx that `Cargo.toml` pins.
const DFDX: &str = "0.13.0";

#[cfg(test)]
mod tests {
    #[test]
    fn the_version_of_dfdx_is_the_one_that_is_pinned() {
        let pinned = format!("version = \"={}\"", super::DFDX);
        let manifest = include_str!("../../Cargo.toml");
        assert!(manifest.lines().any(|line| line.starts_with("dfdx") && line.contains(&pinned)));
    }
}
