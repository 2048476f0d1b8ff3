//! The model file: weights and buffers in safetensors, as a PyTorch state dict would have them. Independent of the
//! optimizer.
//!
//! Every tensor is `f32`, row-major, under the name the plan gives it: the path of declarations that leads to the
//! layer, the layer's place in its block, and `weight`, `bias`, `running_mean` or `running_var`. The weight of a linear
//! layer is `[out, in]`. So `load_state_dict(safetensors.torch.load_file("model.safetensors"))` fills a module whose
//! submodules have the same names. The header's metadata has one entry, `mmc`, a JSON object: `version`, `pipeline`,
//! `combine`, `plan`, the hash of the plan the model is for, `decision`, the numbers of decisions that were fitted, and
//! `calibration`, by which probabilities are reported.

use crate::atomic_file::write_atomic;
use crate::diag::{Code, Problem, Problems};
use crate::exec::Params;
use crate::fusion::{Calibration, Decision};
use crate::plan::Plan;
use crate::shape::Shape;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::Path;

/// The hash of a plan without its spans, in hexadecimal.
pub fn plan_hash(plan: &Plan) -> String {
    let text = serde_json::to_vec(plan).unwrap_or_default();
    blake3::hash(&text).to_hex().to_string()
}

/// Writes the model of `plan` to a file, whole or not at all.
///
/// # Errors
/// `MMC0605`, naming the file.
pub fn write_model(path: &Path, plan: &Plan, params: &Params) -> Result<(), Problem> {
    let bytes = model_bytes(plan, params)?;
    write_atomic(path, |file| file.write_all(&bytes))
}

/// Reads the weights and buffers of `plan` from a file.
///
/// # Errors
/// `MMC0606` for a file that cannot be read or is damaged; `MMC0607` for each tensor that is missing, unknown or of
/// another shape.
pub fn read_model(path: &Path, plan: &Plan) -> Result<Params, Problems> {
    let bytes = std::fs::read(path).map_err(|error| damaged(path, &error.to_string()))?;
    let file = SafeTensors::deserialize(&bytes).map_err(|error| damaged(path, &error.to_string()))?;
    let mut params = Params::zeros(plan);
    let mut problems = Problems::new();
    let mut known = vec![];
    for (id, spec) in plan.params.iter().enumerate() {
        let range = params.range(id);
        known.push(spec.name.as_str());
        read_tensor(&file, &spec.name, &spec.shape, &mut params.values[range], &mut problems);
    }
    for (spec, buffer) in plan.buffers.iter().zip(&mut params.buffers) {
        known.push(spec.name.as_str());
        read_tensor(&file, &spec.name, &spec.shape, buffer, &mut problems);
    }
    let mut names = file.names();
    names.sort_unstable();
    for name in names.into_iter().filter(|name| !known.contains(name)) {
        problems.push(mismatch(format!("the model holds `{name}`, which `{}` does not have", plan.combine)));
    }
    if let Some(origin) = read_origin(&bytes).map_err(|reason| damaged(path, &reason))? {
        if !origin.calibration.fits(plan.loss.components.len()) {
            problems.push(mismatch(format!("its calibration is not one of the components of `{}`", plan.combine)));
        }
        if !origin.decision.fits(plan.loss.components.len(), plan.loss.classes.len()) {
            problems.push(mismatch(format!("its decision is not one of the components of `{}`", plan.combine)));
        }
        params.calibration = origin.calibration;
        params.decision = origin.decision;
    }
    if problems.is_empty() { Ok(params) } else { Err(problems) }
}

/// A tensor of a model file.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredTensor {
    /// The name of the parameter or buffer.
    pub name: String,
    /// Its shape.
    pub shape: Shape,
    /// Its numbers, row-major.
    pub values: Vec<f32>,
}

/// Reads all tensors of a model file, of whatever plan, in the order of their names.
///
/// # Errors
/// `MMC0606` for a file that cannot be read or is damaged, or holds numbers of another type than `f32`.
pub fn read_tensors(path: &Path) -> Result<Vec<StoredTensor>, Problem> {
    let bytes = std::fs::read(path).map_err(|error| damaged(path, &error.to_string()))?;
    let file = SafeTensors::deserialize(&bytes).map_err(|error| damaged(path, &error.to_string()))?;
    let mut tensors = vec![];
    for (name, tensor) in file.iter() {
        if tensor.dtype() != Dtype::F32 {
            return Err(damaged(path, &format!("`{name}` is stored as {:?}, expected F32", tensor.dtype())));
        }
        let (numbers, _) = tensor.data().as_chunks();
        let values = numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        tensors.push(StoredTensor { name: name.to_owned(), shape: Shape(tensor.shape().to_vec()), values });
    }
    tensors.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(tensors)
}

/// The entry `mmc` of the header's metadata.
#[derive(Serialize, Deserialize)]
struct ModelOrigin {
    version: String,
    pipeline: String,
    combine: String,
    plan: String,
    #[serde(default, skip_serializing_if = "is_default")]
    decision: Decision,
    #[serde(default)]
    calibration: Calibration,
}

/// Whether nothing was fitted for decisions; for serde.
fn is_default(decision: &Decision) -> bool {
    *decision == Decision::default()
}

/// The origin that the header of a model states; `None` where it has no such entry.
fn read_origin(bytes: &[u8]) -> Result<Option<ModelOrigin>, String> {
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|error| error.to_string())?;
    let Some(text) = metadata.metadata().as_ref().and_then(|entries| entries.get("mmc")) else { return Ok(None) };
    serde_json::from_str(text).map(Some).map_err(|error| format!("its metadata is damaged: {error}"))
}

fn damaged(path: &Path, reason: &str) -> Problem {
    let message = format!("the model `{}` cannot be read: {reason}", path.display());
    Problem::error(Code::BadModel, message).help("train the model again, or name another file")
}

/// The hash of the plan that the model in a file was trained with; see [`plan_hash`].
///
/// # Errors
/// `MMC0606` for a file that cannot be read, or lacks the hash.
pub fn trained_plan(path: &Path) -> Result<String, Problem> {
    let bytes = std::fs::read(path).map_err(|error| damaged(path, &error.to_string()))?;
    let origin = read_origin(&bytes).map_err(|reason| damaged(path, &reason))?;
    Ok(origin.ok_or_else(|| damaged(path, "its metadata does not name the plan that it was trained with"))?.plan)
}

fn model_bytes(plan: &Plan, params: &Params) -> Result<Vec<u8>, Problem> {
    let weights = plan.params.iter().enumerate().map(|(id, spec)| (&spec.name, &spec.shape, params.get(id)));
    let buffers = plan.buffers.iter().enumerate().map(|(id, spec)| (&spec.name, &spec.shape, params.buffer(id)));
    let tensors: Vec<(&String, &Shape, Vec<u8>)> = weights
        .chain(buffers)
        .map(|(name, shape, numbers)| (name, shape, numbers.iter().flat_map(|n| n.to_le_bytes()).collect()))
        .collect();
    let origin = ModelOrigin {
        version: env!("CARGO_PKG_VERSION").into(),
        pipeline: plan.pipeline.clone(),
        combine: plan.combine.clone(),
        plan: plan_hash(plan),
        decision: params.decision.clone(),
        calibration: params.calibration.clone(),
    };
    // One entry only: the library writes several in the order of a hash map, and the file would not repeat.
    let metadata = HashMap::from([("mmc".to_string(), serde_json::to_string(&origin).unwrap_or_default())]);
    let internal = |error: safetensors::SafeTensorError| {
        Problem::error(Code::Internal, format!("the weights do not fit their plan: {error}")).help("please report this")
    };
    let views = tensors
        .iter()
        .map(|(name, shape, bytes)| Ok((name, TensorView::new(Dtype::F32, shape.0.clone(), bytes)?)))
        .collect::<Result<Vec<_>, _>>()
        .map_err(internal)?;
    safetensors::serialize(views, Some(metadata)).map_err(internal)
}

fn read_tensor(file: &SafeTensors<'_>, name: &str, shape: &Shape, into: &mut [f32], problems: &mut Problems) {
    let Ok(tensor) = file.tensor(name) else {
        return problems.push(mismatch(format!("the model lacks `{name}`")));
    };
    let found = Shape(tensor.shape().to_vec());
    if tensor.dtype() != Dtype::F32 {
        let message = format!("`{name}` is stored as {:?}, expected F32", tensor.dtype());
        return problems.push(mismatch(message));
    }
    if found != *shape {
        return problems.push(mismatch(format!("`{name}` is stored as {found}, expected {shape}")));
    }
    let (numbers, _) = tensor.data().as_chunks();
    for (value, bytes) in into.iter_mut().zip(numbers) {
        *value = f32::from_le_bytes(*bytes);
    }
}

fn mismatch(message: String) -> Problem {
    Problem::error(Code::ModelMismatch, message)
        .help("a model fits the pipeline, combine and params it was trained with; its run folder holds them")
}
