//! Two models compared bit by bit, by the names of their weights.

use super::error::Error;
use super::model::TrainedModel;
use crate::train::read_tensors;
use std::path::Path;

/// How the weights of a model agree with those of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeightComparison {
    /// Parameters and buffers that have the same bits.
    pub equal: usize,
    /// The names of those that differ, or that only one of them has.
    pub different: Vec<String>,
}

impl TrainedModel {
    /// Compares all weights and buffers with those of the model in the folder of another run.
    ///
    /// # Errors
    /// If that run has no model, or it cannot be read.
    pub fn compare_weights(&self, folder: &Path) -> Result<WeightComparison, Error> {
        let others = read_tensors(&folder.join("model.safetensors")).map_err(|problem| self.pipeline.error(problem))?;
        let (plan, params) = (self.model.plan(), &self.model.params);
        let own = (plan.params.iter().enumerate().map(|(id, spec)| (&spec.name, params.get(id))))
            .chain(plan.buffers.iter().enumerate().map(|(id, spec)| (&spec.name, params.buffer(id))));
        let bits = |numbers: &[f32]| numbers.iter().map(|number| number.to_bits()).collect::<Vec<_>>();
        let (mut equal, mut different) = (0, vec![]);
        let mut known = vec![];
        for (name, numbers) in own {
            known.push(name);
            match others.iter().find(|other| other.name == *name) {
                Some(other) if bits(&other.values) == bits(numbers) => equal += 1,
                _ => different.push(name.clone()),
            }
        }
        different.extend(others.into_iter().map(|other| other.name).filter(|name| !known.contains(&name)));
        Ok(WeightComparison { equal, different })
    }
}
