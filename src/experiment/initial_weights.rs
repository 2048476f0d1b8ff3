//! The first weights of a run, where they are not drawn from the seed.

use crate::exec::Params;
use crate::plan::Plan;
use crate::report::WarmStart;
use crate::train::StoredTensor;
use std::path::Path;

/// The file that keeps them in the folder of the run.
pub(crate) const INITIAL_WEIGHTS: &str = "initial.safetensors";

/// The first weights of a run, and where they are from.
#[derive(Clone, Debug)]
pub struct InitialWeights {
    /// The weights and buffers.
    pub(crate) params: Params,
    /// What is recorded of them.
    pub record: WarmStart,
}

/// The weights `params` with those of `tensors`, of the run in `folder`, where names and shapes agree.
pub(crate) fn taken_over(plan: &Plan, mut params: Params, tensors: &[StoredTensor], folder: &Path) -> InitialWeights {
    let (mut kept, mut new) = (vec![], vec![]);
    let mut take =
        |name: &str, shape: &[usize], into: &mut [f32]| match tensors.iter().find(|tensor| tensor.name == name) {
            Some(tensor) if tensor.shape.0 == shape => {
                into.copy_from_slice(&tensor.values);
                kept.push(name.to_owned());
            }
            _ => new.push(name.to_owned()),
        };
    for (id, spec) in plan.params.iter().enumerate() {
        let range = params.range(id);
        take(&spec.name, &spec.shape.0, &mut params.values[range]);
    }
    for (spec, buffer) in plan.buffers.iter().zip(&mut params.buffers) {
        take(&spec.name, &spec.shape.0, buffer);
    }
    let mut hasher = blake3::Hasher::new();
    for number in params.values.iter().chain(params.buffers.iter().flatten()) {
        hasher.update(&number.to_le_bytes());
    }
    let hash = hasher.finalize().to_hex().to_string();
    InitialWeights { params, record: WarmStart { run: folder.display().to_string(), hash, kept, new } }
}
